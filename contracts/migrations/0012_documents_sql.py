"""The rules of documents, each in its file of contracts/sql."""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0011_documents")]

    operations = [*run_sql_files(SQL, "documents")]
