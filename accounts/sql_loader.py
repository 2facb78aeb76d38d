"""Load SQL objects from their own files into a migration.

Every database object lives in `<app>/sql/<name>.sql`, its removal in `<app>/sql/<name>.down.sql`:

    operations = [*run_sql_files(Path(__file__).parent.parent / "sql", "guard_approval", "grants_0004")]

A file without its `.down.sql` is an error here, so that no migration is written that cannot be taken back.

A function or trigger that changes is edited in its file, which says CREATE OR REPLACE, and a later migration
loads the file again with `reload_sql_files`: a new database gets it at once, an old one then (decision 23).
"""

from pathlib import Path

from django.db.migrations.operations import RunSQL


def run_sql_files(directory: Path, *names: str) -> list[RunSQL]:
    """One operation per name, in the given order; taken back in the opposite order.

    :raises FileNotFoundError: `<name>.sql` or `<name>.down.sql` is missing from `directory`.
    """
    return [
        RunSQL(
            sql=(directory / f"{name}.sql").read_text(encoding="utf-8"),
            reverse_sql=(directory / f"{name}.down.sql").read_text(encoding="utf-8"),
        )
        for name in names
    ]


def reload_sql_files(directory: Path, *names: str) -> list[RunSQL]:
    """Load files again that say CREATE OR REPLACE throughout; taken back by taking back their first load.

    :raises FileNotFoundError: `<name>.sql` is missing from `directory`.
    """
    return [
        RunSQL(
            sql=(directory / f"{name}.sql").read_text(encoding="utf-8"),
            reverse_sql=RunSQL.noop,
        )
        for name in names
    ]
