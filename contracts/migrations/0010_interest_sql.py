"""The rules of interest, each in its file of contracts/sql; exact figures in parts that all day counts have."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0009_interest"), ("ledger", "0003_posting")]

    operations = [
        *run_sql_files(
            SQL,
            "day_weight",
            "rate_segment",
            "terms_span",
            "interest_origin",
            "interest_segments",
            "guard_accrual",
            "guard_fixing",
            "grants_interest",
            "common_denominator",
        ),
        *reload_sql_files(SQL, "guard_rate"),
    ]
