"""Guards of unmade matches, and rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0003_unmatches")]

    operations = [
        *run_sql_files(SQL, "guard_unmatch", "grants_0004"),
        *reload_sql_files(SQL, "guard_match"),
    ]
