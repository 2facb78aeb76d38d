"""An official rate corrected late, with figures by hand.

On Monday the house buys 980.00 USD for 7,000.00 CNY. The rate of Monday was stated as 7.20; it was 7.02.
"""

import datetime as dt
from fractions import Fraction

import pytest

from accounts.services.approvals import approve
from clearing.corrections.models import CorrectionRun, DecisionReview, PositionAdjustment
from clearing.corrections.services.official_rates import PositionsNotAsBooked
from clearing.corrections.services.refusals import CorrectionUnfit, SubjectSuperseded, SubjectUnknown
from clearing.corrections.services.run import dry_run_correction, run_correction
from ledger.models import OfficialRate, Posting, Revaluation
from ledger.queries.official_rates import rates_of_day
from ledger.queries.verification import verify_book
from ledger.services.official_rates import RateDraft, propose_official_rates, set_approved_rates
from ledger.services.refusals_exchange import RateOfClosedDay
from tests.clearing.corrections.rates_cast import (
    POSITION,
    UNREALISED,
    approve_and_run,
    correct_rate,
    found,
    posted,
    reverse,
    valued,
)
from tests.ledger.exchange_cast import MONDAY, ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = MONDAY + dt.timedelta(1), MONDAY + dt.timedelta(2)
RESULT = "house/income/fx-unrealised"


@pytest.fixture
def fx() -> ExchangeBook:
    """Monday is closed at 7.20 with 56.00 unrealised; Tuesday is open."""
    made = exchange_book()
    made.exchange(("CNY", 700_000), ("USD", 98_000))
    made.rate(USD="7.20")
    made.revalue()
    made.next_day()
    return made


