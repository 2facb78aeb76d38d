"""The rules of imports, tried round Python as the application's login; asserted by constraint name."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.approvals import approve, execute_approval, propose_approval
from accounts.services.staff import register_staff
from ledger.models import ImportFile
from ledger.services.days import open_business_day
from tests.invariants.attack import Login, entry_with, refused_by, two_legs
from tests.ledger.builders import SmallBook, small_book
from tests.ledger.services.test_days import TUESDAY, close
from tests.ledger.services.test_imports import GOOD, post, request_of

FILE = (
    "INSERT INTO ledger_importfile (book_id, kind_id, file_format, name, sha256, content, mapping, profile,"
    " taken, refused, approval_id) SELECT book_id, {kind}, {format}, name, {sha256}, {content}, mapping,"
    " profile, {taken}, refused, {approval} FROM ledger_importfile"
)
LINE = (
    "INSERT INTO ledger_importline (file_id, line_no, outcome, code, detail, text, entry_id)"
    " SELECT file_id, {line_no}, {outcome}, {code}, detail, text, {entry} FROM ledger_importline"
)


@pytest.fixture
def lin(transactional_db: None) -> User:
    return register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )


@pytest.fixture
def prey(transactional_db: None, lin: User) -> SmallBook:
    with transaction.atomic():
        book = small_book()
        post(request_of(book, GOOD), book, lin)
    return book


@pytest.fixture
def attacker(app_connection: Callable[[], Login]) -> Login:
    return app_connection()


def file(**changes: str) -> str:
    fields = {"kind": "kind_id", "format": "file_format", "sha256": "sha256", "content": "content"}
    return FILE.format(**{**fields, "taken": "taken", "approval": "approval_id", **changes})


def line(**changes: str) -> str:
    fields = {"line_no": "line_no + 1", "outcome": "'refused'", "code": "'why'", "entry": "NULL"}
    return LINE.format(**{**fields, **changes})


class TestImportFile:
    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            (file(content="'\\x00'"), "ledger_importfile_hash_is_its_own"),
            (
                file(content="'\\x00'", sha256="encode(sha256('\\x00'), 'hex')"),
                "ledger_importfile_is_approved",
            ),
            (file(taken="taken + 1"), "ledger_importfile_is_approved"),
            (file(kind="'opening_balance'"), "ledger_importfile_is_approved"),
            (file(format="'other'"), "ledger_importfile_format_known"),
        ],
    )
    def test_is_refused(self, prey: SmallBook, attacker: Login, statement: str, name: str) -> None:
        assert refused_by(attacker, statement) == name

    def test_is_refused_twice(self, prey: SmallBook, attacker: Login, lin: User) -> None:
        first = ImportFile.objects.get().approval
        again = propose_approval(
            book_code=first.book_code,
            kind=first.kind,
            subject=first.subject,
            payload=first.payload,
            maker_id=first.maker_id,
        )
        approve(approval_id=again.pk, checker_id=lin.pk)
        execute_approval(approval_id=again.pk, kind=first.kind, subject=first.subject, payload=first.payload)
        assert refused_by(attacker, file(approval=str(again.pk))) == "ledger_importfile_once"

    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            (file(kind="'client_deposit'"), "ledger_importfile_kind_known"),
            (file(taken="-1"), "ledger_importfile_counts_not_negative"),
        ],
    )
    def test_is_refused_without_the_guard(
        self, prey: SmallBook, owner_connection: Login, statement: str, name: str
    ) -> None:
        owner_connection.execute("ALTER TABLE ledger_importfile DISABLE TRIGGER ledger_importfile_guard")
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            owner_connection.execute(statement)
        assert caught.value.diag.constraint_name == name


class TestImportLine:
    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            (line(line_no="line_no"), "ledger_importline_once"),
            (line(outcome="'other'"), "ledger_importline_outcome_known"),
            (line(outcome="'taken'", code="''"), "ledger_importline_taken_has_entry"),
            (line(entry="entry_id"), "ledger_importline_taken_has_entry"),
            (line(code="''"), "ledger_importline_refused_says_why"),
            (line(outcome="'taken'", code="''", entry="entry_id"), "ledger_importline_entry_is_its_own"),
        ],
    )
    def test_is_refused(self, prey: SmallBook, attacker: Login, statement: str, name: str) -> None:
        assert refused_by(attacker, statement) == name


UPLOAD = (
    "INSERT INTO ledger_importupload (book_id, kind_id, file_format, name, sha256, content, mapping, profile,"
    " all_or_none, taken, refused, passed_over, checked, refusals, uploaded_by_id)"
    " SELECT f.book_id, {kind}, {format}, f.name, {sha256}, f.content, f.mapping, '', false, {taken}, 0, 0,"
    " 0, '[]', a.maker_id FROM ledger_importfile AS f"
    " INNER JOIN accounts_approval AS a ON a.id = f.approval_id"
)
HONEST = {"kind": "f.kind_id", "format": "f.file_format", "sha256": "f.sha256", "taken": "1"}


class TestImportUpload:
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"sha256": "repeat('0', 64)"}, "hash_is_its_own"),
            ({"kind": "'client_deposit'"}, "kind_known"),
            ({"format": "'other'"}, "format_known"),
            ({"taken": "-1"}, "counts_not_negative"),
        ],
    )
    def test_is_refused(self, prey: SmallBook, attacker: Login, changes: dict[str, str], name: str) -> None:
        assert refused_by(attacker, UPLOAD.format(**HONEST | changes)) == f"ledger_importupload_{name}"

    def test_stays_as_it_came(self, prey: SmallBook, attacker: Login, owner_connection: Login) -> None:
        attacker.execute(UPLOAD.format(**HONEST))
        attacker.commit()
        for statement in ("UPDATE ledger_importupload SET taken = 2", "DELETE FROM ledger_importupload"):
            assert refused_by(attacker, statement) == "InsufficientPrivilege"
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                owner_connection.execute(statement)
            assert caught.value.diag.constraint_name == "ledger_importupload_append_only"


class TestBoth:
    @pytest.mark.parametrize("table", ["ledger_importfile", "ledger_importline"])
    @pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
    def test_stay_as_they_were_written(
        self, prey: SmallBook, attacker: Login, owner_connection: Login, table: str, statement: str
    ) -> None:
        assert refused_by(attacker, statement.format(table)) == "InsufficientPrivilege"
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            owner_connection.execute(statement.format(table))
        assert caught.value.diag.constraint_name == f"{table}_append_only"


class TestKinds:
    def test_an_opening_balance_is_for_a_book_without_a_past(
        self, prey: SmallBook, attacker: Login, lin: User
    ) -> None:
        statement, arguments = entry_with(prey, two_legs(), kind="opening_balance")
        attacker.execute(statement, arguments)
        attacker.rollback()
        close(prey, lin)
        open_business_day(book_id=prey.book.id, business_date=TUESDAY, maker_id=prey.maker.id)
        refused = refused_by(attacker, statement, {**arguments, "day": TUESDAY})
        assert refused == "ledger_journalentry_opens_a_new_book"
        assert ImportFile.objects.count() == 1

    @pytest.mark.parametrize("kind", ["opening_balance", "journal_imported"])
    def test_move_nothing_from_ring_to_ring(self, prey: SmallBook, attacker: Login, kind: str) -> None:
        postings = two_legs().replace(
            "(VALUES ", "(VALUES (3, %(funder_bank)s, -100), (4, %(harbour)s, 100), "
        )
        refused = refused_by(attacker, *entry_with(prey, postings, kind=kind, count=4))
        assert refused == "ledger_posting_flow_permitted"
