"""The command that proves the books: its exit code never says clean of what it could not look at."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from ledger.domain.seal_files import seal_document
from ledger.queries.seals import signed_seals
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import key_directory, sealed_book

__all__ = ["key_directory"]
CLEAN, INCOMPLETE = 0, 2


@pytest.fixture
def sealed(transactional_db: None, key_directory: Path) -> SmallBook:
    with transaction.atomic():
        return sealed_book()


def verdict_of(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=StringIO(), stderr=said)
    except SystemExit as left:
        return int(str(left.code)), said.getvalue()
    return CLEAN, said.getvalue()


def held(path: Path, book: SmallBook, **changes: str) -> str:
    documents = [seal_document(seal) for seal in signed_seals(book_id=book.book.id)]
    for document in documents:
        header = document["header"]
        assert isinstance(header, dict)
        header.update(changes)
    file = path / "held.json"
    file.write_text(json.dumps({"seals": documents}), encoding="utf-8")
    return str(file)


class TestVerifyLedger:
    @pytest.mark.django_db
    def test_is_incomplete_without_a_book(self) -> None:
        code, said = verdict_of()
        assert code == INCOMPLETE
        assert "no book" in said

    def test_is_clean_with_the_seals_of_its_book(self, sealed: SmallBook, tmp_path: Path) -> None:
        assert verdict_of("--seal", held(tmp_path, sealed))[0] == CLEAN

    def test_is_incomplete_with_a_file_of_no_seals(self, sealed: SmallBook, tmp_path: Path) -> None:
        file = tmp_path / "none.json"
        file.write_text('{"seals": []}', encoding="utf-8")
        code, said = verdict_of("--seal", str(file))
        assert code == INCOMPLETE
        assert "holds no seals" in said

    def test_is_incomplete_when_the_book_of_a_seal_is_gone(self, sealed: SmallBook, tmp_path: Path) -> None:
        file = Path(held(tmp_path, sealed))
        ours = json.loads(file.read_text(encoding="utf-8"))["seals"]
        theirs = json.loads(Path(held(tmp_path, sealed, book_code="GONE")).read_text(encoding="utf-8"))[
            "seals"
        ]
        file.write_text(json.dumps({"seals": ours + theirs}), encoding="utf-8")
        code, said = verdict_of("--seal", str(file))
        assert code == INCOMPLETE
        assert "Book GONE" in said
        assert verdict_of("--seal", str(file), "--book", sealed.book.code)[0] == CLEAN
