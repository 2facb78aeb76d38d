"""Corrected official rates: what guards the adjustments of positions, their kind, rights; rates know corrections."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"
LEDGER_SQL = SQL.parent.parent.parent / "ledger" / "sql"


class Migration(migrations.Migration):
    dependencies = [("corrections", "0006_rates"), ("ledger", "0015_ranges")]

    operations = [
        *reload_sql_files(LEDGER_SQL, "official_rate"),
        *run_sql_files(
            SQL, "kind_house_revaluation_corrected", "guard_position_adjustment", "grants_position_adjustment"
        ),
    ]
