"""Approvals compared word for word with what they permit, answers to disputes in time, erasure of parties."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

ROOT = Path(__file__).resolve().parent.parent.parent
SQL = ROOT / "contracts" / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("contracts", "0019_settled_sql"),
        ("accounts", "0013_as_seen_by_two_sql"),
    ]
    operations: ClassVar = [
        *reload_sql_files(SQL, "guard_terms", "guard_fixing", "guard_dispute", "documents"),
        *reload_sql_files(ROOT / "custody" / "sql", "guard_payment"),
        *run_sql_files(SQL, "guard_erasure"),
    ]
