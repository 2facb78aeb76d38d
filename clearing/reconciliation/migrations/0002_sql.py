"""Guards of matches and breaks, history, rights."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("accounts", "0004_sql")]

    operations = [
        *run_sql_files(SQL, "guard_match", "guard_break"),
        *install_history(
            "reconciliation_reconciliationbreak", "reconciliation_historicalreconciliationbreak"
        ),
        *run_sql_files(SQL, "grants_0002"),
    ]
