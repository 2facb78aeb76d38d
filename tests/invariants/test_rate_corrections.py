"""What the database refuses of corrected rates and their adjustments, whoever asks."""

import datetime as dt

import pytest
from django.db import connection

from clearing.corrections.services.rates import propose_rate_correction
from contracts.models import FundingTranche, InterestAdjustment, RateCorrection, TermsVersion
from contracts.services.interest import accrue_interest
from tests.clearing.corrections.desk import approve_and_run
from tests.clearing.margin.harbour import MONDAY, TUESDAY, WEDNESDAY, Harbour, harbour
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

RATE, ADJUSTMENT = "contracts_ratecorrection", "contracts_interestadjustment"


@pytest.fixture
def corrected(db: None) -> Harbour:
    """A night's interest at 6.5 %, corrected to 7.3 %."""
    world = harbour()
    world.contract(owes=10_000_000, harbour=1_000)
    world.morning(TUESDAY)
    accrue_interest(book_id=world.book.pk, business_date=TUESDAY, maker_id=world.maker.pk)
    world.morning(WEDNESDAY)
    made = propose_rate_correction(
        book_id=world.book.pk,
        terms_id=TermsVersion.objects.get().pk,
        from_date=MONDAY,
        rate_ppm=73_000,
        reason="term sheet",
        evidence="term sheet 4",
        maker_id=world.maker.pk,
    )
    approve_and_run(world, made)
    return world


class TestRateCorrection:
    @pytest.mark.parametrize(
        "changes", [{"rate_ppm": 1}, {"from_date": TUESDAY}, {"terms_id": None}, {"approval_id": 0}]
    )
    def test_is_what_two_have_approved(self, corrected: Harbour, changes: dict[str, object]) -> None:
        with refused("contracts_ratecorrection_approved_by_two"):
            copy_row(RATE, RateCorrection.objects.get().pk, **changes)

    def test_is_one_an_approval(self, corrected: Harbour) -> None:
        with refused("contracts_ratecorrection_approval_id_key"):
            copy_row(RATE, RateCorrection.objects.get().pk)

    def test_never_changes(self, corrected: Harbour) -> None:
        with not_permitted():
            change_row(RATE, RateCorrection.objects.get().pk, rate_ppm=1)


class TestInterestAdjustment:
    def test_is_one_a_side(self, corrected: Harbour) -> None:
        with refused("contracts_interestadjustment_once"):
            copy_row(ADJUSTMENT, InterestAdjustment.objects.get().pk)

    @pytest.mark.parametrize("day", [MONDAY, dt.date(2008, 9, 20)])
    def test_amends_the_last_accrual(self, corrected: Harbour, day: dt.date) -> None:
        row = InterestAdjustment.objects.get()
        other = FundingTranche.objects.get(funder=corrected.albion).pk
        with refused("contracts_interestadjustment_amends_the_last"):
            copy_row(ADJUSTMENT, row.pk, accrual_date=day, tranche_id=other)
        with refused("contracts_interestadjustment_amends_the_last"):
            copy_row(ADJUSTMENT, row.pk, tranche_id=other)

    def test_holds_numbers(self, corrected: Harbour) -> None:
        other = FundingTranche.objects.get(funder=corrected.albion).pk
        with refused("contracts_interestadjustment_figures_finite"):
            copy_row(
                ADJUSTMENT, InterestAdjustment.objects.get().pk, closed_numerator="NaN", tranche_id=other
            )

    def test_never_changes(self, corrected: Harbour) -> None:
        with not_permitted():
            change_row(ADJUSTMENT, InterestAdjustment.objects.get().pk, posted_minor=1)
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM contracts_interestadjustment")
