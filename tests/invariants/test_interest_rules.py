"""What the database refuses of accruals, benchmarks, holds and penalties, whoever asks."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from accounts.services.approvals import approve
from contracts.models import (
    BenchmarkFixing,
    InterestAccrual,
    InterestAdjustment,
    InterestHold,
    InterestRun,
    PenaltyAccrual,
    PenaltyRun,
)
from contracts.services.benchmarks import FixingDraft, create_benchmark, propose_fixings, set_fixings
from contracts.services.interest import accrue_interest
from contracts.services.penalty import accrue_penalties
from contracts.services.terms import propose_terms
from tests.contracts.builders import DAY_ONE, TERMS, Lending, lending
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

MATURITY = DAY_ONE + dt.timedelta(days=10)


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def accrued(book: Lending) -> Lending:
    """An overdue contract with interest, a late drawdown's adjustment, and penalty."""
    contract = book.drawn(matures_on=MATURITY)
    other = book.open("F2", client="DUBOIS")
    book.deposit(other, 25_000_000)
    book.draw(other, 50_000_000)
    book.advance(DAY_ONE + dt.timedelta(days=5))
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    book.advance(MATURITY - dt.timedelta(days=1))
    book.draw(contract, 1_000_000, value_date=DAY_ONE)
    book.advance(MATURITY + dt.timedelta(days=3))
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    accrue_penalties(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    return book


class TestInterestAccrual:
    def test_is_of_its_contract_and_run(self, accrued: Lending) -> None:
        row = InterestAccrual.objects.filter(tranche__isnull=False, contract__code="F1").latest(
            "accrual_date"
        )
        other = InterestAccrual.objects.filter(contract__code="F2", tranche__isnull=False).first()
        assert other is not None
        later = dt.date(2026, 1, 1)
        for changes in (
            {"tranche_id": other.tranche_id},
            {"contract_id": 0},
            {"run_id": 0, "accrual_date": later},
            {"accrual_date": later},
        ):
            with refused("contracts_interestaccrual_of_its_contract"):
                copy_row("contracts_interestaccrual", row.pk, **({"tranche_id": None} | changes))


class TestInterestAdjustment:
    def test_is_one_a_side_and_run(self, accrued: Lending) -> None:
        row = InterestAdjustment.objects.filter(tranche__isnull=True).get()
        with refused("contracts_interestadjustment_once_a_run"):
            copy_row("contracts_interestadjustment", row.pk)

    @pytest.mark.parametrize("changes", [{"run_id": None}, {"value_date": None}])
    def test_has_one_cause(self, accrued: Lending, changes: dict[str, None]) -> None:
        row = InterestAdjustment.objects.filter(tranche__isnull=True).get()
        with refused("contracts_interestadjustment_has_one_cause"):
            copy_row("contracts_interestadjustment", row.pk, **changes)


class TestTerms:
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"spread_ppm": 1}, "contracts_termsversion_rate_fixed_or_floating"),
            ({"reset_months": 1}, "contracts_termsversion_rate_fixed_or_floating"),
            ({"rate_floor_ppm": 2, "rate_cap_ppm": 1}, "contracts_termsversion_floor_below_cap"),
            ({"rate_floor_ppm": -1}, "contracts_termsversion_floor_below_cap"),
            (
                {"capitalisation_months": 1, "capitalisation_allowed": False},
                "contracts_termsversion_capitalises_where_allowed",
            ),
        ],
    )
    def test_fix_one_kind_of_rate(self, book: Lending, changes: dict[str, int], name: str) -> None:
        product = book.terms["MARGIN"].product
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            propose_terms(product_id=product.pk, unit_id=book.units["CNY"], draft=replace(TERMS, **changes))  # type: ignore[arg-type]
        assert caught.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


class TestBenchmarks:
    @pytest.fixture
    def fixing(self, book: Lending) -> BenchmarkFixing:
        made = create_benchmark(code="LPR", name="Loan prime rate", administrator="NIFC", valid_days=40)
        drafts = [FixingDraft(DAY_ONE, 30_000)]
        approval = propose_fixings(
            benchmark_id=made.pk, fixings=drafts, source="notice", maker_id=book.maker.id
        )
        approve(approval_id=approval.id, checker_id=book.checker.id)
        return set_fixings(benchmark_id=made.pk, fixings=drafts, source="notice", approval_id=approval.id)[0]

    @pytest.mark.parametrize(
        "changes", [{"rate_ppm": 1}, {"fixing_date": MATURITY}, {"source": "other"}, {"source": ""}]
    )
    def test_are_fixed_as_two_have_approved(
        self, fixing: BenchmarkFixing, changes: dict[str, object]
    ) -> None:
        with refused("contracts_benchmarkfixing_approved_by_two"):
            copy_row("contracts_benchmarkfixing", fixing.pk, **changes)

    def test_are_not_brought_back_by_one(self, fixing: BenchmarkFixing) -> None:
        with refused("contracts_benchmarkfixing_approved_by_two"):
            copy_row("contracts_benchmarkfixing", fixing.pk)

    def test_never_change(self, fixing: BenchmarkFixing) -> None:
        with not_permitted():
            change_row("contracts_benchmarkfixing", fixing.pk, rate_ppm=1)
        with not_permitted():
            change_row("contracts_benchmark", fixing.benchmark_id, valid_days=1)

    @pytest.mark.parametrize(
        ("changes", "name"),
        [({}, "contracts_benchmark_code_unique"), ({"code": "l p r"}, "contracts_benchmark_code_plain")],
    )
    def test_have_plain_codes(self, fixing: BenchmarkFixing, changes: dict[str, str], name: str) -> None:
        with refused(name):
            copy_row("contracts_benchmark", fixing.benchmark_id, **changes)


class TestHolds:
    @pytest.fixture
    def hold(self, book: Lending) -> InterestHold:
        return InterestHold.objects.create(
            contract=book.open(), reason="fixing_missing", missing_from=DAY_ONE, held_on=MATURITY
        )

    def test_are_one_a_contract(self, hold: InterestHold) -> None:
        with refused("contracts_interesthold_one_open"):
            copy_row("contracts_interesthold", hold.pk)

    def test_are_lifted_once_and_not_before(self, hold: InterestHold) -> None:
        with refused("contracts_interesthold_lifted_later"):
            change_row("contracts_interesthold", hold.pk, lifted_on=DAY_ONE)
        change_row("contracts_interesthold", hold.pk, lifted_on=MATURITY)
        with refused("contracts_interesthold_lifted_once"):
            change_row("contracts_interesthold", hold.pk, lifted_on=None)


class TestPenalties:
    def test_are_counted_once_a_date(self, accrued: Lending) -> None:
        row = PenaltyAccrual.objects.get()
        assert row.posted_minor > 0
        with refused("contracts_penaltyaccrual_once_a_date"):
            copy_row("contracts_penaltyaccrual", row.pk)
        with refused("contracts_penaltyaccrual_figures_finite"):
            copy_row("contracts_penaltyaccrual", row.pk, cumulative_numerator="NaN")
        with not_permitted():
            change_row("contracts_penaltyaccrual", row.pk, posted_minor=0)

    def test_keep_their_run(self, accrued: Lending) -> None:
        run = PenaltyRun.objects.get()
        with refused("contracts_penaltyrun_sequence_unique"):
            copy_row("contracts_penaltyrun", run.pk, entry_id=None)
        with refused("contracts_penaltyrun_entry_set_once"):
            change_row("contracts_penaltyrun", run.pk, entry_id=None)
        assert InterestRun.objects.count() == 2
