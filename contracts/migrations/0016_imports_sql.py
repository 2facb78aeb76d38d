"""The rules of imports, and where their lines stand meanwhile."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("contracts", "0015_imports")]
    operations: ClassVar = [
        *run_sql_files(SQL, "guard_import", "import_stage"),
        *reload_sql_files(SQL, "tranche_rule"),  # whose plan did not bear ten thousand contracts at once
    ]
