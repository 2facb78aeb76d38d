"""The guard of cancellations, the kind of commission given back, rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("settlement", "0003_cancellations"), ("accounts", "0006_approval_kinds")]

    operations = [*run_sql_files(SQL, "trade_cancellations")]
