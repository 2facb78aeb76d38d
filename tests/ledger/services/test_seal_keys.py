"""Keys of seals: published, rotated and revoked by two people."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.services.approvals import SelfApproval
from ledger.domain.seals import is_signed, statement_bytes
from ledger.models import SealKeyEvent
from ledger.queries.seal_keys import key_in_force
from ledger.queries.seal_texts import statement_of
from ledger.services.key_files import KeyFileOpen, create_key_file, key_files, private_key_of
from ledger.services.refusals import KeyChangeOutOfOrder, SealKeyMissing
from ledger.services.seal_keys import publish_key, revoke_key, rotate_key
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import WEDNESDAY, close_and_seal, published_key, sealed_book, second_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker(db: None, key_directory: Path) -> User:
    return User.objects.get(username="day-runner")


@pytest.fixture
def people(maker: User) -> dict[str, int]:
    return {"maker_id": maker.id, "checker_id": second_person().id}


class TestCreateKeyFile:
    def test_keeps_it_from_everyone_else(self, key_directory: Path) -> None:
        key_id, _ = create_key_file()
        assert stat.S_IMODE((key_directory / f"{key_id}.pem").stat().st_mode) == 0o600
        assert stat.S_IMODE(key_directory.stat().st_mode) == 0o700
        assert key_files() == [key_id]

    def test_is_not_used_once_others_may_read_it(self, key_directory: Path) -> None:
        key_id, _ = create_key_file()
        (key_directory / f"{key_id}.pem").chmod(0o640)
        with pytest.raises(KeyFileOpen):
            private_key_of(key_id=key_id)

    def test_is_not_used_under_another_name(self, key_directory: Path) -> None:
        key_id, _ = create_key_file()
        (key_directory / f"{key_id}.pem").rename(key_directory / "0123456789abcdef.pem")
        with pytest.raises(SealKeyMissing):
            private_key_of(key_id="0123456789abcdef")


class TestPublishKey:
    def test_puts_it_in_force(self, maker: User) -> None:
        assert key_in_force() is None
        key_id = published_key(maker)
        assert key_in_force() == key_id

    def test_refuses_one_person(self, maker: User) -> None:
        key_id, _ = create_key_file()
        with pytest.raises(SelfApproval):
            publish_key(key_id=key_id, reason="alone", maker_id=maker.id, checker_id=maker.id)

    def test_refuses_a_second_line_of_trust(self, maker: User, people: dict[str, int]) -> None:
        published_key(maker)
        with pytest.raises(KeyChangeOutOfOrder):
            publish_key(key_id=create_key_file()[0], reason="another", **people)


class TestRotateKey:
    def test_is_signed_by_the_key_before(self, maker: User, people: dict[str, int]) -> None:
        old = published_key(maker)
        event = rotate_key(key_id=create_key_file()[0], reason="yearly", **people)
        old_key = SealKeyEvent.objects.get(event_no=1).key
        content = statement_bytes(statement_of(event=event, public_key=bytes(event.key.public_key)))
        assert event.signer_id == old
        assert is_signed(bytes(old_key.public_key), bytes(event.signature), content)
        assert key_in_force() == event.key_id

    def test_needs_a_key_in_force(self, people: dict[str, int]) -> None:
        with pytest.raises(SealKeyMissing):
            rotate_key(key_id=create_key_file()[0], reason="none", **people)

    def test_changes_what_later_seals_are_signed_with(self, maker: User, people: dict[str, int]) -> None:
        book: SmallBook = sealed_book()
        event = rotate_key(key_id=create_key_file()[0], reason="yearly", **people)
        assert close_and_seal(book, WEDNESDAY).key_id == event.key_id


class TestRevokeKey:
    def test_stops_sealing_until_another_is_published(self, maker: User, people: dict[str, int]) -> None:
        book = sealed_book()
        revoke_key(key_id=str(key_in_force()), reason="lost laptop", untrusted_from=None, **people)
        with pytest.raises(SealKeyMissing):
            close_and_seal(book, WEDNESDAY)

    def test_is_possible_without_the_file(
        self, maker: User, people: dict[str, int], key_directory: Path
    ) -> None:
        key_id = published_key(maker)
        (key_directory / f"{key_id}.pem").unlink()
        event = revoke_key(key_id=key_id, reason="lost", untrusted_from=None, **people)
        assert event.signer_id is None
        assert published_key(maker) == key_in_force()

    def test_happens_once(self, maker: User, people: dict[str, int]) -> None:
        key_id = published_key(maker)
        revoke_key(key_id=key_id, reason="lost", untrusted_from=None, **people)
        with pytest.raises(KeyChangeOutOfOrder):
            revoke_key(key_id=key_id, reason="again", untrusted_from=None, **people)


class TestCommand:
    def run(self, *words: str) -> dict[str, object]:
        out = StringIO()
        call_command("seal_keys", *words, "--json", stdout=out, stderr=StringIO())
        document: dict[str, object] = json.loads(out.getvalue())
        return document

    def test_leads_a_key_through_its_life(self, maker: User) -> None:
        two = ["--maker", maker.username, "--checker", second_person().username]
        made = self.run("create")
        self.run("publish", "--key", str(made["key"]), *two)
        rotated = self.run("rotate", *two)
        self.run("revoke", "--key", str(made["key"]), "--reason", "retired", *two)
        listed = self.run("list")
        assert listed["in_force"] == rotated["key"]
        assert [event["event"] for event in listed["events"]] == ["published", "rotated", "revoked"]  # type: ignore[attr-defined]

    def test_refuses_in_a_sentence(self, maker: User) -> None:
        with pytest.raises(CommandError, match="two people"):
            self.run("publish", "--maker", maker.username, "--checker", maker.username)
