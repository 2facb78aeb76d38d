"""The rules of approvals, each in its file of accounts/sql."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_approval_rules")]

    operations = [
        *run_sql_files(SQL, "seed_approval_rules", "approval_authority"),
        *reload_sql_files(SQL, "guard_approval"),
        *install_history("accounts_accessreview", "accounts_historicalaccessreview"),
        *install_history("accounts_accessreviewitem", "accounts_historicalaccessreviewitem"),
        *run_sql_files(SQL, "guard_approval_rule", "guard_delegation", "guard_access_review", "grants_0010"),
    ]
