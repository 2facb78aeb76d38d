"""Rules that changed, loaded again into databases that had them before (decision 23)."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_months")]

    # One a line: several hands add to it.
    operations = reload_sql_files(
        SQL,
        "partitions",
        "payload_hash",
        "entry_rule",
        "posting_rule",
        "days",
        "restriction",
        "canonical_entries",
    )
