"""What the database refuses of contracts, whatever comes round the services."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.services.actor import acting
from accounts.services.approvals import approve, execute_approval
from contracts.domain.states import PERMITTED_MOVES
from contracts.models import FinancingContract, FundingTranche, InterestAccrual, InterestRun, TermsVersion
from contracts.services.interest import accrue_interest
from contracts.services.terms import propose_activation, propose_terms
from ledger.models import Account
from ledger.services.books import create_book
from tests.contracts.builders import REASON, TERMS, Lending, lending


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@contextmanager
def refused(book: Lending, name: str) -> Iterator[None]:
    with (
        pytest.raises(IntegrityError) as caught,
        acting(actor_id=book.maker.id, reason=REASON),
        transaction.atomic(),
    ):
        yield
    assert caught.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def execute(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)  # type: ignore[arg-type]


class TestTerms:
    @pytest.fixture
    def draft(self, book: Lending) -> TermsVersion:
        return propose_terms(
            product_id=book.terms["MARGIN"].product_id, unit_id=book.units["CNY"], draft=TERMS
        )

    def test_do_not_change_once_in_force(self, book: Lending) -> None:
        terms = TermsVersion.objects.filter(pk=book.terms["MARGIN"].pk)
        with refused(book, "contracts_termsversion_active_immutable"):
            terms.update(client_rate_ppm=1)
        with refused(book, "contracts_termsversion_active_immutable"):
            terms.update(state="draft", approval=None)

    def test_start_as_a_draft(self, book: Lending, draft: TermsVersion) -> None:
        approval = propose_activation(terms_id=draft.id, maker_id=book.maker.id)
        draft.pk, draft.version, draft.state, draft.approval = None, 9, "active", approval
        with refused(book, "contracts_termsversion_starts_as_draft"):
            draft.save()

    def test_come_into_force_by_an_executed_approval_of_their_own(
        self, book: Lending, draft: TermsVersion
    ) -> None:
        approval = propose_activation(terms_id=draft.id, maker_id=book.maker.id)
        terms = TermsVersion.objects.filter(pk=draft.pk)
        with refused(book, "contracts_termsversion_activation_executed"):
            terms.update(state="active", approval=approval)
        with refused(book, "contracts_termsversion_activation_executed"):
            terms.update(state="active", approval=None)

    @pytest.mark.parametrize(
        "changed", ["client_rate_ppm = 200000", "standing_liquidation_authority = true", "unit_id = {usd}"]
    )
    def test_come_into_force_as_they_were_read(
        self, book: Lending, draft: TermsVersion, changed: str
    ) -> None:
        """A draft may change after its approval; what comes into force is what the second person read."""
        approval = propose_activation(terms_id=draft.id, maker_id=book.maker.id)
        approve(approval_id=approval.pk, checker_id=book.checker.id)
        execute_approval(
            approval_id=approval.pk,
            kind=approval.kind,
            subject=approval.subject,
            payload=approval.payload,
        )
        change = changed.replace("{usd}", str(book.units["USD"]))
        execute(f"UPDATE contracts_termsversion SET {change} WHERE id = %s", draft.pk)
        with refused(book, "contracts_termsversion_activation_executed"):
            TermsVersion.objects.filter(pk=draft.pk).update(state="active", approval=approval)

    def test_keep_their_product_and_number(self, book: Lending, draft: TermsVersion) -> None:
        with refused(book, "contracts_termsversion_identity_immutable"):
            TermsVersion.objects.filter(pk=draft.pk).update(version=7)

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"state": "gone"}, "contracts_termsversion_active_was_approved"),
            ({"day_count": "ACT_ACT"}, "contracts_termsversion_day_count_known"),
            ({"client_rate_ppm": -1}, "contracts_termsversion_rates_in_range"),
            ({"maintenance_ppm": 1_000_000}, "contracts_termsversion_margins_in_range"),
            ({"call_ppm": 1_500_000}, "contracts_termsversion_lines_descend"),
            ({"target_coverage_ppm": 1_300_000}, "contracts_termsversion_target_above_call"),
            ({"haircut_ppm": 1_000_001}, "contracts_termsversion_parts_in_range"),
            (
                {"waterfall_order": ["costs", "interest", "principal", "penalty", "penalty"]},
                "contracts_termsversion_waterfall_complete",
            ),
        ],
    )
    def test_stay_within_reason(
        self, book: Lending, draft: TermsVersion, change: dict[str, object], name: str
    ) -> None:
        with refused(book, name):
            TermsVersion.objects.filter(pk=draft.pk).update(**change)

    def test_have_each_version_once(self, book: Lending, draft: TermsVersion) -> None:
        draft.pk = None
        with refused(book, "contracts_termsversion_version_unique"):
            draft.save()


class TestContract:
    @pytest.fixture
    def contract(self, book: Lending) -> FinancingContract:
        return book.open(approved=False)

    def copy(self, contract: FinancingContract, **changes: object) -> FinancingContract:
        fields = {field.attname: getattr(contract, field.attname) for field in contract._meta.concrete_fields}
        return FinancingContract(**{**fields, "id": None, **changes})

    def test_starts_as_a_draft(self, book: Lending, contract: FinancingContract) -> None:
        with refused(book, "contracts_financingcontract_starts_as_draft"):
            self.copy(contract, code="F2", state="active").save()

    @pytest.mark.parametrize("to_state", sorted(PERMITTED_MOVES))
    @pytest.mark.parametrize("from_state", sorted(PERMITTED_MOVES))
    def test_moves_as_the_table_says(self, book: Lending, from_state: str, to_state: str) -> None:
        """The database's table and that of contracts/domain/states.py are one."""
        contract = book.open(approved=False)
        paths = {
            "draft": [],
            "submitted": ["submitted"],
            "approved": ["submitted", "approved"],
            "active": ["submitted", "approved", "active"],
            "closed": ["closed"],
        }
        book.move(contract, *paths.get(from_state, [*paths["active"], from_state]))
        row = FinancingContract.objects.filter(pk=contract.pk)
        closed_on = book.day if to_state == "closed" else None
        if from_state == to_state:
            return
        if (from_state, to_state) == ("matured", "defaulted"):  # which takes a debt
            with refused(book, "contracts_financingcontract_default_undisputed"):
                row.update(state=to_state)
        elif to_state in PERMITTED_MOVES[from_state]:
            with acting(actor_id=book.maker.id, reason=REASON):
                assert row.update(state=to_state, closed_on=closed_on) == 1
        else:
            with refused(book, "contracts_financingcontract_transition_permitted"):
                row.update(state=to_state, closed_on=closed_on)

    def test_closes_only_when_it_owes_nothing(self, book: Lending) -> None:
        contract = book.drawn()
        with refused(book, "contracts_financingcontract_closed_owes_nothing"):
            FinancingContract.objects.filter(pk=contract.pk).update(state="closed", closed_on=book.day)

    def test_has_a_date_when_closed_and_none_before(self, book: Lending, contract: FinancingContract) -> None:
        with refused(book, "contracts_financingcontract_closed_has_date"):
            FinancingContract.objects.filter(pk=contract.pk).update(state="closed")

    def test_says_who_moved_it_and_why(self, book: Lending, contract: FinancingContract) -> None:
        with pytest.raises(IntegrityError, match="without an actor"), transaction.atomic():
            execute("UPDATE contracts_financingcontract SET state = 'submitted' WHERE id = %s", contract.pk)

    def test_matures_after_it_opens(self, book: Lending, contract: FinancingContract) -> None:
        with refused(book, "contracts_financingcontract_matures_after_opening"):
            FinancingContract.objects.filter(pk=contract.pk).update(matures_on=contract.opened_on)

    def test_is_not_open_to_other_changes(self, book: Lending, contract: FinancingContract) -> None:
        for column in ("terms_id", "client_id", "cash_account_id", "code", "book_id"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                execute(f"UPDATE contracts_financingcontract SET {column} = {column}")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            execute("DELETE FROM contracts_financingcontract")

    def test_stands_on_its_own_accounts(self, book: Lending, contract: FinancingContract) -> None:
        with refused(book, "contracts_financingcontract_accounts_match"):
            self.copy(contract, code="F2").save()

    def test_has_a_code_of_its_own(self, book: Lending, contract: FinancingContract) -> None:
        with refused(book, "contracts_financingcontract_code_unique"):
            self.copy(contract).save()

    def test_has_a_code_that_fits_addresses(self, book: Lending, contract: FinancingContract) -> None:
        with refused(book, "contracts_financingcontract_code_fits_addresses"):
            self.copy(contract, code="F/2").save()

    def test_is_of_a_client(self, book: Lending, contract: FinancingContract) -> None:
        with refused(book, "contracts_financingcontract_client_is_client"):
            self.copy(contract, code="F2", client_id=book.parties["AURORA"].pk).save()

    def test_is_under_terms_in_force_in_their_currency(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        draft = propose_terms(
            product_id=book.terms["MARGIN"].product_id, unit_id=book.units["CNY"], draft=TERMS
        )
        with refused(book, "contracts_financingcontract_terms_are_active"):
            self.copy(contract, code="F2", terms_id=draft.pk).save()
        with refused(book, "contracts_financingcontract_unit_is_of_terms"):
            self.copy(contract, code="F2", unit_id=book.units["USD"]).save()


class TestTranches:
    @pytest.fixture
    def tranche(self, book: Lending) -> FundingTranche:
        return FundingTranche.objects.get(contract=book.open(approved=False), ordinal=1)

    def another(self, tranche: FundingTranche, **changes: object) -> FundingTranche:
        fields = {field.attname: getattr(tranche, field.attname) for field in tranche._meta.concrete_fields}
        return FundingTranche(**{**fields, "id": None, "ordinal": 4, **changes})

    def of_corvus(self, book: Lending, tranche: FundingTranche) -> FundingTranche:
        return self.another(tranche, funder_id=book.party("CORVUS", "funder").id)

    def test_make_the_whole_by_their_shares(self, book: Lending, tranche: FundingTranche) -> None:
        with refused(book, "contracts_fundingtranche_shares_make_whole"):
            self.of_corvus(book, tranche).save()

    def test_are_one_to_a_funder_and_one_to_the_house(self, book: Lending, tranche: FundingTranche) -> None:
        with refused(book, "contracts_fundingtranche_funder_unique"):
            self.another(tranche).save()
        house = FundingTranche.objects.get(contract=tranche.contract, funder=None)
        with refused(book, "contracts_fundingtranche_funder_unique"):
            self.another(house).save()
        with refused(book, "contracts_fundingtranche_ordinal_unique"):
            self.another(tranche, ordinal=1, funder_id=book.party("CORVUS", "funder").id).save()

    def test_are_of_funders(self, book: Lending, tranche: FundingTranche) -> None:
        contract = self.emptied(book)
        with refused(book, "contracts_fundingtranche_funder_is_funder"):
            FundingTranche.objects.bulk_create(
                [
                    self.another(
                        tranche,
                        contract_id=contract.pk,
                        funder_id=book.party("DUBOIS", "client").id,
                        share_ppm=1_000_000,
                    ),
                    self.house(tranche, contract),
                ]
            )

    def test_stand_on_their_own_accounts(self, book: Lending, tranche: FundingTranche) -> None:
        contract = self.emptied(book)
        with refused(book, "contracts_fundingtranche_accounts_match"):
            FundingTranche.objects.bulk_create(
                [
                    self.another(tranche, contract_id=contract.pk, share_ppm=1_000_000),
                    self.house(tranche, contract),
                ]
            )

    def test_have_the_house_among_them(self, book: Lending, tranche: FundingTranche) -> None:
        contract = self.emptied(book)
        with refused(book, "contracts_fundingtranche_house_has_one"):
            self.another(tranche, contract_id=contract.pk, share_ppm=1_000_000).save()

    def emptied(self, book: Lending) -> FinancingContract:
        """A contract of another book whose tranches are still to come."""
        first = FinancingContract.objects.get(code="F1")
        other = create_book(code="OTHER", name="Other", base_unit_code="CNY")
        fields = {field.attname: getattr(first, field.attname) for field in first._meta.concrete_fields}
        for name, account_id in list(fields.items()):
            if name.endswith("account_id"):
                account = Account.objects.get(pk=account_id)
                account.pk, account.book_id = None, other.pk
                account.save(force_insert=True)
                fields[name] = account.pk
        contract = FinancingContract(**{**fields, "id": None, "book_id": other.pk})
        with acting(actor_id=book.maker.id, reason=REASON):
            contract.save(force_insert=True)
        return contract

    def house(self, tranche: FundingTranche, contract: FinancingContract) -> FundingTranche:
        house = FundingTranche.objects.get(contract=tranche.contract, funder=None)
        return self.another(house, contract_id=contract.pk, ordinal=5)

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"share_ppm": 1_000_001}, "contracts_fundingtranche_parts_in_range"),
            ({"seniority": 0}, "contracts_fundingtranche_seniority_positive"),
            ({"share_ppm": 0}, "contracts_fundingtranche_house_or_funder"),
            ({"interest_account_id": None}, "contracts_fundingtranche_house_or_funder"),
        ],
    )
    def test_stay_within_reason(
        self, book: Lending, tranche: FundingTranche, change: dict[str, object], name: str
    ) -> None:
        with refused(book, name):
            self.another(tranche, **{"funder_id": book.party("CORVUS", "funder").id, **change}).save()

    def test_never_change(self, book: Lending, tranche: FundingTranche) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            execute("UPDATE contracts_fundingtranche SET rate_ppm = 0")


