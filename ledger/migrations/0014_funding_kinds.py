"""Kinds of entries of a contract's life."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_bounds")]

    operations = [
        *run_sql_files(SQL, "kind_funder_replaced"),
        *reload_sql_files(SQL, "posting_rule"),
    ]
