"""A client of long ago is erased: its name goes from every table, and what was proved stays proved."""

import datetime as dt
import json

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import (
    ERASED,
    Approval,
    IdentityDocument,
    OutboxMessage,
    Party,
    PartyErasure,
    PartyStatus,
    Screening,
    SuitabilityAssessment,
    User,
)
from accounts.services.actor import acting
from accounts.services.approvals import approve, execute_approval, propose_approval
from accounts.services.erasure import (
    AnotherErasureDay,
    ErasedAlready,
    HitStands,
    NotClosed,
    RetentionRuns,
    StillOpen,
    erase_party,
    propose_erasure,
)
from accounts.services.outbox import MessageDraft, queue_messages
from accounts.services.parties import change_party_status
from accounts.services.screening import ScreeningDraft, record_screening
from contracts.models import Document
from contracts.queries.documents import damaged_documents, documents_set_again
from contracts.services.documents import DocumentErased, hand_out, issue_agreement
from contracts.services.states import move_state
from tests.contracts.builders import REASON, Lending, lending
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

LONG_AGO = dt.date(2004, 2, 2)
TODAY = dt.datetime.now(dt.UTC).date()
ERASURE = "accounts_partyerasure"
NAME = "Nneka Okafor"


@pytest.fixture
def book(db: None) -> Lending:
    return lending(day=LONG_AGO)


@pytest.fixture
def okafor(book: Lending) -> Party:
    """Nneka Okafor, who had a contract and a document of it, and left."""
    contract = book.open()
    with acting(actor_id=book.maker.pk, reason="the name of Nneka Okafor"):
        Party.objects.filter(pk=contract.client_id).update(display_name=NAME)
    issue_agreement(contract_id=contract.pk, locale="en", issued_on=LONG_AGO, maker_id=book.maker.pk)
    queue_messages(
        drafts=[
            MessageDraft(
                book_code=book.book.code,
                party_id=contract.client_id,
                kind="maturity_reminder",
                channel="email",
                payload={"salutation": f"Dear {NAME}"},
                idempotency_key="erasure/1",
            )
        ]
    )
    move_state(
        contract_id=contract.pk,
        to_state="closed",
        business_date=LONG_AGO,
        actor_id=book.maker.pk,
        reason=REASON,
    )
    return Party.objects.get(pk=contract.client_id)


def close(book: Lending, party: Party) -> None:
    change_party_status(
        party_id=party.pk, status=PartyStatus.CLOSED, actor_id=book.maker.pk, reason=f"{NAME} left"
    )


def agreed(book: Lending, party: Party) -> Approval:
    asked = propose_erasure(party_id=party.pk, maker_id=User.objects.get(username="day-runner").pk)
    return approve(approval_id=asked.pk, checker_id=book.checker.pk)


def erase(book: Lending, party: Party, *, on: dt.date = TODAY) -> PartyErasure:
    approval = agreed(book, party)
    return erase_party(party_id=party.pk, approval_id=approval.pk, erased_on=on, actor_id=book.checker.pk)