class TestInterest:
    @pytest.fixture
    def accrual(self, book: Lending) -> InterestAccrual:
        book.drawn()
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        return InterestAccrual.objects.get(tranche=None)

    @pytest.mark.parametrize("verb", ["UPDATE contracts_interestaccrual SET posted_minor = 0", "DELETE"])
    def test_is_never_rewritten(self, book: Lending, accrual: InterestAccrual, verb: str) -> None:
        statement = verb if verb.startswith("UPDATE") else "DELETE FROM contracts_interestaccrual"
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            execute(statement)

    def test_is_counted_once_a_date(self, book: Lending, accrual: InterestAccrual) -> None:
        accrual.pk = None
        with refused(book, "contracts_interestaccrual_once_a_date"):
            accrual.save()

    def test_is_finite(self, book: Lending, accrual: InterestAccrual) -> None:
        with refused(book, "contracts_interestaccrual_figures_finite"):
            execute(
                """
                INSERT INTO contracts_interestaccrual (
                    run_id, contract_id, accrual_date, closed_principal_minor, closed_numerator,
                    cumulative_numerator, cumulative_posted_minor, posted_minor
                ) VALUES (%s, %s, '2030-01-01', 0, 0, 'NaN', 0, 0)
                """,
                accrual.run_id,
                accrual.contract_id,
            )

    def test_gets_its_entry_once(self, book: Lending) -> None:
        book.drawn()
        book.advance(book.day.replace(day=2))
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        with refused(book, "contracts_interestrun_entry_set_once"):
            InterestRun.objects.update(entry=None)

    def test_numbers_its_runs(self, book: Lending, accrual: InterestAccrual) -> None:
        run = accrual.run
        run.pk = None
        with refused(book, "contracts_interestrun_sequence_unique"):
            run.save()


