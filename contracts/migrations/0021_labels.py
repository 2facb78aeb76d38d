"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("contracts", "0020_parties"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="contractamendment",
            name="to_terms",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="contracts.termsversion",
                verbose_name="new terms",
            ),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("upheld", "Upheld for the client"),
                    ("rejected", "Rejected"),
                    ("withdrawn", "Withdrawn by the client"),
                ],
                default="open",
                max_length=9,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="subject_kind",
            field=models.CharField(
                choices=[
                    ("call", "Margin call"),
                    ("fee", "Fee"),
                    ("interest", "Interest"),
                    ("liquidation", "Liquidation"),
                ],
                max_length=11,
                verbose_name="type of disputed item",
            ),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="subject_reference",
            field=models.CharField(max_length=80, verbose_name="disputed item"),
        ),
        migrations.AlterField(
            model_name="drawdown",
            name="cap_source",
            field=models.CharField(
                choices=[
                    ("maintenance", "maintenance margin of the terms"),
                    ("initial", "initial margin of the terms"),
                    ("terms", "maximum leverage of the terms"),
                    ("pack", "initial margin of the rule pack"),
                    ("tier", "client's risk tier"),
                    ("dynamic", "dynamic limit"),
                ],
                max_length=11,
                verbose_name="binding limit",
            ),
        ),
        migrations.AlterField(
            model_name="drawdown",
            name="financed_minor",
            field=models.BigIntegerField(verbose_name="financed after the drawdown"),
        ),
        migrations.AlterField(
            model_name="drawdown",
            name="own_minor",
            field=models.BigIntegerField(verbose_name="client's own funds"),
        ),
        migrations.AlterField(
            model_name="feeschedule",
            name="basis",
            field=models.CharField(
                choices=[("flat", "a fixed amount"), ("principal", "percentage of the principal concerned")],
                max_length=9,
                verbose_name="basis",
            ),
        ),
        migrations.AlterField(
            model_name="fundingtranche",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successor",
                to="contracts.fundingtranche",
                verbose_name="replaces",
            ),
        ),
        migrations.AlterField(
            model_name="fundingtranche",
            name="source",
            field=models.CharField(
                choices=[
                    ("own", "House funds"),
                    ("third_party", "Third-party funder"),
                    ("matched", "Matched funding from another platform"),
                ],
                default="third_party",
                max_length=11,
                verbose_name="funding source",
            ),
        ),
        migrations.AlterField(
            model_name="historicaldispute",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AlterField(
            model_name="historicaldispute",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("upheld", "Upheld for the client"),
                    ("rejected", "Rejected"),
                    ("withdrawn", "Withdrawn by the client"),
                ],
                default="open",
                max_length=9,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="historicaldispute",
            name="subject_kind",
            field=models.CharField(
                choices=[
                    ("call", "Margin call"),
                    ("fee", "Fee"),
                    ("interest", "Interest"),
                    ("liquidation", "Liquidation"),
                ],
                max_length=11,
                verbose_name="type of disputed item",
            ),
        ),
        migrations.AlterField(
            model_name="historicaldispute",
            name="subject_reference",
            field=models.CharField(max_length=80, verbose_name="disputed item"),
        ),
        migrations.AlterField(
            model_name="interestaccrual",
            name="cumulative_posted_minor",
            field=models.BigIntegerField(verbose_name="posted to date"),
        ),
        migrations.AlterField(
            model_name="interestaccrual",
            name="same_day_numerator",
            field=models.DecimalField(
                db_default=0,
                decimal_places=0,
                default=0,
                max_digits=40,
                verbose_name="numerator of same-day loans",
            ),
        ),
        migrations.AlterField(
            model_name="interestadjustment",
            name="same_day_numerator",
            field=models.DecimalField(
                db_default=0,
                decimal_places=0,
                default=0,
                max_digits=40,
                verbose_name="numerator of same-day loans",
            ),
        ),
        migrations.AlterField(
            model_name="interestchange",
            name="after_run",
            field=models.BigIntegerField(verbose_name="last run before the change"),
        ),
        migrations.AlterField(
            model_name="interesthold",
            name="held_on",
            field=models.DateField(verbose_name="on hold since"),
        ),
        migrations.AlterField(
            model_name="penaltyaccrual",
            name="cumulative_posted_minor",
            field=models.BigIntegerField(verbose_name="posted to date"),
        ),
        migrations.AlterField(
            model_name="penaltyaccrual",
            name="overdue_minor",
            field=models.BigIntegerField(verbose_name="overdue amount"),
        ),
        migrations.AlterField(
            model_name="rulepackversion",
            name="origin",
            field=models.CharField(
                choices=[("shipped", "Shipped with the product"), ("house", "Defined by the house")],
                max_length=7,
                verbose_name="origin",
            ),
        ),
        migrations.AlterField(
            model_name="termsversion",
            name="penalty_grace_days",
            field=models.PositiveSmallIntegerField(verbose_name="penalty grace period in days"),
        ),
        migrations.AlterField(
            model_name="termsversion",
            name="penalty_mode",
            field=models.CharField(
                choices=[
                    ("INSTEAD", "instead of contract interest"),
                    ("ON_TOP", "in addition to contract interest"),
                ],
                default="INSTEAD",
                max_length=7,
                verbose_name="penalty interest is charged",
            ),
        ),
        migrations.AlterField(
            model_name="termsversion",
            name="same_day_rule",
            field=models.CharField(
                choices=[("FREE", "no interest"), ("ONE_DAY", "one day's interest")],
                default="FREE",
                max_length=7,
                verbose_name="same-day loan",
            ),
        ),
    ]
