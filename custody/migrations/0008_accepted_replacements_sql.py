"""Guards of what a corrected statement takes back and books, and rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("custody", "0007_accepted_replacements")]

    operations = [
        *run_sql_files(SQL, "guard_effect"),
        *reload_sql_files(SQL, "guard_replacement", "guard_payment", "guard_transfer"),
        *run_sql_files(SQL, "statement_reading", "grants_0008"),
    ]
