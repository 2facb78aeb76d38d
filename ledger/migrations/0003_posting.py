"""Prove what an entry names once a statement, instead of by a foreign key for every row."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_rules"),
        ("accounts", "0006_approval_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="journalentry",
            name="adjusts",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="ledger.journalentry",
                verbose_name="adjusts",
            ),
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="book",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="kind",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entrykind",
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="maker",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(
                condition=models.Q(("adjusts__isnull", False)),
                fields=["adjusts"],
                name="ledger_journalentry_adjusts",
            ),
        ),
        *run_sql_files(SQL, "entry_references", "move_balances"),
    ]
