"""Sealed books from the shell: seals held outside, a forger, and what `verify_ledger` exits with."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from ledger.models import Seal
from ledger.services.refusals import SealKeyMissing
from tests.invariants.test_tampering import Login, forge, seal_anew, superuser
from tests.ledger.builders import SmallBook, small_book
from tests.ledger.sealing import TUESDAY, WEDNESDAY, close_and_seal, open_day, sealed_autumn, second_person
from tests.ledger.services.test_periods import reopen

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])
__all__ = ["superuser"]
Output = pytest.CaptureFixture[str]
PEOPLE = ("--maker", "day-runner", "--checker", "lin")


@pytest.fixture
def sealed(transactional_db: None, key_directory: Path) -> SmallBook:
    """Monday and Tuesday closed under a key that two people published by command, Wednesday open."""
    with transaction.atomic():
        book = small_book()
        second_person()
        call_command("seal_keys", "publish", *PEOPLE)
        book.post(book.draft("client_deposit", bank=500_00, wang=-500_00))
        close_and_seal(book)
        open_day(book, TUESDAY)
        book.post(
            book.draft("client_withdrawal", value_date=TUESDAY, bank=-50_00, wang=50_00),
            day=TUESDAY,
        )
        close_and_seal(book, TUESDAY)
        open_day(book, WEDNESDAY)
    return book


@pytest.fixture
def held(sealed: SmallBook, tmp_path: Path, capsys: Output) -> Path:
    """What an auditor took home on Tuesday evening."""
    return taken_home(tmp_path / "held.json", capsys)


def taken_home(file: Path, capsys: Output, *words: str) -> Path:
    capsys.readouterr()
    call_command("seals", "--json", *words)
    file.write_text(capsys.readouterr().out)
    return file


def verified(capsys: Output, *words: object) -> tuple[int, dict[str, list[str]], str]:
    """The exit code, the findings of each check that failed, and what a person reads."""
    capsys.readouterr()
    code: object = 0
    try:
        call_command("verify_ledger", "--json", *map(str, words))
    except SystemExit as said:
        code = said.code
    told = capsys.readouterr()
    (document,) = json.loads(told.out)
    return (
        int(str(code)),
        {one["name"]: one["findings"] for one in document["checks"] if one["findings"]},
        told.err,
    )


def close_wednesday(book: SmallBook) -> Seal:
    with transaction.atomic():
        book.post(
            book.draft("client_deposit", value_date=WEDNESDAY, bank=7, wang=-7),
            day=WEDNESDAY,
        )
        return close_and_seal(book, WEDNESDAY)


class TestSealHeldOutside:
    def test_agrees_with_an_honest_book(self, sealed: SmallBook, held: Path, capsys: Output) -> None:
        assert verified(capsys, "--seal", held)[:2] == (0, {})
        close_wednesday(sealed)
        assert verified(capsys, "--seal", held)[:2] == (0, {})

    def test_holds_the_newest_alone(self, sealed: SmallBook, tmp_path: Path, capsys: Output) -> None:
        newest = taken_home(tmp_path / "newest.json", capsys, "--book", "MAIN", "--last")
        assert [one["header"]["seal_no"] for one in json.loads(newest.read_text())["seals"]] == [2]
        assert verified(capsys, "--book", "MAIN", "--seal", newest)[:2] == (0, {})

    def test_finds_a_pair_altered_with_everything_made_anew(
        self, superuser: Login, sealed: SmallBook, held: Path, capsys: Output
    ) -> None:
        forge(superuser, sealed)
        assert verified(capsys)[0] == 1
        seal_anew(superuser, sealed)
        assert verified(capsys)[:2] == (0, {})
        code, findings, _ = verified(capsys, "--seal", held)
        assert code == 1
        assert set(findings) == {"seals_held_outside"}
        assert [one.split(":")[0] for one in findings["seals_held_outside"]] == ["seal 1", "seal 2"]

    def test_finds_that_the_newest_seal_was_cut_off(
        self, superuser: Login, sealed: SmallBook, held: Path, capsys: Output
    ) -> None:
        superuser.execute("DELETE FROM ledger_sealnode WHERE seal_id = (SELECT max(id) FROM ledger_seal)")
        superuser.execute("DELETE FROM ledger_seal WHERE seal_no = 2")
        code, findings, _ = verified(capsys, "--seal", held)
        assert (code, findings["seals_held_outside"]) == (1, ["seal 2: is held outside and not here"])

    def test_that_cannot_be_read_is_incomplete(
        self, sealed: SmallBook, tmp_path: Path, capsys: Output
    ) -> None:
        with pytest.raises(SystemExit) as caught:
            call_command("verify_ledger", "--seal", str(tmp_path / "nowhere.json"))
        assert caught.value.code == 2
        assert "holds no seals" in capsys.readouterr().err


class TestReopenedDay:
    def test_is_sealed_again_at_its_second_close(self, sealed: SmallBook, held: Path, capsys: Output) -> None:
        close_wednesday(sealed)
        with transaction.atomic():
            reopen(sealed, second_person(), WEDNESDAY)
        assert verified(capsys, "--seal", held)[:2] == (0, {})
        seal = close_wednesday(sealed)
        assert (seal.seal_no, seal.day_close.close_no, seal.tree_size) == (4, 2, 4)
        code, findings, said = verified(capsys, "--seal", held)
        assert (code, findings) == (0, {})
        assert "reopened 2008-09-17" in said


class TestDetachedMonth:
    def test_of_a_sealed_book_is_incomplete_until_it_is_back(
        self, transactional_db: None, key_directory: Path, tmp_path: Path, capsys: Output
    ) -> None:
        sealed_autumn()
        held = taken_home(tmp_path / "held.json", capsys)
        call_command("move_month", "2008-09", "detach")
        code, findings, said = verified(capsys, "--seal", held)
        assert (code, findings) == (2, {})
        for check in ("seals_entries", "seals_trees", "seals_trial_balances"):
            assert f"{check}: incomplete: no postings to look at for 2008-09" in said
        call_command("move_month", "2008-09", "attach")
        assert verified(capsys, "--seal", held)[:2] == (0, {})


class TestKeys:
    def test_are_rotated_between_two_closes(self, sealed: SmallBook, held: Path, capsys: Output) -> None:
        call_command("seal_keys", "rotate", *PEOPLE)
        before = Seal.objects.get(seal_no=2).key_id
        assert close_wednesday(sealed).key_id != before
        assert verified(capsys, "--seal", held)[:2] == (0, {})

    def test_when_revoked_doubt_the_seals_that_two_people_named(
        self, sealed: SmallBook, held: Path, capsys: Output
    ) -> None:
        key = Seal.objects.get(seal_no=2).key_id
        call_command(
            "seal_keys", "revoke", "--key", key, "--from-seal", "MAIN/2", "--reason", "laptop lost", *PEOPLE
        )
        code, findings, _ = verified(capsys, "--seal", held)
        assert code == 1
        (finding,) = findings["seals_signed"]
        assert finding.startswith(f"seal 2: key {key} is revoked, and not trusted from ")

    def test_when_revoked_without_a_doubt_leave_their_seals_and_another_takes_over(
        self, sealed: SmallBook, held: Path, capsys: Output
    ) -> None:
        key = Seal.objects.get(seal_no=2).key_id
        call_command("seal_keys", "revoke", "--key", key, "--reason", "left the house", *PEOPLE)
        with pytest.raises(SealKeyMissing):
            close_wednesday(sealed)
        call_command("seal_keys", "publish", *PEOPLE)
        assert close_wednesday(sealed).key_id != key
        assert verified(capsys, "--seal", held)[:2] == (0, {})

    def test_change_by_two_people_only(self, sealed: SmallBook) -> None:
        with pytest.raises(CommandError):
            call_command("seal_keys", "rotate", "--maker", "lin", "--checker", "lin")
