"""A version of a rule pack comes into force by two people, and terms stay within theirs."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from accounts.services.approvals import ApprovalNotApproved, SelfApproval, approve
from contracts.models import RulePackState, RulePackVersion
from contracts.queries.rule_packs import diff_packs, newest_version, pack_in_force
from contracts.services.contracts import ContractDraft, TrancheDraft, open_contracts
from contracts.services.refusals import (
    NoPackForContract,
    RulePackBackDated,
    RulePackDayTaken,
    TermsLooserThanPack,
    TermsOfAnOlderPack,
    TermTooLong,
    UnknownRulePack,
)
from contracts.services.rule_packs import (
    RulePackImmutable,
    UnfitRulePack,
    activate_rule_pack,
    propose_pack_activation,
    propose_rule_pack,
)
from contracts.services.terms import TermsDraft
from tests.contracts.builders import REASON, TERMS, Lending
from tests.contracts.packs import document

CN_TERMS = TermsDraft(
    client_rate_ppm=65_000,
    calendar_code="XSHG",
    day_count="ACT_360",
    initial_margin_ppm=444_444,
    max_leverage_ppm=2_250_000,
    rule_pack="CN_MARGIN/v1",
)


def put_in_force(book: Lending, **changes: Any) -> RulePackVersion:
    version = propose_rule_pack(document=document(**changes))
    approval = propose_pack_activation(version_id=version.pk, maker_id=book.maker.id)
    approve(approval_id=approval.id, checker_id=book.checker.id)
    return activate_rule_pack(version_id=version.pk, approval_id=approval.id)


def opened(book: Lending, terms: str, opened_on: dt.date, matures_on: dt.date | None = None) -> None:
    draft = ContractDraft(
        code=f"P{opened_on:%y%m%d}",
        client_id=book.party("CHEN", "client").id,
        custodian_id=book.custodian_id,
        terms_id=book.terms[terms].id,
        opened_on=opened_on,
        tranches=(TrancheDraft(None, 1_000_000),),
        matures_on=matures_on,
    )
    open_contracts(book_id=book.book.id, drafts=[draft], actor_id=book.maker.id, reason=REASON)


class TestProposeRulePack:
    def test_writes_the_next_version_as_a_draft(self, book: Lending) -> None:
        version = propose_rule_pack(document=document(code="CN_MARGIN", effective_from="2026-06-01"))
        assert (version.version, version.state, version.origin) == (3, "draft", "house")
        assert newest_version("CN_MARGIN").version == 2  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "change",
        [
            {"parameters": {}},
            {"title": {"en": "only"}},
            {"sources": []},
            {"basis": {}},
            {"effective_from": "soon"},
            {
                "examples": [
                    {"kind": "maintenance", "given": {"debt_minor": 3}, "expected": {"assets_minor": 3}}
                ]
            },
        ],
    )
    def test_refuses_what_is_not_whole(self, book: Lending, change: dict[str, Any]) -> None:
        with pytest.raises(UnfitRulePack):
            propose_rule_pack(document={**document(), **change})
        assert not RulePackVersion.objects.filter(pack__code="HARBOUR").exists()


class TestActivateRulePack:
    def test_holds_from_its_day_on(self, book: Lending) -> None:
        version = put_in_force(book, code="PLATFORM", effective_from="2025-06-01")
        assert version.state == RulePackState.ACTIVE
        assert pack_in_force("PLATFORM", dt.date(2025, 5, 31)).version == 1
        assert pack_in_force("PLATFORM", dt.date(2025, 6, 1)) == version

    def test_waits_for_the_second_person(self, book: Lending) -> None:
        version = propose_rule_pack(document=document())
        approval = propose_pack_activation(version_id=version.pk, maker_id=book.checker.id)
        with pytest.raises(SelfApproval):
            approve(approval_id=approval.id, checker_id=book.checker.id)
        with pytest.raises(ApprovalNotApproved):
            activate_rule_pack(version_id=version.pk, approval_id=approval.id)

    def test_shows_the_checker_every_figure(self, book: Lending) -> None:
        version = propose_rule_pack(document=document())
        payload = propose_pack_activation(version_id=version.pk, maker_id=book.maker.id).payload
        assert payload["parameters"]["initial_margin_ppm"] == 500_000
        assert payload["sha256"] == version.sha256

    def test_happens_once(self, book: Lending) -> None:
        version = put_in_force(book)
        with pytest.raises(RulePackImmutable):
            propose_pack_activation(version_id=version.pk, maker_id=book.maker.id)

    def test_refuses_a_version_that_is_not_there(self, book: Lending) -> None:
        with pytest.raises(UnknownRulePack):
            propose_pack_activation(version_id=0, maker_id=book.maker.id)

    def test_leaves_the_vintage_of_contracts_alone(self, book: Lending) -> None:
        """A contract opened on 1 January keeps what held then."""
        book.open()
        with pytest.raises(RulePackBackDated):
            put_in_force(book, code="PLATFORM", effective_from="2024-12-01")
        with pytest.raises(RulePackDayTaken):
            put_in_force(book, code="EU_ESMA", effective_from="2018-08-01")


class TestTermsUnderAPack:
    def test_may_be_stricter_never_looser(self, book: Lending) -> None:
        book.put_terms_in_force("STRICT", replace(CN_TERMS, liquidate_ppm=1_350_000))
        with pytest.raises(TermsLooserThanPack, match=r"liquidate_ppm 1200000, >= 1300000"):
            book.put_terms_in_force("LOOSE", replace(CN_TERMS, liquidate_ppm=1_200_000))

    def test_follow_the_newest_version_unless_one_is_named(self, book: Lending) -> None:
        assert book.put_terms_in_force("OLD", CN_TERMS).rule_pack_version.version == 1  # type: ignore[union-attr]
        with pytest.raises(TermsLooserThanPack, match="initial_margin_ppm 444444, >= 500000"):
            book.put_terms_in_force("NEW", replace(CN_TERMS, rule_pack="CN_MARGIN"))

    @pytest.mark.parametrize("name", ["ATLANTIS", "CN_MARGIN/v9"])
    def test_name_a_pack_that_is_there(self, book: Lending, name: str) -> None:
        with pytest.raises(UnknownRulePack):
            book.put_terms_in_force("LOST", replace(TERMS, rule_pack=name))


class TestContractUnderAPack:
    """80 % up to 16 January 2026; from Monday 19 January terms at 80 % open no contract (vector M6)."""

    def test_is_opened_on_terms_within_the_version_of_its_day(self, book: Lending) -> None:
        book.put_terms_in_force("OLD", CN_TERMS)
        opened(book, "OLD", dt.date(2026, 1, 16), dt.date(2026, 7, 16))
        with pytest.raises(TermsOfAnOlderPack, match="initial_margin_ppm"):
            opened(book, "OLD", dt.date(2026, 1, 19), dt.date(2026, 7, 19))
        strict = replace(CN_TERMS, initial_margin_ppm=500_000, max_leverage_ppm=2_000_000)
        book.put_terms_in_force("STRICT", strict)
        opened(book, "STRICT", dt.date(2026, 1, 19), dt.date(2026, 7, 19))

    def test_runs_no_longer_than_the_pack_permits(self, book: Lending) -> None:
        book.put_terms_in_force("OLD", CN_TERMS)
        for matures_on in (None, dt.date(2025, 8, 2)):
            with pytest.raises(TermTooLong, match="6"):
                opened(book, "OLD", dt.date(2025, 2, 1), matures_on)
        opened(book, "OLD", dt.date(2025, 2, 1), dt.date(2025, 8, 1))

    def test_is_not_opened_before_its_pack(self, book: Lending) -> None:
        book.put_terms_in_force("OLD", CN_TERMS)
        with pytest.raises(NoPackForContract):
            opened(book, "OLD", dt.date(2023, 9, 8))


class TestDiffPacks:
    def test_names_what_changed_in_january_2026(self, db: None) -> None:
        before, after = RulePackVersion.objects.filter(pack__code="CN_MARGIN").order_by("version")
        found = [(one.name, one.before, one.after) for one in diff_packs(before, after).changes]
        assert found[0] == ("initial_margin_ppm", 800_000, 1_000_000)
        assert [name for name, _, _ in found] == ["initial_margin_ppm", "leverage_cap_ppm_by_tier"]
