"""The file below the simulator: what survives a crash, and what is refused."""

import json
import os
from pathlib import Path

import pytest

from custody.simulator.command_log import BooksDamaged, BooksInUse, CommandLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "BANKA.jsonl"


def lines_of(path: Path) -> list[dict[str, object]]:
    log = CommandLog(path)
    log.close()
    return log.lines


def write(path: Path, *names: str) -> None:
    log = CommandLog(path)
    for name in names:
        log.append({"name": name})
    log.sync()
    log.close()


class TestCommandLog:
    def test_gives_back_what_was_appended(self, path: Path) -> None:
        write(path, "one", "two")
        write(path, "three")
        assert [line["name"] for line in lines_of(path)] == ["one", "two", "three"]

    def test_numbers_its_lines(self, path: Path) -> None:
        write(path, "one")
        write(path, "two")
        assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == [1, 2]

    @pytest.mark.parametrize("cut", [1, 5, 11])
    def test_drops_a_line_torn_by_a_crash(self, path: Path, cut: int) -> None:
        write(path, "kept", "torn")
        os.truncate(path, path.stat().st_size - cut)
        assert [line["name"] for line in lines_of(path)] == ["kept"]

    def test_continues_on_a_line_of_its_own_after_a_torn_one(self, path: Path) -> None:
        write(path, "kept", "torn")
        os.truncate(path, path.stat().st_size - 4)
        write(path, "next")
        assert [line["name"] for line in lines_of(path)] == ["kept", "next"]

    def test_starts_anew_when_even_the_first_line_was_torn(self, path: Path) -> None:
        path.write_text('{"n":1,"na')
        assert lines_of(path) == []

    def test_refuses_a_damaged_line_in_the_middle(self, path: Path) -> None:
        write(path, "one", "two", "three")
        text = path.read_text().splitlines()
        path.write_text("\n".join([text[0], text[1][:-6], text[2]]) + "\n")
        with pytest.raises(BooksDamaged, match="line 2"):
            CommandLog(path)

    def test_refuses_a_line_that_is_missing(self, path: Path) -> None:
        write(path, "one", "two", "three")
        text = path.read_text().splitlines()
        path.write_text("\n".join([text[0], text[2]]) + "\n")
        with pytest.raises(BooksDamaged, match="line 2 is numbered 3"):
            CommandLog(path)

    def test_lets_one_process_write_at_a_time(self, path: Path) -> None:
        log = CommandLog(path)
        try:
            with pytest.raises(BooksInUse):
                CommandLog(path)
        finally:
            log.close()

    def test_leaves_no_half_line_when_the_disk_is_full(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(path, "kept")
        log = CommandLog(path)
        whole = os.write

        def half(descriptor: int, data: bytes) -> int:
            if len(data) > 10:
                return whole(descriptor, data[:10])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("custody.simulator.command_log.os.write", half)
        with pytest.raises(OSError, match="No space"):
            log.append({"name": "b"})
        monkeypatch.undo()
        log.append({"name": "after"})
        log.close()
        assert [line["name"] for line in lines_of(path)] == ["kept", "after"]
