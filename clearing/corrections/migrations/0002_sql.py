"""Guards of corrections, runs and reviews, the kind of a compensation, rights."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0001_initial"),
        ("ledger", "0011_rules_anew"),
        ("marks", "0004_versions_sql"),
    ]

    operations = [
        *run_sql_files(
            SQL, "guard_correction", "guard_run", "guard_review", "kind_client_compensated", "grants_0002"
        ),
    ]
