"""What lies in the repository."""

import re

from tests.architecture.source import ROOT, tracked_text_files

TOP_LEVEL = {
    "manage.py",
    "config",
    "accounts",
    "ledger",
    "contracts",
    "clearing",
    "custody",
    "tests",
    "requirements.txt",
}
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|postgres(ql)?://[^:/\s]+:[^@{$\s.]{8,}@")
OWN_HOME = re.compile(r"/(?:home|Users)/(?!\.\.\.)[a-z]+/")


class TestRepository:
    def test_has_its_top_level(self) -> None:
        assert TOP_LEVEL - {path.name for path in ROOT.iterdir()} == set()

    def test_holds_no_secret_and_nobody_s_path(self) -> None:
        found = []
        for path in tracked_text_files():
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue
            if path.name != "test_repository.py" and (SECRET.search(text) or OWN_HOME.search(text)):
                found.append(str(path.relative_to(ROOT)))
        assert found == []

    def test_pins_what_it_installs(self) -> None:
        for name in ("requirements.txt", "requirements-bench.txt", "requirements-dev.txt"):
            lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
            assert [line for line in lines if line and "==" not in line] == []
