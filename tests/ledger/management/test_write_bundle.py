"""A bundle from the shell, verified by the program that lies in it, in a directory of its own."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from ledger.models import JournalEntry, Seal
from tests.invariants.test_tampering import Login, forge, seal_anew, superuser
from tests.ledger.builders import SmallBook
from tests.ledger.management.test_seals import PEOPLE, close_wednesday, held, sealed
from tests.ledger.sealing import WEDNESDAY, sealed_autumn, second_person
from tests.ledger.services.test_periods import reopen

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])
__all__ = ["held", "sealed", "superuser"]


def bundle(tmp_path: Path, *words: object) -> Path:
    file = tmp_path / "main.zip"
    call_command("write_bundle", "--book", "MAIN", "--output", str(file), *map(str, words))
    return file


def judged(file: Path, *words: object) -> tuple[int, str]:
    alone = file.parent / "alone"
    with zipfile.ZipFile(file) as archive:
        program = archive.extract("verify_bundle.py", alone)
    done = subprocess.run(
        [sys.executable, "-I", program, str(file), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=alone,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


class TestHonestBook:
    def test_is_clean_with_a_seal_held_outside_and_an_entry(
        self, sealed: SmallBook, held: Path, tmp_path: Path
    ) -> None:
        first = JournalEntry.objects.order_by("pk")[0].pk
        code, said = judged(bundle(tmp_path, "--entry", first), "--seal", held, "--entry", first)
        assert code == 0
        assert f"entry {first}: position 1" in said

    def test_stays_clean_over_a_reopening_and_a_rotation(
        self, sealed: SmallBook, held: Path, tmp_path: Path
    ) -> None:
        close_wednesday(sealed)
        call_command("seal_keys", "rotate", *PEOPLE)
        with transaction.atomic():
            reopen(sealed, second_person(), WEDNESDAY)
        close_wednesday(sealed)
        assert Seal.objects.values("key").distinct().count() == 2
        assert judged(bundle(tmp_path), "--seal", held)[0] == 0

    def test_is_not_sealed_beyond_its_last_close(self, sealed: SmallBook, tmp_path: Path) -> None:
        with transaction.atomic():
            (late,) = sealed.post(
                sealed.draft("client_deposit", value_date=WEDNESDAY, bank=1, wang=-1), day=WEDNESDAY
            )
        with pytest.raises(CommandError):
            bundle(tmp_path, "--entry", late.entry_id)
        assert list(tmp_path.glob("*.zip*")) == []
        code, said = judged(bundle(tmp_path), "--entry", late.entry_id)
        assert code == 1
        assert f"entry {late.entry_id}: is not in the bundle" in said


class TestChangedBook:
    def test_fails_by_its_own_seals(self, superuser: Login, sealed: SmallBook, tmp_path: Path) -> None:
        forge(superuser, sealed)
        code, said = judged(bundle(tmp_path))
        assert code == 1
        assert "seal 1: its root is not that of the entries" in said

    def test_sealed_anew_fails_by_the_seal_held_outside(
        self, superuser: Login, sealed: SmallBook, held: Path, tmp_path: Path
    ) -> None:
        forge(superuser, sealed)
        seal_anew(superuser, sealed)
        file = bundle(tmp_path)
        assert judged(file)[0] == 0
        code, said = judged(file, "--seal", held)
        assert code == 1
        assert "seal 2: is not the one held outside" in said

    def test_cut_short_is_not_clean_beside_the_seal_held_outside(
        self, sealed: SmallBook, held: Path, tmp_path: Path
    ) -> None:
        code, said = judged(bundle(tmp_path, "--until", "2008-09-15"), "--seal", held)
        assert code == 2
        assert "seal 2: is held outside and lies beyond the bundle" in said

    def test_with_a_doubted_seal_fails(self, sealed: SmallBook, tmp_path: Path) -> None:
        key = Seal.objects.get(seal_no=2).key_id
        words = ("--key", key, "--from-seal", "MAIN/2", "--reason", "laptop lost")
        call_command("seal_keys", "revoke", *words, *PEOPLE)
        code, said = judged(bundle(tmp_path))
        assert code == 1
        assert f"seal 2: key {key} was not in force, or is doubted" in said
        assert "seal 1: key" not in said

    def test_beside_an_unreadable_seal_is_incomplete(self, sealed: SmallBook, tmp_path: Path) -> None:
        other = tmp_path / "other.json"
        other.write_text(json.dumps({"seals": []}))
        assert judged(bundle(tmp_path), "--seal", other)[0] == 2


class TestWhatABundleCannotKnow:
    def test_is_noted_and_a_seal_held_outside_takes_the_note_on_seals_away(
        self, sealed: SmallBook, held: Path, tmp_path: Path
    ) -> None:
        file = bundle(tmp_path)
        code, said = judged(file)
        assert code == 0
        assert "note: seals: that none was left out after the last one here is not proved" in said
        assert "note: keys: that no event was left out" in said
        code, said = judged(file, "--seal", held)
        assert code == 0
        assert "note: seals" not in said
        assert "note: keys: that no event was left out" in said

    def test_is_in_its_json_too(self, sealed: SmallBook, held: Path, tmp_path: Path) -> None:
        file = bundle(tmp_path)
        documents = [json.loads(judged(file, "--json", *words)[1]) for words in ([], ["--seal", held])]
        assert [one["verdict"] for one in documents] == ["clean", "clean"]
        assert [len(one["notes"]) for one in documents] == [2, 1]
        assert documents[0]["notes"][0].startswith("seals: that none was left out")
        cut = json.loads(judged(bundle(tmp_path, "--until", "2008-09-15"), "--json", "--seal", held)[1])
        assert (cut["verdict"], len(cut["incomplete"])) == ("incomplete", 1)


class TestDetachedMonth:
    def test_leaves_nothing_to_bundle(
        self, transactional_db: None, key_directory: Path, tmp_path: Path
    ) -> None:
        sealed_autumn()
        call_command("move_month", "2008-09", "detach")
        with pytest.raises(CommandError, match="2008-09"):
            bundle(tmp_path)
        assert list(tmp_path.glob("*.zip*")) == []
        call_command("move_month", "2008-09", "attach")
        assert judged(bundle(tmp_path))[0] == 0
