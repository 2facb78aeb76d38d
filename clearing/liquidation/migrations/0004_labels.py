"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("liquidation", "0003_disputes_sql"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="historicalliquidation",
            name="level",
            field=models.SmallIntegerField(
                choices=[
                    (0, "normal"),
                    (1, "warning"),
                    (2, "restricted"),
                    (3, "call"),
                    (4, "liquidation due"),
                    (5, "emergency"),
                    (6, "insolvent"),
                ],
                verbose_name="triggering level",
            ),
        ),
        migrations.AlterField(
            model_name="historicalliquidation",
            name="policy",
            field=models.CharField(
                choices=[
                    ("most_liquid_first", "most liquid first"),
                    ("losers_first", "largest losses first"),
                ],
                max_length=20,
                verbose_name="policy",
            ),
        ),
        migrations.AlterField(
            model_name="historicalliquidation",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "proposed"),
                    ("released", "released"),
                    ("ordered", "ordered"),
                    ("executed", "executed"),
                    ("settled", "settled"),
                    ("waterfalled", "distributed"),
                    ("repaid", "repaid"),
                    ("cancelled", "cancelled"),
                ],
                default="proposed",
                max_length=11,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="liquidation",
            name="level",
            field=models.SmallIntegerField(
                choices=[
                    (0, "normal"),
                    (1, "warning"),
                    (2, "restricted"),
                    (3, "call"),
                    (4, "liquidation due"),
                    (5, "emergency"),
                    (6, "insolvent"),
                ],
                verbose_name="triggering level",
            ),
        ),
        migrations.AlterField(
            model_name="liquidation",
            name="policy",
            field=models.CharField(
                choices=[
                    ("most_liquid_first", "most liquid first"),
                    ("losers_first", "largest losses first"),
                ],
                max_length=20,
                verbose_name="policy",
            ),
        ),
        migrations.AlterField(
            model_name="liquidation",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "proposed"),
                    ("released", "released"),
                    ("ordered", "ordered"),
                    ("executed", "executed"),
                    ("settled", "settled"),
                    ("waterfalled", "distributed"),
                    ("repaid", "repaid"),
                    ("cancelled", "cancelled"),
                ],
                default="proposed",
                max_length=11,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="liquidationevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("proposed", "proposed"),
                    ("released", "released"),
                    ("ordered", "orders placed"),
                    ("filled", "session over"),
                    ("postponed", "nothing can be sold now"),
                    ("executed", "nothing left to sell"),
                    ("settled", "settled"),
                    ("waterfalled", "distributed"),
                    ("repaid", "repaid"),
                    ("reviewed", "reviewed"),
                    ("cancelled", "cancelled"),
                ],
                max_length=11,
                verbose_name="kind",
            ),
        ),
    ]
