"""Bounds of what a statement may move on an account, and of what an account may hold."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_entries_of_rows")]

    operations = [
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("is_hot", True),
                    Q(("balance_minor__gte", -(10**17)), ("balance_minor__lte", 10**17)),
                    _connector="OR",
                ),
                name="ledger_balance_within_bound",
            ),
        ),
        *reload_sql_files(SQL, "posting_rule"),
    ]
