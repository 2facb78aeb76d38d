"""What an accrual refers to is looked at in one pass."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0016_imports_sql")]

    operations = [*reload_sql_files(SQL, "guard_accrual")]
