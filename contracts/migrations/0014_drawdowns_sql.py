"""The database's guard of drawdowns."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0013_drawdowns"),
        ("accounts", "0011_first_questionnaire"),
        ("ledger", "0002_rules"),
    ]

    operations = [*run_sql_files(SQL, "guard_drawdown")]