def everything_kept() -> str:
    """Every row of every table of accounts and contracts, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("accounts_", "contracts_")):
                cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} AS t")
                found.append(f"{table}: {cursor.fetchone()[0]}")
    return "\n".join(found)


class TestEraseParty:
    def test_takes_the_name_out_and_leaves_the_proof(self, book: Lending, okafor: Party) -> None:
        close(book, okafor)
        before = Document.objects.get()
        assert NAME in everything_kept()
        erased = erase(book, okafor)
        assert erased.party.code == okafor.code
        assert NAME not in everything_kept()
        assert Party.objects.get(pk=okafor.pk).display_name == ERASED
        assert set(okafor.history.values_list("display_name", flat=True)) == {ERASED}
        assert set(okafor.identity_checks.values_list("number", flat=True)) == {ERASED}
        assert not IdentityDocument.objects.filter(identity_check__party=okafor).exists()
        assert SuitabilityAssessment.objects.get(party=okafor).answers == {}
        assert OutboxMessage.objects.get(party=okafor).payload == {}
        after = Document.objects.get()
        assert (after.reference, after.sha256, after.inputs_sha256) == (
            before.reference,
            before.sha256,
            before.inputs_sha256,
        )
        assert (bytes(after.content), after.inputs) == (b"", "{}")

    def test_leaves_nothing_damaged_and_hands_nothing_out(self, book: Lending, okafor: Party) -> None:
        close(book, okafor)
        erase(book, okafor)
        assert damaged_documents(book_id=book.book.pk) == []
        assert [same for _, same in documents_set_again(book_id=book.book.pk)] == [None]
        with pytest.raises(DocumentErased):
            hand_out(document_id=Document.objects.get().pk)

    def test_is_for_good(self, book: Lending, okafor: Party) -> None:
        close(book, okafor)
        erase(book, okafor)
        with pytest.raises(ErasedAlready):
            propose_erasure(party_id=okafor.pk, maker_id=book.maker.pk)
        with (
            refused("accounts_party_erased_stays_erased"),
            acting(actor_id=book.maker.pk, reason="an attack"),
        ):
            change_row("accounts_party", okafor.pk, display_name=NAME)

    def test_waits_until_the_party_is_closed(self, book: Lending, okafor: Party) -> None:
        with pytest.raises(NotClosed):
            propose_erasure(party_id=okafor.pk, maker_id=book.maker.pk)

    def test_waits_until_nothing_is_open(self, book: Lending) -> None:
        client = Party.objects.get(pk=book.open().client_id)
        close(book, client)
        with pytest.raises(StillOpen, match=client.code):
            erase(book, client)
        assert Party.objects.get(pk=client.pk).display_name == client.display_name

    def test_waits_until_records_need_be_kept_no_longer(self, db: None) -> None:
        late = lending(day=dt.date(2025, 1, 2))
        client = late.party("LATE", "client")
        close(late, client)
        with pytest.raises(RetentionRuns) as caught:
            erase(late, client)
        assert caught.value.code == "accounts_partyerasure_retention_over"

    def test_counts_contracts_documents_and_postings(self, book: Lending, okafor: Party) -> None:
        """Papers of 2004, but a document handed out later."""
        contract = okafor.documents.get().contract
        assert contract is not None
        issue_agreement(contract_id=contract.pk, locale="zh-hans", issued_on=TODAY, maker_id=book.maker.pk)
        close(book, okafor)
        with pytest.raises(RetentionRuns):
            erase(book, okafor)

    def test_keeps_whom_a_hit_stands_against(self, book: Lending, okafor: Party) -> None:
        draft = ScreeningDraft(
            party_id=okafor.pk,
            scope="both",
            list_name="Harbour consolidated list",
            list_version="1",
            screened_on=LONG_AGO,
            valid_until=LONG_AGO,
            is_sanctioned=True,
            finding="a namesake?",
        )
        record_screening(draft=draft, maker_id=book.maker.pk, reason=REASON)
        close(book, okafor)
        with pytest.raises(HitStands) as caught:
            erase(book, okafor)
        assert caught.value.code == "accounts_partyerasure_no_hit_stands"
        assert Screening.objects.get(list_version="1", party=okafor).finding == "a namesake?"

    def test_is_dated_on_its_day(self, book: Lending, okafor: Party) -> None:
        close(book, okafor)
        with pytest.raises(AnotherErasureDay):
            erase(book, okafor, on=dt.date(2199, 1, 1))


class TestRaw:
    def executed(self, book: Lending, party: Party) -> int:
        payload: dict[str, object] = {"party": party.code}
        asked = propose_approval(
            book_code="", kind="erase_party", subject="x", payload=payload, maker_id=book.maker.pk
        )
        approve(approval_id=asked.pk, checker_id=book.checker.pk)
        execute_approval(approval_id=asked.pk, kind="erase_party", subject="x", payload=payload)
        return asked.pk

    def test_is_refused_by_name(self, book: Lending, okafor: Party) -> None:
        close(book, okafor)
        made = erase(book, okafor)
        active, lender = book.party("ACTIVE", "client"), book.party("AURORA", "funder")
        drawing = Party.objects.get(pk=book.open("F9", client="NINE").client_id)
        close(book, drawing)
        close(book, lender)
        for rule, party, changes in (
            ("accounts_partyerasure_party_closed", active, {}),
            ("accounts_partyerasure_nothing_open", drawing, {}),
            ("accounts_partyerasure_nothing_open", lender, {}),
            ("accounts_partyerasure_day_is_today", drawing, {"erased_on": LONG_AGO}),
            ("accounts_partyerasure_approved_by_two", drawing, {"approval_id": self.executed(book, active)}),
        ):
            permit = {"party_id": party.pk, "approval_id": self.executed(book, party)}
            with refused(rule), acting(actor_id=book.maker.pk, reason="an attack"):
                copy_row(ERASURE, made.pk, **{**permit, **changes})

    def test_stays(self, book: Lending, okafor: Party) -> None:
        close(book, okafor)
        erase(book, okafor)
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_partyerasure")
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_identitycheck SET number = 'P-1'")

    @pytest.mark.django_db(transaction=True)
    def test_stays_whoever_asks(self, owner_connection: psycopg.Connection[tuple[object, ...]]) -> None:
        book = lending(day=LONG_AGO)
        gone = book.party("GONE", "client")
        close(book, gone)
        erase(book, gone)
        for statement in ("UPDATE accounts_partyerasure SET id = id", "DELETE FROM accounts_partyerasure"):
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                owner_connection.execute(statement)
            assert caught.value.diag.constraint_name == "accounts_partyerasure_append_only"


class TestCommand:
    def test_proposes_and_erases(
        self, book: Lending, okafor: Party, capsys: pytest.CaptureFixture[str]
    ) -> None:
        close(book, okafor)
        call_command("erase_party", "propose", okafor.code, "--maker", "day-runner", "--json")
        asked = json.loads(capsys.readouterr().out)["approval"]
        do = ("erase_party", "do", okafor.code, "--actor", book.checker.username, "--approval", str(asked))
        with pytest.raises(CommandError, match="second person"):
            call_command(*do)
        approve(approval_id=asked, checker_id=book.checker.pk)
        call_command(*do, "--json")
        said = json.loads(capsys.readouterr().out)
        assert (said["party"], said["erased_on"]) == (okafor.code, TODAY.isoformat())
        with pytest.raises(CommandError, match=r"used|proposed anew|erased already"):
            call_command(*do)
