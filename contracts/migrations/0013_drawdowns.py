"""Drawdowns, each with what permitted it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_first_questionnaire"),
        ("contracts", "0012_documents_sql"),
        ("ledger", "0014_funding_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Drawdown",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("booking_date", models.DateField(verbose_name="booking date")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("own_minor", models.BigIntegerField(verbose_name="the client's own")),
                ("financed_minor", models.BigIntegerField(verbose_name="financed after it")),
                ("cap_ppm", models.BigIntegerField(verbose_name="leverage permitted")),
                (
                    "cap_source",
                    models.CharField(
                        choices=[
                            ("maintenance", "maintenance margin of the terms"),
                            ("initial", "initial margin of the terms"),
                            ("terms", "maximum leverage of the terms"),
                            ("pack", "initial margin of the rule pack"),
                            ("tier", "the client's tier"),
                            ("dynamic", "dynamic limit"),
                        ],
                        max_length=11,
                        verbose_name="what set it",
                    ),
                ),
                ("tier", models.PositiveSmallIntegerField(verbose_name="tier")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.suitabilityassessment",
                        verbose_name="assessment",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.book",
                        verbose_name="book",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drawdowns",
                        to="contracts.financingcontract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journalentry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "rule_pack_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.rulepackversion",
                        verbose_name="rule pack",
                    ),
                ),
            ],
            options={
                "verbose_name": "drawdown",
                "verbose_name_plural": "drawdowns",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gt", 0),
                            ("financed_minor__gte", models.F("amount_minor")),
                            ("own_minor__gt", 0),
                        ),
                        name="contracts_drawdown_amounts_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cap_ppm__gte", 1000000)),
                        name="contracts_drawdown_cap_at_least_one",
                    ),
                ],
            },
        ),
    ]
