"""Histories, guards and rights of custody."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("custody", "0001_initial"), ("ledger", "0002_rules"), ("accounts", "0004_sql")]

    operations = [
        *install_history("custody_custodian", "custody_historicalcustodian"),
        *install_history("custody_custodyaccount", "custody_historicalcustodyaccount"),
        *install_history("custody_cashhome", "custody_historicalcashhome"),
        *run_sql_files(
            SQL, "guard_account", "guard_payment", "guard_transfer", "guard_statement", "grants_0002"
        ),
    ]
