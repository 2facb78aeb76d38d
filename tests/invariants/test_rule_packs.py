"""What the database refuses of rule packs, and of terms and contracts under them, round the services."""

import json
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection

from accounts.services.approvals import approve, execute_approval
from contracts.domain.rule_pack import looser_terms, read_parameters
from contracts.models import RulePackVersion, TermsVersion
from contracts.services.rule_packs import propose_pack_activation, propose_rule_pack
from contracts.services.terms import propose_activation, propose_terms
from tests.contracts.builders import TERMS, Lending, lending
from tests.contracts.packs import TERMS_ROW, document, parameters
from tests.contracts.services.test_rule_packs import CN_TERMS
from tests.invariants.custody_attacks import forbidden, sql
from tests.invariants.test_contracts import refused


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def draft(book: Lending) -> RulePackVersion:
    return propose_rule_pack(document=document())


def write(draft: RulePackVersion, **changes: Any) -> None:
    """Another version by the login itself, copied from a draft."""
    content = {**json.loads(draft.content), "version": 9, **changes.pop("content", {})}
    text = json.dumps(content, ensure_ascii=False)
    fields = {
        "pack_id": draft.pack_id,
        "version": 9,
        "effective_from": draft.effective_from,
        "origin": "house",
        "content": text,
        "sha256": sha256(text.encode()).hexdigest(),
        "parameters": draft.parameters,
        **changes,
    }
    RulePackVersion.objects.create(**fields)


class TestRulePackVersion:
    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"origin": "shipped", "state": "active"}, "contracts_rulepackversion_shipped_by_migration"),
            ({"state": "active"}, "contracts_rulepackversion_starts_as_draft"),
            ({"sha256": "0" * 64}, "contracts_rulepackversion_hash_is_its_own"),
            ({"content": {"version": 8}}, "contracts_rulepackversion_columns_match_content"),
            (
                {"content": {"effective_from": "2030-01-01"}},
                "contracts_rulepackversion_columns_match_content",
            ),
            ({"content": {"code": "PLATFORM"}}, "contracts_rulepackversion_columns_match_content"),
            ({"parameters": {}}, "contracts_rulepackversion_columns_match_content"),
            ({"version": 1, "content": {"version": 1}}, "contracts_rulepackversion_version_unique"),
            ({"origin": "wind"}, "contracts_rulepackversion_shipped_or_approved"),
        ],
    )
    def test_is_what_it_says(
        self, book: Lending, draft: RulePackVersion, change: dict[str, Any], name: str
    ) -> None:
        with refused(book, name):
            write(draft, **change)

    def test_has_a_plain_code_once(self, book: Lending) -> None:
        with refused(book, "contracts_rulepack_code_unique"):
            sql("INSERT INTO contracts_rulepack (code) VALUES ('PLATFORM')")
        with refused(book, "contracts_rulepack_code_plain"):
            sql("INSERT INTO contracts_rulepack (code) VALUES ('cn margin')")

    def test_comes_into_force_by_an_executed_approval_of_this_content(
        self, book: Lending, draft: RulePackVersion
    ) -> None:
        approval = propose_pack_activation(version_id=draft.pk, maker_id=book.maker.id)
        row = RulePackVersion.objects.filter(pk=draft.pk)
        with refused(book, "contracts_rulepackversion_activation_executed"):
            row.update(state="active", approval=approval)
        with refused(book, "contracts_rulepackversion_activation_executed"):
            row.update(state="active", approval=book.terms["MARGIN"].approval)

    @pytest.mark.parametrize(
        ("day", "name"),
        [
            ("1990-01-01", "contracts_rulepackversion_one_from_a_day"),
            ("2024-12-01", "contracts_rulepackversion_not_back_dated"),
        ],
    )
    def test_leaves_days_that_are_taken_alone(self, book: Lending, day: str, name: str) -> None:
        if day > "2000":
            book.open()
        version = propose_rule_pack(document=document(code="PLATFORM", effective_from=day))
        approval = propose_pack_activation(version_id=version.pk, maker_id=book.maker.id)
        approve(approval_id=approval.id, checker_id=book.checker.id)
        execute_approval(
            approval_id=approval.id, kind=approval.kind, subject=approval.subject, payload=approval.payload
        )
        with refused(book, name):
            RulePackVersion.objects.filter(pk=version.pk).update(state="active", approval=approval)

    def test_never_changes_and_stays(self, book: Lending, draft: RulePackVersion) -> None:
        shipped = RulePackVersion.objects.filter(pack__code="PLATFORM")
        with refused(book, "contracts_rulepackversion_content_immutable"):
            shipped.update(state="draft")
        for statement in (
            "UPDATE contracts_rulepackversion SET parameters = '{}'",
            "UPDATE contracts_rulepackversion SET effective_from = effective_from - 1",
            "UPDATE contracts_rulepack SET code = 'X'",
            "DELETE FROM contracts_rulepackversion",
            "TRUNCATE contracts_rulepack CASCADE",
        ):
            with forbidden():
                sql(statement)


