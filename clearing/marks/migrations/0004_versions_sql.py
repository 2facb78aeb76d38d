"""The guard of later versions of a mark."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("marks", "0003_versions"), ("accounts", "0006_approval_kinds")]

    operations = [*run_sql_files(SQL, "mark_versions")]