class TestProduct:
    def test_has_a_plain_code_of_its_own(self, book: Lending) -> None:
        with refused(book, "contracts_product_code_unique"):
            execute("INSERT INTO contracts_product (code, name) VALUES ('MARGIN', 'again')")
        with refused(book, "contracts_product_code_plain"):
            execute("INSERT INTO contracts_product (code, name) VALUES ('margin loan', 'x')")


@pytest.mark.django_db(transaction=True)
class TestOwner:
    """Not even the owner of the tables rewrites what was counted."""

    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            ("DELETE FROM contracts_interestaccrual", "contracts_interestaccrual_append_only"),
            ("UPDATE contracts_fundingtranche SET rate_ppm = 1", "contracts_fundingtranche_append_only"),
            ("DELETE FROM contracts_interestrun", "contracts_interestrun_entry_set_once"),
            (
                "UPDATE contracts_financingcontract SET opened_on = opened_on - 1",
                "contracts_financingcontract_identity_immutable",
            ),
            ("DELETE FROM contracts_financingcontract", "contracts_financingcontract_identity_immutable"),
            ("DELETE FROM contracts_termsversion", "contracts_termsversion_active_immutable"),
        ],
    )
    def test_is_refused(
        self, owner_connection: psycopg.Connection[tuple[object, ...]], statement: str, name: str
    ) -> None:
        book = lending()
        book.drawn()
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            owner_connection.execute(statement)
        assert caught.value.diag.constraint_name == name
