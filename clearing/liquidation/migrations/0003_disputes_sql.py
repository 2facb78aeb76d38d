"""A liquidation that the client disputes is not released as one that nobody disputes."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("liquidation", "0002_sql"), ("contracts", "0007_lifecycle")]

    operations = [*reload_sql_files(SQL, "liquidation_guard")]
