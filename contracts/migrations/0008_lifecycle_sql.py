"""The rules of a contract's life, each in its file of contracts/sql."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0007_lifecycle")]

    operations = [
        *run_sql_files(
            SQL,
            "terms_in_force",
            "guard_amendment",
            "guard_fees",
            "guard_dispute",
            "tranche_replacement",
            "grants_lifecycle",
        ),
        *install_history("contracts_dispute", "contracts_historicaldispute"),
        *reload_sql_files(SQL, "tranche_rule", "guard_state"),
    ]
