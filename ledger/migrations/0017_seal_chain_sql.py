"""What guards the last event of keys in a seal, the order of dates, approvals that a reopening made void, uploads."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_seal_chain")]

    operations = [
        *run_sql_files(SQL, "grants_seal_chain", "import_uploads"),
        *reload_sql_files(SQL, "seal_texts", "seals", "periods", "days"),
    ]
