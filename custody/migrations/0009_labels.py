"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("custody", "0008_accepted_replacements_sql"),
        ("ledger", "0018_labels"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="payment",
            name="direction",
            field=models.CharField(
                choices=[("in", "Incoming"), ("out", "Outgoing")], max_length=3, verbose_name="direction"
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="entitlement_account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.account",
                verbose_name="owner of the funds",
            ),
        ),
        migrations.AlterField(
            model_name="statement",
            name="reading",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="reading number"),
        ),
        migrations.AlterField(
            model_name="statement",
            name="state",
            field=models.CharField(
                choices=[("accepted", "Accepted"), ("marked", "Check failed"), ("unreadable", "Unreadable")],
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
