"""The ladder as functions, the level in force, guards of calls, rights."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("margin", "0001_initial"), ("accounts", "0004_sql")]

    operations = [
        *run_sql_files(
            SQL, "margin_level", "margin_next_level", "contract_level_follows_changes", "margin_call_guard"
        ),
        *install_history("margin_margincall", "margin_historicalmargincall"),
        *run_sql_files(SQL, "grants_0002"),
    ]
