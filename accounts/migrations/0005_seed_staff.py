"""The roles of staff and the system user `day-runner`."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sql")]

    operations = run_sql_files(SQL, "seed_staff")
