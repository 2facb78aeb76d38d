"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("margin", "0002_sql"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="valuation",
            name="hold_reason",
            field=models.TextField(blank=True, default="", verbose_name="reason for the hold"),
        ),
        migrations.AlterField(
            model_name="valuation",
            name="marks_allow_liquidation",
            field=models.BooleanField(verbose_name="all marks usable for liquidation"),
        ),
    ]
