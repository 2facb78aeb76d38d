"""Triggers and rights: history, role changes, approvals, outbox."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_parties")]

    operations = [
        *run_sql_files(SQL, "acting_user", "write_history"),
        *install_history("accounts_user", "accounts_historicaluser"),
        *install_history("accounts_party", "accounts_historicalparty"),
        *run_sql_files(SQL, "write_role_change", "guard_approval", "guard_outbox", "grants_0004"),
    ]