class TestProposeOfficialRateCorrection:
    def test_asks_a_second_person_for_exactly_this(self, fx: ExchangeBook) -> None:
        made = correct_rate(fx, "7.020", on=MONDAY)
        assert (made.was["rate"], made.was["version"], made.corrected) == ("7.2", 1, {"rate": "7.02"})
        assert made.subject == "fx/USD/CNY/2008-09-15"
        assert correct_rate(fx, "7.02", on=MONDAY).pk == made.pk

    def test_needs_a_rate_of_the_pair_as_it_was_stated(self, fx: ExchangeBook) -> None:
        for unit, base in (("HKD", "CNY"), ("CNY", "USD")):
            with pytest.raises(SubjectUnknown):
                correct_rate(fx, "7.02", on=MONDAY, unit=unit, base=base)

    @pytest.mark.parametrize("rate", ["0", "-7", "seven", "7,02"])
    def test_refuses_what_is_no_rate(self, fx: ExchangeBook, rate: str) -> None:
        with pytest.raises(CorrectionUnfit):
            correct_rate(fx, rate, on=MONDAY)

    def test_is_of_a_day_that_is_over(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.20")
        with pytest.raises(CorrectionUnfit):
            correct_rate(fx, "7.02", on=TUESDAY)

    def test_is_the_only_way_to_a_closed_day(self, fx: ExchangeBook) -> None:
        proposed = propose_official_rates(
            book_id=fx.book.pk,
            rate_date=MONDAY,
            drafts=[RateDraft("USD", "CNY", "7.02")],
            maker_id=fx.maker.pk,
        )
        approve(approval_id=proposed.pk, checker_id=fx.checker.pk)
        with pytest.raises(RateOfClosedDay):
            set_approved_rates(approval_id=proposed.pk)


class TestRunCorrectionOfAnOfficialRate:
    def test_adjusts_the_revaluation_that_it_corrects(self, fx: ExchangeBook) -> None:
        """980 x 7.02 = 6,879.60: 120.40 lost where 56.00 were gained."""
        result = approve_and_run(fx, correct_rate(fx, "7.02", on=MONDAY))
        assert posted(fx, result) == [("Mon", {UNREALISED: -17_640, RESULT: 17_640})]
        made = PositionAdjustment.objects.get()
        assert (made.revaluation, made.unrealised_minor) == (Revaluation.objects.get(), -17_640)
        assert found(result) == [("Mon", "unrealised", "USD", 5_600, -12_040)]
        assert fx.position("USD") == (98_000, 700_000, -12_040)
        assert not DecisionReview.objects.exists()

    def test_leaves_todays_revaluation_to_book_only_todays_change(self, fx: ExchangeBook) -> None:
        approve_and_run(fx, correct_rate(fx, "7.02", on=MONDAY))
        fx.rate(USD="7.10")
        assert fx.revalue().unrealised_change_minor == 7_840
        assert fx.position("USD") == (98_000, 700_000, -4_200)
        assert [check for check in verify_book(book=fx.book).checks if check.found] == []

    def test_takes_back_what_a_later_revaluation_had_put_right(self, fx: ExchangeBook) -> None:
        """Tuesday's rate was right: its revaluation booked the other way what Monday's had too much."""
        fx.rate(USD="7.10")
        fx.revalue()
        fx.next_day()
        result = approve_and_run(fx, correct_rate(fx, "7.02", on=MONDAY))
        assert posted(fx, result) == [
            ("Mon", {UNREALISED: -17_640, RESULT: 17_640}),
            ("Tue", {UNREALISED: 17_640, RESULT: -17_640}),
        ]
        assert [valued(fx, UNREALISED, day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [
            -12_040,
            -4_200,
            -4_200,
        ]
        assert found(result) == [("Mon", "unrealised", "USD", 5_600, -12_040)]

    def test_corrects_what_a_result_was_taken_over_at(self, fx: ExchangeBook) -> None:
        """100.00 USD earned on Tuesday at 7.10 instead of 7.01: an income of 701.00, and the cost with it."""
        fx.earn("USD", 10_000)
        fx.rate(USD="7.10")
        fx.revalue()
        fx.next_day()
        result = approve_and_run(fx, correct_rate(fx, "7.01", on=TUESDAY))
        (entry,) = posted(fx, result)
        assert entry == (
            "Tue",
            {POSITION: -900, UNREALISED: -8_820, RESULT: 8_820, "house/income/commission": 900},
        )
        assert [row[1:] for row in found(result)] == [
            ("book_value", "USD", 771_000, 770_100),
            ("taken_over", "USD", 71_000, 70_100),
            ("unrealised", "USD", -4_200, -13_020),
        ]

    def test_follows_the_cost_into_what_was_sold_since(self, fx: ExchangeBook) -> None:
        """Half of 980 + 100 USD is sold on Wednesday: half of the 9.00 is realised then."""
        fx.earn("USD", 10_000)
        fx.rate(USD="7.10")
        fx.revalue()
        fx.next_day()
        assert fx.exchange(("USD", 54_000), ("CNY", 400_000)).realised_minor == 14_500
        approve_and_run(fx, correct_rate(fx, "7.01", on=TUESDAY))
        assert (fx.realised, fx.balance("house/income/commission")) == (14_950, -70_100)
        assert fx.position("USD")[:2] == (54_000, 385_050)
        since = PositionAdjustment.objects.get(revaluation=None)
        assert (since.cost_minor, since.realised_minor, since.entry.value_date) == (450, 450, WEDNESDAY)

    def test_corrects_what_one_currency_was_exchanged_for_another_at(self, fx: ExchangeBook) -> None:
        """On Tuesday 100.00 USD bought 800.00 HKD, worth 710.00 CNY at 7.10 and 700.00 at 7.00."""
        fx.rate(USD="7.10", HKD="0.90")
        fx.exchange(("USD", 10_000), ("HKD", 80_000))
        fx.revalue()
        fx.next_day()
        approve_and_run(fx, correct_rate(fx, "7", on=TUESDAY))
        assert fx.position("HKD") == (80_000, 70_000, 2_000)
        assert fx.realised == 70_000 - 71_429
        assert PositionAdjustment.objects.count() == 2

    def test_that_changes_nothing_posts_nothing_and_finds_nothing(self, fx: ExchangeBook) -> None:
        result = approve_and_run(fx, correct_rate(fx, "7.20", on=MONDAY))
        assert (result.findings, result.reviews, result.entry_ids) == ({}, {}, ())
        assert OfficialRate.objects.get(version=2).rate == OfficialRate.objects.get(version=1).rate

    def test_of_a_pair_that_values_nothing_posts_nothing(self, fx: ExchangeBook) -> None:
        fx.state([RateDraft("USD", "JPY", "104")])
        fx.rate(USD="7.20")
        fx.revalue()
        fx.next_day()
        result = approve_and_run(fx, correct_rate(fx, "105", on=TUESDAY, base="JPY"))
        assert (result.findings, result.entry_ids) == ({}, ())

    def test_is_what_is_read_from_then_on(self, fx: ExchangeBook) -> None:
        approve_and_run(fx, correct_rate(fx, "7.02", on=MONDAY))
        stated = rates_of_day(book_id=fx.book.pk, rate_date=MONDAY).get(unit_code="USD")
        assert stated.rate == Fraction("7.02")
        assert OfficialRate.objects.count() == 2

    def test_runs_once(self, fx: ExchangeBook) -> None:
        made = correct_rate(fx, "7.02", on=MONDAY)
        dry = dry_run_correction(correction_id=made.pk)
        assert not CorrectionRun.objects.exists()
        first = approve_and_run(fx, made)
        again = run_correction(correction_id=made.pk, maker_id=fx.maker.pk)
        assert (again.is_replay, again.entry_ids, again.run_id) == (True, first.entry_ids, first.run_id)
        assert dry.findings == first.findings == {"unrealised": 1}

    def test_corrects_a_correction(self, fx: ExchangeBook) -> None:
        """And back: what was posted is the difference each time."""
        slow = correct_rate(fx, "7.05", on=MONDAY)
        approve_and_run(fx, correct_rate(fx, "7.02", on=MONDAY))
        fx.rate(USD="7.10")
        fx.revalue()
        fx.next_day()
        back = approve_and_run(fx, correct_rate(fx, "7.20", on=MONDAY))
        assert [amounts[UNREALISED] for _day, amounts in posted(fx, back)] == [17_640, -17_640]
        assert [valued(fx, UNREALISED, day) for day in (MONDAY, TUESDAY)] == [5_600, -4_200]
        with pytest.raises(SubjectSuperseded):
            approve_and_run(fx, slow)

    def test_takes_back_with_a_deal_what_the_deal_would_have_changed(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.10", HKD="0.90")
        deal = fx.exchange(("USD", 10_000), ("HKD", 80_000))
        fx.revalue()
        fx.next_day()
        reverse(fx, deal.posted.entry_id)
        approve_and_run(fx, correct_rate(fx, "7", on=TUESDAY))
        assert (fx.position("USD")[:2], fx.position("HKD")[:2]) == ((98_000, 700_000), (0, 0))
        assert fx.realised == 0

    def test_is_refused_where_the_positions_do_not_follow_from_their_entries(self, fx: ExchangeBook) -> None:
        """Somebody booked a sale by hand and took all of its price for the cost."""
        fx.post(
            "house_fx",
            ("house/custody/BANKA", "USD", -54_000),
            (POSITION, "USD", 54_000),
            ("house/custody/BANKA", "CNY", 400_000),
            (POSITION, "CNY", -400_000),
        )
        with pytest.raises(PositionsNotAsBooked):
            approve_and_run(fx, correct_rate(fx, "7.02", on=MONDAY))
        assert not Posting.objects.filter(entry__kind="house_revaluation_corrected").exists()
