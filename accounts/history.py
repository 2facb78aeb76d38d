"""Install the history of a table: triggers that write every change, with actor and reason, from wherever.

The model says `history = HistoricalRecords()`, which makes the history table and the way to read it. The rows
are written by `accounts_write_history()` (accounts/sql/write_history.sql), not by signals, so that
bulk_create, update() and raw SQL leave the same rows as save(). A migration of the app that owns the table:

    dependencies = [("accounts", "0004_sql"), ...]
    operations = [*install_history("custody_custodian", "custody_historicalcustodian")]

Columns that the history table lacks (`excluded_fields`) are neither kept nor counted as a change.
"""

import re

from django.db.migrations.operations import RunSQL

TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

INSTALL = """
ALTER TABLE {history} ALTER COLUMN history_change_reason TYPE text;
REVOKE ALL ON TABLE {history} FROM plimsoll_app;
GRANT SELECT ON TABLE {history} TO plimsoll_app;
CREATE TRIGGER write_history_of_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_write_history('{history}');
CREATE TRIGGER write_history_of_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_write_history('{history}');
CREATE TRIGGER write_history_of_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS rows_before
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_write_history('{history}');
"""

REMOVE = """
DROP TRIGGER write_history_of_delete ON {table};
DROP TRIGGER write_history_of_update ON {table};
DROP TRIGGER write_history_of_insert ON {table};
"""


def install_history(app_table: str, history_table: str) -> list[RunSQL]:
    """Operations that make `app_table` write each inserted, changed and deleted row into `history_table`.

    Reasons are not cut at the hundred characters of simple-history's column: the column becomes `text`.

    :raises ValueError: a name is not that of one of our tables (lower case, digits and underscores).
    """
    for name in (app_table, history_table):
        if not TABLE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a table")
    return [
        RunSQL(
            sql=INSTALL.format(table=app_table, history=history_table),
            reverse_sql=REMOVE.format(table=app_table, history=history_table),
        )
    ]
