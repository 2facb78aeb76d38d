"""Penalty interest after grace, and interest that becomes principal."""

from datetime import date
from fractions import Fraction

import pytest

from contracts.domain.day_count import DayCount, InvalidPeriod
from contracts.domain.interest import AccrualBasis
from contracts.domain.penalty import PenaltyMode, PenaltyTerms, capitalise, penalty_exact

DUE = date(2026, 1, 10)


class TestPenaltyExact:
    def penalty(self, until: date, terms: PenaltyTerms) -> Fraction:
        return penalty_exact(
            365_000_00,
            contract_rate_ppm=100_000,
            terms=terms,
            due_date=DUE,
            until=until,
            day_count=DayCount.ACT_365F,
        )

    def test_runs_from_the_due_date_without_grace(self) -> None:
        assert self.penalty(date(2026, 1, 12), PenaltyTerms(multiple_ppm=1_500_000)) == 300_00

    @pytest.mark.parametrize(("day", "penalty"), [(10, 0), (12, 0), (13, 0), (14, 150_00), (15, 300_00)])
    def test_never_charges_the_days_of_grace(self, day: int, penalty: int) -> None:
        terms = PenaltyTerms(multiple_ppm=1_500_000, grace_days=3)
        assert self.penalty(date(2026, 1, day), terms) == penalty

    def test_keeps_a_rate_exact_that_is_no_whole_part_per_million(self) -> None:
        assert PenaltyTerms(multiple_ppm=1_500_000).rate(73_333) == Fraction(219_999, 2)

    def test_is_refused_before_the_due_date(self) -> None:
        with pytest.raises(InvalidPeriod):
            self.penalty(date(2026, 1, 9), PenaltyTerms(multiple_ppm=1_500_000))


class TestPenaltyMode:
    def test_replaces_contract_interest_by_default(self) -> None:
        terms = PenaltyTerms(multiple_ppm=1_500_000)
        assert terms.mode is PenaltyMode.INSTEAD
        assert terms.contract_rate_while_overdue_ppm(65_000) == 0

    def test_runs_on_top_where_the_terms_say_so(self) -> None:
        terms = PenaltyTerms(multiple_ppm=1_500_000, mode=PenaltyMode.ON_TOP)
        assert terms.contract_rate_while_overdue_ppm(65_000) == 65_000


class TestCapitalise:
    def test_carries_rounded_interest_into_the_next_principal(self) -> None:
        basis = AccrualBasis(DayCount.ACT_365F)
        first, second = capitalise(
            365_00, 1_000_000, [DUE, date(2026, 1, 11), date(2026, 1, 12)], basis=basis
        )
        assert (first.principal_minor, first.interest_minor) == (365_00, 1_00)
        assert (second.principal_minor, second.interest_minor) == (366_00, 1_00)

    @pytest.mark.parametrize("boundaries", [[], [DUE], [DUE, date(2026, 1, 9)]])
    def test_needs_periods(self, boundaries: list[date]) -> None:
        with pytest.raises(InvalidPeriod):
            capitalise(1, 1, boundaries, basis=AccrualBasis(DayCount.ACT_365F))
