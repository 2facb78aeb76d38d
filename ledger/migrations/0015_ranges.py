"""The rules look at the entries of a statement as a range, and corrected entries are known by the entry rule alone."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_funding_kinds")]

    operations = [
        migrations.AlterField(
            model_name="journalentry",
            name="reverses",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="ledger.journalentry",
                verbose_name="reverses",
            ),
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="adjusts",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="ledger.journalentry",
                verbose_name="adjusts",
            ),
        ),
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS ledger_move_balances(bigint[], bigint[])", migrations.RunSQL.noop
        ),
        *reload_sql_files(SQL, "payload_hash", "entry_rule", "move_balances", "posting_rule"),
    ]
