"""The close of a reopened day is a step that can be done again; what staff see of periods."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("day", "0005_roles_see_exchange"), ("ledger", "0006_periods")]

    operations = reload_sql_files(SQL, "guard_step", "guard_chunk")
