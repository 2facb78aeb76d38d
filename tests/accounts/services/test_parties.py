"""Registering parties and changing their status."""

import pytest

from accounts.models import Party, PartyKind, PartyLocale, PartyStatus, User
from accounts.queries.parties import party_ids
from accounts.services.actor import ReasonMissing
from accounts.services.parties import (
    DuplicateParty,
    PartyClosed,
    PartyDraft,
    PartyMissing,
    UnfitPartyCode,
    change_party_status,
    register_parties,
    register_party,
)
from tests.accounts.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> User:
    return staff("mei.chan")


def ada(mei: User, *, code: str = "C000001") -> Party:
    return register_party(
        code=code,
        kind=PartyKind.CLIENT,
        display_name="Ada Lovelace",
        actor_id=mei.pk,
        reason="account opening form 17",
    )


class TestRegisterParty:
    def test_makes_an_active_party(self, mei: User) -> None:
        assert ada(mei).status == PartyStatus.ACTIVE
        assert Party.objects.get().display_name == "Ada Lovelace"

    def test_signs_the_history(self, mei: User) -> None:
        row = ada(mei).history.get()
        assert (row.history_type, row.history_user, row.history_change_reason, row.display_name) == (
            "+",
            mei,
            "account opening form 17",
            "Ada Lovelace",
        )

    def test_refuses_a_code_that_is_taken(self, mei: User) -> None:
        ada(mei)
        with pytest.raises(DuplicateParty):
            ada(mei)

    @pytest.mark.parametrize("code", ["", "c000001", "C/1", "C 1", "-C1"])
    def test_refuses_a_code_that_does_not_fit_an_address(self, mei: User, code: str) -> None:
        with pytest.raises(UnfitPartyCode):
            ada(mei, code=code)

    def test_refuses_to_do_it_without_a_reason(self, mei: User) -> None:
        with pytest.raises(ReasonMissing):
            register_party(code="C1", kind="client", display_name="Ada Lovelace", actor_id=mei.pk, reason=" ")


class TestRegisterParties:
    def test_makes_all_of_them_each_with_its_history(self, mei: User) -> None:
        drafts = [
            PartyDraft(code="F01", kind="funder", display_name="Hanseatic Funding"),
            PartyDraft(
                code="C000002", kind="client", display_name="陈美玲", locale=PartyLocale.TRADITIONAL_CHINESE
            ),
        ]
        parties = register_parties(drafts=drafts, actor_id=mei.pk, reason="migration of the old book")
        assert [party.code for party in parties] == ["F01", "C000002"]
        assert party_ids(codes=["F01", "C000002", "C999"]) == {party.code: party.pk for party in parties}
        assert Party.history.filter(history_change_reason="migration of the old book").count() == 2

    def test_makes_none_where_one_is_refused(self, mei: User) -> None:
        drafts = [PartyDraft(code="F01", kind="funder", display_name=name) for name in ("Hansa", "Again")]
        with pytest.raises(DuplicateParty):
            register_parties(drafts=drafts, actor_id=mei.pk, reason="twice in one list")
        assert Party.objects.count() == Party.history.count() == 0

    def test_does_nothing_for_nobody(self, mei: User) -> None:
        assert register_parties(drafts=[], actor_id=mei.pk, reason="an empty list") == []


class TestChangePartyStatus:
    def test_keeps_both_states_in_the_history(self, mei: User) -> None:
        party = ada(mei)
        change_party_status(
            party_id=party.pk, status=PartyStatus.SUSPENDED, actor_id=mei.pk, reason="documents expired"
        )
        assert list(party.history.values_list("history_type", "status", "history_change_reason")) == [
            ("~", "suspended", "documents expired"),
            ("+", "active", "account opening form 17"),
        ]

    def test_changes_nothing_the_second_time(self, mei: User) -> None:
        party = ada(mei)
        change_party_status(
            party_id=party.pk, status=PartyStatus.ACTIVE, actor_id=mei.pk, reason="already so"
        )
        assert party.history.count() == 1

    def test_refuses_to_reopen_a_closed_party(self, mei: User) -> None:
        party = ada(mei)
        change_party_status(party_id=party.pk, status=PartyStatus.CLOSED, actor_id=mei.pk, reason="she left")
        with pytest.raises(PartyClosed):
            change_party_status(
                party_id=party.pk, status=PartyStatus.ACTIVE, actor_id=mei.pk, reason="she is back"
            )

    def test_refuses_a_party_that_does_not_exist(self, mei: User) -> None:
        with pytest.raises(PartyMissing):
            change_party_status(party_id=0, status=PartyStatus.CLOSED, actor_id=mei.pk, reason="nobody")
