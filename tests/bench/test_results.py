"""What a benchmark leaves behind."""

import json
from pathlib import Path

from bench.results import Result, write


def result() -> Result:
    made = Result(sizes={"rounds": 3})
    made.add("bulk_vs_floor", 2.123456, "250,000 entries", "<= 2.5")
    return made


class TestResult:
    def test_prints_each_figure_with_its_target_and_its_meaning(self) -> None:
        last = result().table().splitlines()[-1]
        assert last.split() == ["bulk_vs_floor", "2.123", "<=", "2.5", "250,000", "entries"]

    def test_makes_the_document_of_the_design(self) -> None:
        document = result().document(server="18.4")
        assert list(document) == ["figures", "sizes", "versions", "commit"]
        assert document["figures"] == {"bulk_vs_floor": 2.1235}
        assert document["sizes"] == {"rounds": 3}
        versions = document["versions"]
        assert isinstance(versions, dict)
        assert {"python", "postgresql", "Django", "psycopg", "django-hordak"} == set(versions)


class TestWrite:
    def test_leaves_one_document(self, tmp_path: Path) -> None:
        path = tmp_path / "results" / "ledger.json"
        write(result().document(server="18.4"), path)
        assert json.loads(path.read_text())["figures"]["bulk_vs_floor"] == 2.1235
