"""Loading SQL files into migrations."""

from pathlib import Path

import pytest

from accounts.sql_loader import reload_sql_files, run_sql_files


class TestRunSqlFiles:
    def test_makes_an_operation_of_each_pair_in_order(self, tmp_path: Path) -> None:
        for name in ("second", "first"):
            (tmp_path / f"{name}.sql").write_text(f"CREATE {name}")
            (tmp_path / f"{name}.down.sql").write_text(f"DROP {name}")
        operations = run_sql_files(tmp_path, "first", "second")
        assert [(operation.sql, operation.reverse_sql) for operation in operations] == [
            ("CREATE first", "DROP first"),
            ("CREATE second", "DROP second"),
        ]

    @pytest.mark.parametrize("missing", ["lonely.sql", "lonely.down.sql"])
    def test_refuses_half_a_pair(self, tmp_path: Path, missing: str) -> None:
        for name in {"lonely.sql", "lonely.down.sql"} - {missing}:
            (tmp_path / name).write_text("SELECT 1")
        with pytest.raises(FileNotFoundError, match=missing):
            run_sql_files(tmp_path, "lonely")


class TestReloadSqlFiles:
    def test_loads_again_and_takes_nothing_back(self, tmp_path: Path) -> None:
        (tmp_path / "rule.sql").write_text("CREATE OR REPLACE rule")
        (operation,) = reload_sql_files(tmp_path, "rule")
        assert (operation.sql, operation.reverse_sql) == ("CREATE OR REPLACE rule", "")
