"""Guards of principal booked back, of closings, of amendments and of drawdowns."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0018_costs_sql"), ("ledger", "0014_funding_kinds")]

    operations = [
        *run_sql_files(SQL, "guard_principal", "uncounted_interest", "guard_closing"),
        *reload_sql_files(SQL, "guard_amendment", "guard_drawdown"),
    ]
