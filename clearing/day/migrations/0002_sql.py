"""Guards of steps and chunks, rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("day", "0001_initial")]

    operations = [*run_sql_files(SQL, "guard_step", "guard_chunk", "grants_0002")]