class TestTermsWithinPack:
    @pytest.fixture
    def terms(self, book: Lending) -> TermsVersion:
        product_id = book.terms["MARGIN"].product_id
        return propose_terms(product_id=product_id, unit_id=book.units["CNY"], draft=TERMS)

    def force(self, book: Lending, terms: TermsVersion, **changes: Any) -> None:
        """Change a draft, have two people approve what it says now, and put it in force by hand."""
        row = TermsVersion.objects.filter(pk=terms.pk)
        row.update(**changes)
        approval = propose_activation(terms_id=terms.pk, maker_id=book.maker.id)
        approve(approval_id=approval.id, checker_id=book.checker.id)
        execute_approval(
            approval_id=approval.id, kind=approval.kind, subject=approval.subject, payload=approval.payload
        )
        row.update(state="active", approval=approval)

    def test_names_a_pack_in_force(self, book: Lending, terms: TermsVersion, draft: RulePackVersion) -> None:
        for pack in (None, draft):
            with refused(book, "contracts_termsversion_names_its_pack"):
                self.force(book, terms, rule_pack_version=pack)

    def test_names_the_pack_that_was_approved(self, book: Lending, terms: TermsVersion) -> None:
        other = RulePackVersion.objects.get(pack__code="EU_ESMA")
        with refused(book, "contracts_termsversion_names_its_pack"):
            approval = propose_activation(terms_id=terms.pk, maker_id=book.maker.id)
            approve(approval_id=approval.id, checker_id=book.checker.id)
            execute_approval(
                approval_id=approval.id,
                kind=approval.kind,
                subject=approval.subject,
                payload=approval.payload,
            )
            row = TermsVersion.objects.filter(pk=terms.pk)
            row.update(state="active", approval=approval, rule_pack_version=other)

    def test_is_never_looser(self, book: Lending, terms: TermsVersion) -> None:
        with refused(book, "contracts_termsversion_within_pack"):
            self.force(book, terms, haircut_ppm=49_999)


class TestContractsOfPacks:
    """That the trigger refuses, and not only the service: the service asks nothing of it."""

    @pytest.mark.parametrize(
        ("opened_on", "matures_on", "name"),
        [
            ("2023-09-08", None, "contracts_financingcontract_pack_in_force"),
            ("2026-01-19", "2026-02-19", "contracts_financingcontract_terms_within_pack"),
            ("2025-02-01", None, "contracts_financingcontract_term_within_pack"),
        ],
    )
    def test_open_within_their_pack(
        self, book: Lending, opened_on: str, matures_on: str | None, name: str
    ) -> None:
        book.put_terms_in_force("OLD", CN_TERMS)
        contract = book.open(approved=False)
        with refused(book, name):
            sql(
                """
                INSERT INTO contracts_financingcontract (
                    book_id, code, client_id, custodian_id, terms_id, unit_id, state, opened_on, matures_on,
                    cash_account_id, unsettled_cash_account_id, principal_account_id, interest_account_id,
                    penalty_account_id, fee_account_id
                )
                SELECT
                    book_id, 'F9', client_id, custodian_id, %s, unit_id, 'draft', %s::date, %s::date,
                    cash_account_id, unsettled_cash_account_id, principal_account_id, interest_account_id,
                    penalty_account_id, fee_account_id
                FROM contracts_financingcontract WHERE id = %s
                """,
                book.terms["OLD"].pk,
                opened_on,
                matures_on,
                contract.pk,
            )


class TestLooserTerms:
    """The database's rule and that of contracts/domain/rule_pack.py are one."""

    @pytest.mark.parametrize(
        "pack",
        [
            {},
            {"initial_margin_of": "financed", "initial_margin_ppm": 800_000},
            {"initial_margin_of": "financed", "initial_margin_ppm": 1_000_000},
            {"initial_margin_ppm": 333_333},
            {
                "maintenance_measure": "coverage",
                "maintenance_ppm": 1_300_000,
                "warning_multiple_ppm": 1_200_000,
            },
            {"warning_multiple_ppm": 1_200_000, "liquidation_line_ppm": 1_200_000},
            {"withdrawal_line_ppm": 3_000_000, "concentration_cap_ppm": 300_000},
            {"negative_balance_protection": True, "capitalisation_permitted": False},
        ],
    )
    @pytest.mark.parametrize(
        "terms",
        [
            {},
            {"initial_margin_ppm": 444_443},
            {"initial_margin_ppm": 444_444, "max_leverage_ppm": 2_250_001},
            {"initial_margin_ppm": 333_333, "max_leverage_ppm": 3_000_004},
            {"max_leverage_ppm": 3_000_003},
            {"maintenance_ppm": 230_769},
            {"maintenance_ppm": 230_768, "call_ppm": 1_299_999},
            {"call_ppm": 1_333_332},
            {"warn_ppm": 1_599_999},
            {"liquidate_ppm": 1_199_999},
            {"haircut_ppm": 249_999},
            {"call_deadline_sessions": 16},
            {"concentration_cap_ppm": 300_001},
            {"day_count": "ACT_ACT_ISDA"},
        ],
    )
    def test_is_the_same_in_both(self, db: None, terms: dict[str, Any], pack: dict[str, Any]) -> None:
        row, given = {**TERMS_ROW, **terms}, parameters(**pack)
        found = looser_terms(row, read_parameters(given))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT contracts_looser_terms(%s::jsonb, %s::jsonb)", [json.dumps(row), json.dumps(given)]
            )
            (name,) = cursor.fetchone() or (None,)
        assert name == (found[0].name if found else None)
