"""Tighter guards of parties, approvals and due diligence, and the erasure of parties."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0012_as_seen_by_two")]
    operations: ClassVar = [
        *run_sql_files(SQL, "guard_erasure"),
        *reload_sql_files(
            SQL,
            "guard_approval",
            "approval_authority",
            "guard_approval_rule",
            "guard_delegation",
            "guard_access_review",
            "guard_identity",
            "guard_screening",
            "guard_suitability",
            "guard_outbox",
            "due_diligence_append_only",
        ),
        *run_sql_files(SQL, "seed_erasure_rule", "grants_0013"),
    ]
