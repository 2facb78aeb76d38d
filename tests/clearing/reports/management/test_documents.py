"""The command: documents made and proved, findings named, exit codes honest."""

import datetime as dt
import hashlib
import json
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from clearing.margin.models import MarginCall
from contracts.models import Document
from contracts.services.documents import DocumentDamaged, hand_out, issue_agreement
from tests.clearing.margin.harbour import Harbour, harbour
from tests.contracts.builders import lending


@pytest.fixture
def called(db: None) -> Harbour:
    world = harbour()
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    return world


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    call_command("documents", *words, "--json")
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def render(called: Harbour, kind: str, *words: str) -> tuple[str, ...]:
    return ("render", "--book", called.book.code, "--kind", kind, "--maker", called.maker.username, *words)


class TestRender:
    def test_makes_each_kind_of_a_running_contract(
        self, called: Harbour, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        made = [
            run(capsys, *render(called, "contract", "--contract", "F1", "--output", str(tmp_path))),
            run(capsys, *render(called, "margin_call_notice", "--contract", "F1", "--locale", "zh-hant")),
            run(capsys, *render(called, "disclosure", "--client", "OKAFOR", "--disclosure", "MARGIN-RISK")),
        ]
        references = [f"{called.book.code}-{letters}-2008-000001" for letters in ("CTR", "MCN", "DIS")]
        assert [one["reference"] for one in made] == references
        (file,) = tmp_path.iterdir()
        assert file.name == f"{references[0]}.en.pdf"
        assert hashlib.sha256(file.read_bytes()).hexdigest() == made[0]["sha256"]
        proved = run(capsys, "verify", "--book", called.book.code)
        assert (proved["documents"], proved["set_again"], proved["findings"]) == (3, 3, [])

    @pytest.mark.parametrize(
        ("kind", "words", "sentence"),
        [
            ("contract", ["--contract", "F7"], "There is no contract F7"),
            ("client_statement", ["--client", "NOBODY"], "There is no client NOBODY"),
            ("client_statement", ["--client", "OKAFOR"], "say --since and --until"),
            ("disclosure", ["--client", "OKAFOR", "--disclosure", "X"], "There is no disclosure X"),
            ("closing_statement", ["--contract", "F1"], "contracts_document_contract_ended"),
            (
                "client_statement",
                ["--client", "OKAFOR", "--since", "2008-09-15", "--until", "2008-09-15"],
                "contracts_document_period_closed",
            ),
        ],
    )
    def test_says_what_is_missing(self, called: Harbour, kind: str, words: list[str], sentence: str) -> None:
        with pytest.raises(CommandError, match=sentence):
            call_command("documents", *render(called, kind, *words))


class TestBatch:
    def test_makes_the_notices_of_a_day_and_the_same_again(
        self, called: Harbour, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = (
            "batch",
            *render(called, "margin_call_notice")[1:],
            "--on",
            MarginCall.objects.get().opened_on.isoformat(),
        )
        first = run(capsys, *words)
        assert first == {"documents": [f"{called.book.code}-MCN-2008-000001"], "refused": []}
        assert run(capsys, *words) == first
        assert Document.objects.get().locale == "en"

    def test_makes_the_statements_of_a_period_one_a_client(
        self, db: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        book = lending()
        for code, client in (("F1", "CHEN"), ("F2", "CHEN"), ("F3", "DIAZ")):
            book.open(code, client=client)
        book.open("F4", client="ELENA", approved=False)
        last = book.day
        book.advance(last + dt.timedelta(days=1))
        words = (
            "--book",
            "LEND",
            "--kind",
            "client_statement",
            "--maker",
            "day-runner",
            "--output",
            str(tmp_path),
        )
        period = ("--since", last.isoformat(), "--until", last.isoformat())
        made = run(capsys, "batch", *words, *period)
        assert made["documents"] == ["LEND-STM-2025-000001", "LEND-STM-2025-000002"]
        assert len(list(tmp_path.iterdir())) == 2
        with pytest.raises(CommandError, match="contracts_document_period_closed"):
            call_command("documents", "batch", *words, "--since", "2025-01-01", "--until", "2099-01-01")

    @pytest.mark.parametrize("kind", ["margin_call_notice", "client_statement"])
    def test_says_which_days_are_missing(self, called: Harbour, kind: str) -> None:
        with pytest.raises(CommandError, match="say --"):
            call_command("documents", "batch", *render(called, kind)[1:])


@pytest.mark.django_db(transaction=True)
class TestVerify:
    def test_names_what_was_tampered_with(
        self,
        owner_connection: psycopg.Connection[tuple[object, ...]],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        book = lending()
        contract = book.open()
        made = issue_agreement(
            contract_id=contract.pk, locale="en", issued_on=book.day, maker_id=book.maker.pk
        )
        owner_connection.execute("ALTER TABLE contracts_document DISABLE TRIGGER USER")
        owner_connection.execute(
            "UPDATE contracts_document SET content = content || 'x', inputs = inputs || ' '"
        )
        owner_connection.execute("UPDATE contracts_documentseries SET last_number = 3")
        owner_connection.commit()
        with pytest.raises(DocumentDamaged):
            hand_out(document_id=made.pk)
        with pytest.raises(CommandError, match="Not every document"):
            call_command("documents", "verify", "--book", "LEND", "--json")
        found = json.loads(capsys.readouterr().out)["findings"]
        assert [(one["reference"], one["what"]) for one in found] == [
            (made.reference, "content"),
            (made.reference, "inputs"),
            ("contract 2025", "numbers"),
            (made.reference, "set again"),
        ]
        assert Document.objects.count() == 1
