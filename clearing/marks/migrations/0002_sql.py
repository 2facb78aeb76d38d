"""The history and the rules of marks, and rights."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("marks", "0001_initial"), ("accounts", "0004_sql"), ("ledger", "0002_rules")]

    operations = [
        *install_history("marks_instrument", "marks_historicalinstrument"),
        *run_sql_files(SQL, "instrument_units_fit", "quote_fits_file", "verdict_fits_mark", "grants_0002"),
    ]
