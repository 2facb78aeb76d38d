"""The rules of contracts, each in its file of contracts/sql, and the histories."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial"), ("accounts", "0004_sql"), ("ledger", "0002_rules")]

    operations = [
        *install_history("contracts_product", "contracts_historicalproduct"),
        *install_history("contracts_financingcontract", "contracts_historicalfinancingcontract"),
        *run_sql_files(
            SQL, "guard_terms", "guard_state", "contract_rule", "tranche_rule", "append_only", "grants_0002"
        ),
    ]
