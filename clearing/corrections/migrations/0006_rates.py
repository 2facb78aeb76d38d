"""Corrections of official rates: their kind, what they find, and the adjustments of positions."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0005_statements_sql"),
        ("ledger", "0015_ranges"),
    ]

    operations = [
        migrations.CreateModel(
            name="PositionAdjustment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cost_minor", models.BigIntegerField(verbose_name="cost")),
                ("unrealised_minor", models.BigIntegerField(verbose_name="unrealised")),
                ("realised_minor", models.BigIntegerField(verbose_name="realised")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
            ],
            options={
                "verbose_name": "adjustment of a position",
                "verbose_name_plural": "adjustments of positions",
                "ordering": ["run", "id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="corrections_correction_kind_known",
        ),
        migrations.AlterField(
            model_name="correction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mark", "mark"),
                    ("rate", "rate"),
                    ("trade", "trade"),
                    ("statement", "statement"),
                    ("fx", "official rate"),
                ],
                max_length=9,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="correctionfinding",
            name="figure",
            field=models.CharField(
                choices=[
                    ("collateral", "assets"),
                    ("lending_value", "lending value"),
                    ("debt", "debts"),
                    ("coverage", "coverage"),
                    ("level", "level in force"),
                    ("call", "margin call standing"),
                    ("deposit", "deposit called for"),
                    ("liquidation", "liquidation due"),
                    ("interest", "interest of the client"),
                    ("funder_interest", "interest of a funder"),
                    ("cash", "cash"),
                    ("quantity", "quantity"),
                    ("stated", "closing balance stated"),
                    ("stated_entry", "entry stated"),
                    ("breaks", "open breaks"),
                    ("receipt", "receipt booked"),
                    ("confirmation", "payment or transfer confirmed"),
                    ("matched", "lines matched"),
                    ("book_value", "cost of a position"),
                    ("unrealised", "unrealised result of a position"),
                    ("realised", "realised exchange result"),
                    ("taken_over", "translated result"),
                ],
                max_length=16,
                verbose_name="figure",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["mark", "rate", "trade", "statement", "fx"])),
                name="corrections_correction_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="positionadjustment",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
                verbose_name="entry",
            ),
        ),
        migrations.AddField(
            model_name="positionadjustment",
            name="revaluation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.revaluation",
                verbose_name="revaluation",
            ),
        ),
        migrations.AddField(
            model_name="positionadjustment",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="position_adjustments",
                to="corrections.correctionrun",
                verbose_name="run",
            ),
        ),
        migrations.AddField(
            model_name="positionadjustment",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.unit",
                verbose_name="currency",
            ),
        ),
        migrations.AddConstraint(
            model_name="positionadjustment",
            constraint=models.UniqueConstraint(
                fields=("run", "unit", "revaluation"),
                name="corrections_positionadjustment_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="positionadjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost_minor", 0), ("realised_minor", 0), ("unrealised_minor", 0), _negated=True
                ),
                name="corrections_positionadjustment_changes_something",
            ),
        ),
    ]
