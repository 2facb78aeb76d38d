"""Marks: consensus or a hold, fixed once."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.services.actor import acting
from clearing.marks.models import Instrument, Mark, QuoteVerdict
from clearing.marks.queries.marks import marks_on, verdicts_of
from clearing.marks.services.corporate_actions import SplitDraft, announce_corporate_actions
from clearing.marks.services.marks import MarksFixed, NotASession, fix_marks
from tests.clearing.marks.market import FRIDAY, MONDAY, SATURDAY, TUESDAY, SmallMarket, line


def fix(market: SmallMarket) -> MarksFixed:
    return fix_marks(book_id=market.book.pk, session_date=MONDAY, instrument_ids=[market.ibm.pk])


def mark_of(market: SmallMarket) -> Mark:
    return Mark.objects.get(instrument=market.ibm, session_date=MONDAY)


class TestFixMarks:
    def test_takes_the_median_of_three(self, market: SmallMarket) -> None:
        market.says("anchor", line("115.30"))
        market.says("beacon", line("115.42"))
        market.says("drift", line("115.29"))
        fix(market)
        mark = mark_of(market)
        assert (mark.state, mark.price_minor, mark.reason) == ("official", 11_530, "")
        assert mark.usable_for_liquidation
        assert len(mark.quote_ids) == 3

    def test_drops_the_one_that_is_tenfold(self, market: SmallMarket) -> None:
        market.says("anchor", line("115.30"))
        market.says("beacon", line("115.42"))
        market.says("drift", line("1153.00"))
        fix(market)
        mark = mark_of(market)
        assert (mark.state, mark.price_minor) == ("official", 11_536)
        verdicts = {one.quote.source.code: one.verdict for one in verdicts_of(mark_id=mark.pk)}
        assert verdicts == {"anchor": "accepted", "beacon": "accepted", "drift": "outlier"}
        deviation = QuoteVerdict.objects.get(verdict="outlier").deviation_ppm
        assert deviation == (115_300 - 11_542) * 1_000_000 // 11_542

    def test_holds_where_two_disagree(self, market: SmallMarket) -> None:
        """Vector P2: 10.00 and 10.60 lie 6 % apart, 2.9 % from their middle."""
        market.says("anchor", line("10.00"))
        market.says("drift", line("10.60"))
        assert fix(market).holds == (("XNYS:IBM", "no_consensus"),)
        mark = mark_of(market)
        assert (mark.state, mark.price_minor, mark.usable_for_liquidation) == ("hold", None, False)

    def test_holds_where_nobody_speaks(self, market: SmallMarket) -> None:
        assert fix(market).holds == (("XNYS:IBM", "no_price"),)

    @pytest.mark.parametrize(
        ("quote", "verdict"),
        [
            (line("0.00"), "not_positive"),
            (line("-115.30"), "not_positive"),
            (f"XNYS:IBM,{MONDAY},115.30,{FRIDAY}T21:00:00Z,1", "stale"),
            (f"XNYS:IBM,{MONDAY},115.30,{TUESDAY}T08:00:00Z,1", "late"),
        ],
    )
    def test_keeps_a_quote_that_is_no_price_with_its_verdict(
        self, market: SmallMarket, quote: str, verdict: str
    ) -> None:
        market.says("drift", quote)
        assert fix(market).holds == (("XNYS:IBM", "no_price"),)
        assert QuoteVerdict.objects.get().verdict == verdict

    def test_flags_a_single_source(self, market: SmallMarket) -> None:
        market.says("anchor", line("115.30"))
        assert fix(market).holds == ()
        mark = mark_of(market)
        assert (mark.state, mark.price_minor, mark.usable_for_liquidation) == ("single_source", 11_530, False)

    def test_lets_a_single_source_liquidate_within_the_days_limits(self, market: SmallMarket) -> None:
        limit_to_ten_per_cent(market)
        market.says("anchor", line("100.00", day=FRIDAY))
        fix_marks(book_id=market.book.pk, session_date=FRIDAY, instrument_ids=[market.ibm.pk])
        market.says("beacon", line("109.99"))
        market.says("drift", line("110.01"))
        fix(market)
        mark = mark_of(market)
        assert (mark.state, mark.price_minor, mark.previous_price_minor) == ("single_source", 10_999, 10_000)
        assert mark.usable_for_liquidation
        assert QuoteVerdict.objects.get(quote__source__code="drift").verdict == "outside_limits"

    def test_holds_where_a_source_has_split_a_day_early(self, market: SmallMarket) -> None:
        """Vector P6: the price of another epoch must liquidate nobody."""
        market.says("anchor", line("115.30"))
        market.says("beacon", line("115.42"))
        market.says("drift", line("57.65", epoch=2))
        assert fix(market).holds == (("XNYS:IBM", "epoch_mismatch"),)

    def test_counts_a_split_from_its_ex_date(self, market: SmallMarket) -> None:
        split(market)
        for source in ("anchor", "beacon"):
            market.says(source, line("57.65", epoch=2))
        fix(market)
        mark = mark_of(market)
        assert (mark.state, mark.epoch) == ("official", 2)

    def test_takes_no_limits_from_a_price_before_a_split(self, market: SmallMarket) -> None:
        limit_to_ten_per_cent(market)
        for source in ("anchor", "beacon"):
            market.says(source, line("115.30", day=FRIDAY))
        fix_marks(book_id=market.book.pk, session_date=FRIDAY, instrument_ids=[market.ibm.pk])
        split(market)
        for source in ("anchor", "beacon"):
            market.says(source, line("57.65", epoch=2))
        assert fix(market).holds == ()
        assert mark_of(market).price_minor == 5_765

    def test_remembers_the_last_price_before_a_hold(self, market: SmallMarket) -> None:
        market.says("anchor", line("115.30", day=FRIDAY))
        fix_marks(book_id=market.book.pk, session_date=FRIDAY)
        fix_marks(book_id=market.book.pk, session_date=MONDAY)
        fix_marks(book_id=market.book.pk, session_date=TUESDAY)
        mark = Mark.objects.get(instrument=market.ibm, session_date=TUESDAY)
        assert mark.previous_price_minor == 11_530

    def test_changes_nothing_the_second_time(self, market: SmallMarket) -> None:
        market.says("anchor", line("10.00"))
        first = fix(market)
        market.says("beacon", line("10.01"))
        again = fix(market)
        assert (first.fixed_count, again.fixed_count, again.present_count) == (1, 0, 1)
        assert mark_of(market).state == "single_source"

    def test_fixes_every_instrument_of_the_session(self, market: SmallMarket) -> None:
        market.says("anchor", line("115.30"), line("26.80", instrument="XNAS:MSFT"))
        done = fix_marks(book_id=market.book.pk, session_date=MONDAY)
        assert done.fixed_count == 2
        priced = {
            mark.instrument.unit.code: mark.price_minor
            for mark in marks_on(book_id=market.book.pk, session_date=MONDAY)
        }
        assert priced == {"XNAS:MSFT": 2_680, "XNYS:IBM": 11_530}

    def test_needs_few_statements(
        self, market: SmallMarket, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        market.says("anchor", line("115.30"), line("26.80", instrument="XNAS:MSFT"))
        with django_assert_max_num_queries(9):
            fix_marks(book_id=market.book.pk, session_date=MONDAY)

    def test_refuses_a_day_without_a_session(self, market: SmallMarket) -> None:
        with pytest.raises(NotASession):
            fix_marks(book_id=market.book.pk, session_date=SATURDAY)


def limit_to_ten_per_cent(market: SmallMarket) -> None:
    with acting(actor_id=market.maker.pk, reason="limits of the exchange"):
        Instrument.objects.filter(pk=market.ibm.pk).update(price_limit_ppm=100_000)


def split(market: SmallMarket) -> None:
    announce_corporate_actions(
        book_id=market.book.pk,
        drafts=[
            SplitDraft(
                instrument_id=market.ibm.pk,
                announced_on=FRIDAY,
                ex_date=MONDAY,
                record_date=MONDAY,
                pay_date=TUESDAY,
                ratio_numerator=2,
                ratio_denominator=1,
            )
        ],
    )
