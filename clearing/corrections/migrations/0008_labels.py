"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("corrections", "0007_rates_sql"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="correction",
            name="attempt",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="proposal number"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="corrected",
            field=models.JSONField(verbose_name="correct values"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="was",
            field=models.JSONField(verbose_name="recorded values"),
        ),
        migrations.AlterField(
            model_name="correctionentry",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("adjustment", "adjustment"),
                    ("reversal", "reversal"),
                    ("rebooking", "rebooked"),
                    ("overrun", "funded by the house"),
                ],
                max_length=10,
                verbose_name="purpose",
            ),
        ),
        migrations.AlterField(
            model_name="correctionfinding",
            name="subject",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="subject"),
        ),
        migrations.AlterField(
            model_name="decisionreview",
            name="reason",
            field=models.TextField(blank=True, default="", verbose_name="reason for the outcome"),
        ),
        migrations.AlterField(
            model_name="decisionreview",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "open"),
                    ("upheld", "decision upheld"),
                    ("compensated", "client compensated"),
                    ("withdrawn", "decision withdrawn"),
                ],
                default="open",
                max_length=11,
                verbose_name="state",
            ),
        ),
    ]
