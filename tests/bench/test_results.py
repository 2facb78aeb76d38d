"""What a benchmark leaves behind."""

import json
from pathlib import Path

from bench.results import Result, commit, renew, write


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


class TestRenew:
    def test_replaces_what_was_measured_anew_and_names_its_commit(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.json"
        whole = result()
        whole.add("single_vs_bare", 1.7, "one entry", "<= 2")
        write({**whole.document(server="18.4"), "commit": "earlier"}, path)
        again = Result()
        again.add("single_vs_bare", 1.6, "one entry", "<= 2")
        renew(again, path)
        document = json.loads(path.read_text())
        assert document["figures"] == {"bulk_vs_floor": 2.1235, "single_vs_bare": 1.6}
        assert (document["commit"], document["renewed"]) == ("earlier", {"single_vs_bare": commit()})
        assert document["sizes"] == {"rounds": 3}
