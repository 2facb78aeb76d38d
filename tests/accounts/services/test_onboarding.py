"""Clients taken on for a set-up, by the rows that anybody else has."""

import datetime as dt

import pytest

from accounts.domain.payloads import payload_hash
from accounts.models import DisclosureAcknowledgement, IdentityCheck, Party, User
from accounts.queries.suitability import SuitabilityFault, standings
from accounts.services.approvals import SelfApproval
from accounts.services.due_diligence import QuestionnaireNotInForce
from accounts.services.onboarding import onboard_clients
from accounts.services.parties import PartyDraft, register_parties
from tests.accounts.cast import staff

TODAY = dt.date(2008, 9, 15)


@pytest.fixture
def mei(db: None) -> User:
    return staff("mei.chan")


@pytest.fixture
def li(db: None) -> User:
    return staff("li.wei")


@pytest.fixture
def parties(mei: User) -> list[Party]:
    """Ada reads English, Wang Simplified and Cheung Traditional Chinese; Harbour lends."""
    drafts = [
        PartyDraft(code="ADA", kind="client", display_name="Ada Lovelace"),
        PartyDraft(code="WANG", kind="client", display_name="王芳", locale="zh-hans"),
        PartyDraft(code="CHEUNG", kind="client", display_name="張嘉欣", locale="zh-hant"),
        PartyDraft(code="HARBOUR", kind="funder", display_name="Harbour Lending"),
    ]
    return register_parties(drafts=drafts, actor_id=mei.pk, reason="the cast of a test")


def keys(parties: list[Party]) -> list[int]:
    return [party.pk for party in parties]


class TestOnboardClients:
    @pytest.mark.parametrize("tier", [1, 2, 3, 4, 5])
    def test_leaves_nothing_missing(self, parties: list[Party], mei: User, li: User, tier: int) -> None:
        made = onboard_clients(
            party_ids=keys(parties), on=TODAY, maker_id=mei.pk, checker_id=li.pk, tier=tier
        )
        found = standings(party_ids=keys(parties), on=TODAY)
        assert made == 4
        assert {standing.faults for standing in found.values()} == {()}
        assert [found[key].tier for key in keys(parties)] == [tier, tier, tier, None]
        said = DisclosureAcknowledgement.objects.order_by("party_id").values_list("party__code", "locale")
        assert list(said) == [("ADA", "en"), ("WANG", "zh-hans"), ("CHEUNG", "zh-hant")]

    def test_holds_a_year_and_not_for_ever(self, parties: list[Party], mei: User, li: User) -> None:
        onboard_clients(party_ids=keys(parties), on=TODAY, maker_id=mei.pk, checker_id=li.pk)
        ada = parties[0].pk
        assert standings(party_ids=[ada], on=TODAY.replace(year=2009))[ada].faults == ()
        assert standings(party_ids=[ada], on=TODAY.replace(year=2012))[ada].faults == (
            SuitabilityFault.IDENTITY_REVIEW_OVERDUE,
            SuitabilityFault.SCREENING_MISSING,
            SuitabilityFault.SUITABILITY_EXPIRED,
        )

    def test_says_nothing_of_the_day_before(self, parties: list[Party], mei: User, li: User) -> None:
        onboard_clients(party_ids=keys(parties), on=TODAY, maker_id=mei.pk, checker_id=li.pk)
        ada = parties[0].pk
        assert standings(party_ids=[ada], on=TODAY - dt.timedelta(days=1))[ada].faults == (
            SuitabilityFault.IDENTITY_MISSING,
            SuitabilityFault.SCREENING_MISSING,
            SuitabilityFault.SUITABILITY_MISSING,
            SuitabilityFault.DISCLOSURE_MISSING,
        )

    def test_leaves_approvals_whose_payload_hashes_as_in_python(
        self, parties: list[Party], mei: User, li: User
    ) -> None:
        onboard_clients(party_ids=keys(parties), on=TODAY, maker_id=mei.pk, checker_id=li.pk)
        approvals = [check.approval for check in IdentityCheck.objects.select_related("approval")]
        assert len(approvals) == 4
        for approval in approvals:
            assert approval is not None
            assert bytes(approval.payload_hash) == payload_hash(approval.payload)

    def test_takes_two_people(self, parties: list[Party], mei: User) -> None:
        with pytest.raises(SelfApproval):
            onboard_clients(party_ids=keys(parties), on=TODAY, maker_id=mei.pk, checker_id=mei.pk)

    def test_needs_a_questionnaire_in_force(self, parties: list[Party], mei: User, li: User) -> None:
        with pytest.raises(QuestionnaireNotInForce):
            onboard_clients(
                party_ids=keys(parties), on=dt.date(1999, 1, 4), maker_id=mei.pk, checker_id=li.pk
            )

    def test_of_nobody_does_nothing(self, mei: User, li: User) -> None:
        assert onboard_clients(party_ids=[], on=TODAY, maker_id=mei.pk, checker_id=li.pk) == 0
