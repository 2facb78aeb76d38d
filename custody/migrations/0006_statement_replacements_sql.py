"""The guard of replaced statements, and rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("custody", "0005_statement_replacements")]

    operations = [*run_sql_files(SQL, "guard_replacement", "grants_0006")]
