"""The rules of trades, the kind of entry that settlement adds, and rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial"), ("contracts", "0002_sql"), ("ledger", "0002_rules")]

    operations = run_sql_files(SQL, "trade_rules", "kind_trade_bought_restricted", "grants_0002")
