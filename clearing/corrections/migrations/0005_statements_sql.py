"""The guard of reviews knows closed breaks and money paid out."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("corrections", "0004_statements")]

    operations = [*reload_sql_files(SQL, "guard_review")]
