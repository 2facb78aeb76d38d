"""Guards of liquidations and orders, the chain of events, rights."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("liquidation", "0001_initial"), ("margin", "0002_sql"), ("accounts", "0004_sql")]

    operations = [
        *run_sql_files(SQL, "liquidation_guard", "order_guard", "event_chain"),
        *install_history("liquidation_liquidation", "liquidation_historicalliquidation"),
        *run_sql_files(SQL, "grants_0002"),
    ]
