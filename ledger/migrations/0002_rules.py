"""The rules of the ledger, each in its file of ledger/sql."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("accounts", "0004_sql")]

    operations = run_sql_files(
        SQL,
        "posting",
        "partitions",
        "payload_hash",
        "append_only",
        "no_merge",
        "account_balance",
        "chart",
        "entry_rule",
        "posting_rule",
        "restriction",
        "positions",
        "days",
        "grants",
    )
