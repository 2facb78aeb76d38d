"""Rates corrected late: their steps, their guards, rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_rates"), ("accounts", "0006_approval_kinds")]

    operations = [*run_sql_files(SQL, "rate_step", "guard_rate", "grants_rates")]
