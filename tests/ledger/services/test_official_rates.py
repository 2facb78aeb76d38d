"""Official rates: a source's first ones by itself, by hand and anew by two; found direct, inverse or
crossed."""

import json
from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command

from accounts.services.approvals import ApprovalAlreadyExecuted, ApprovalNotApproved, approve
from ledger.models import OfficialRate
from ledger.queries.official_rates import RateMissing, rates_of_day
from ledger.services.official_rates import (
    RateDraft,
    RateMalformed,
    propose_official_rates,
    set_approved_rates,
)
from ledger.services.refusals_exchange import RateBothWays, RateNeedsApproval, RateNotOfCurrencies
from tests.ledger.exchange_cast import ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def fx() -> ExchangeBook:
    return exchange_book()


def propose(fx: ExchangeBook, *drafts: RateDraft) -> int:
    proposed = propose_official_rates(
        book_id=fx.book.pk, rate_date=fx.day, drafts=drafts, maker_id=fx.maker.pk
    )
    return proposed.pk


class TestSetOfficialRates:
    def test_keeps_every_decimal(self, fx: ExchangeBook) -> None:
        fx.rate(JPY="0.047512345678")
        day = rates_of_day(book_id=fx.book.pk, rate_date=fx.day)
        assert day.get(unit_code="JPY").rate == Fraction("0.047512345678")

    def test_leaves_alone_what_is_stated_again(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.1")
        fx.rate(USD="7.10", HKD="0.91")
        assert OfficialRate.objects.count() == 2

    def test_overwrites_nothing(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.1")
        with pytest.raises(RateNeedsApproval):
            fx.rate(USD="7.2")

    def test_takes_a_pair_in_one_direction(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.1")
        with pytest.raises(RateBothWays):
            fx.rate_inverse(USD="0.14")

    def test_is_between_currencies(self, fx: ExchangeBook) -> None:
        with pytest.raises(RateNotOfCurrencies):
            fx.state([RateDraft("XSHG:600000", "CNY", "12")])

    @pytest.mark.parametrize(
        "text", ["0", "0.000", "-7", "+7", "7,1", "1e3", "NaN", "", "7.", "7.1234567890123", "\u0667"]
    )
    def test_reads_plain_positive_decimals_only(self, fx: ExchangeBook, text: str) -> None:
        with pytest.raises(RateMalformed):
            fx.rate(USD=text)

    def test_knows_the_currencies(self, fx: ExchangeBook) -> None:
        with pytest.raises(RateMalformed, match="XXX"):
            fx.rate(XXX="1")


class TestSetApprovedRates:
    def test_sets_by_hand_what_two_people_want(self, fx: ExchangeBook) -> None:
        approval_id = propose(fx, RateDraft("USD", "CNY", "7.10"), RateDraft("CNY", "JPY", "21"))
        with pytest.raises(ApprovalNotApproved):
            set_approved_rates(approval_id=approval_id)
        approve(approval_id=approval_id, checker_id=fx.checker.pk)
        assert [str(rate) for rate in set_approved_rates(approval_id=approval_id)] == [
            "CNY/JPY 2008-09-15 v1",
            "USD/CNY 2008-09-15 v1",
        ]
        with pytest.raises(ApprovalAlreadyExecuted):
            set_approved_rates(approval_id=approval_id)

    def test_makes_a_new_version_that_counts(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.1")
        approval_id = propose(fx, RateDraft("USD", "CNY", "7.2"))
        approve(approval_id=approval_id, checker_id=fx.checker.pk)
        set_approved_rates(approval_id=approval_id)
        assert OfficialRate.objects.count() == 2
        assert rates_of_day(book_id=fx.book.pk, rate_date=fx.day).get(unit_code="USD").rate == Fraction("7.2")


class TestRatesOfDay:
    def test_are_direct_inverse_or_crossed_and_say_from_what(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.1")
        fx.rate_inverse(JPY="20")
        day = rates_of_day(book_id=fx.book.pk, rate_date=fx.day)
        assert day.get(unit_code="JPY").rate == Fraction(1, 20)
        cross = day.get(unit_code="USD", base_code="JPY")
        assert cross.rate == 142
        assert len(cross.rate_ids) == 2
        assert day.get(unit_code="CNY").rate == 1

    def test_of_another_day_are_none(self, fx: ExchangeBook) -> None:
        fx.rate(USD="7.1")
        fx.next_day()
        with pytest.raises(RateMissing, match=r"2008-09-16 for USD/CNY"):
            rates_of_day(book_id=fx.book.pk, rate_date=fx.day).get(unit_code="USD")


class TestCommand:
    def run(self, fx: ExchangeBook, *arguments: str) -> None:
        call_command(
            "set_official_rates",
            "--book",
            fx.book.code,
            "--date",
            str(fx.day),
            "--maker",
            "day-runner",
            *arguments,
        )

    def test_sets_by_two_at_once(self, fx: ExchangeBook, capsys: pytest.CaptureFixture[str]) -> None:
        self.run(fx, "USD/CNY=7.1", "--checker", "lin", "--json")
        assert json.loads(capsys.readouterr().out)["set"] == ["USD/CNY 2008-09-15 v1"]

    def test_proposes_where_nobody_is_at_hand(self, fx: ExchangeBook) -> None:
        with pytest.raises(SystemExit) as ended:
            self.run(fx, "USD/CNY=7.1")
        assert ended.value.code == 3
        assert not OfficialRate.objects.exists()

    def test_takes_a_source_at_its_word_once(self, fx: ExchangeBook) -> None:
        self.run(fx, "USD/CNY=7.1", "--source", "pboc")
        with pytest.raises(CommandError, match="RateNeedsApproval"):
            self.run(fx, "USD/CNY=7.2", "--source", "pboc")

    def test_refuses_one_person_as_two(self, fx: ExchangeBook) -> None:
        with pytest.raises(CommandError, match="SelfApproval"):
            self.run(fx, "USD/CNY=7.1", "--checker", "day-runner")
