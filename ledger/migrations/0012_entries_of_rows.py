"""Entries of exchange, revaluation and import have the row that explains them."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_rules_anew")]

    operations = [*run_sql_files(SQL, "entries_of_rows"), *reload_sql_files(SQL, "posting_rule")]
