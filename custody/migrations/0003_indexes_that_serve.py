"""Drop the indexes on units: with a handful of currencies they lead the planner astray and slow every insert."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0002_sql"),
        ("ledger", "0002_rules"),
    ]

    operations = [
        migrations.AlterField(
            model_name="holdingline",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AlterField(
            model_name="statementbalance",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AlterField(
            model_name="statemententry",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AlterField(
            model_name="transferinstruction",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.unit",
                verbose_name="unit",
            ),
        ),
    ]
