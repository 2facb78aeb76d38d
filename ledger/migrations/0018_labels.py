"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("ledger", "0017_seal_chain_sql"),
    ]

    operations: ClassVar = [
        migrations.AlterModelOptions(
            name="entryposition",
            options={"verbose_name": "ledger position", "verbose_name_plural": "ledger positions"},
        ),
        migrations.AlterField(
            model_name="account",
            name="role",
            field=models.CharField(
                choices=[
                    ("custody", "custody"),
                    ("transit", "transit between rings"),
                    ("payments", "payments under way"),
                    ("settlement", "settlement"),
                    ("costs_payable", "costs payable"),
                    ("tax_payable", "tax payable"),
                    ("fx_clearing", "FX clearing"),
                    ("entitlement", "entitlement"),
                    ("unsettled", "unsettled entitlement"),
                    ("unallocated", "unallocated receipts"),
                    ("prudent_segregation", "prudent segregation"),
                    ("due_from_house", "due from house"),
                    ("cover", "cover"),
                    ("funder_available", "funder available"),
                    ("reserve_fund", "reserve fund"),
                    ("loan_principal", "loan principal"),
                    ("funded_principal", "funder principal"),
                    ("claim", "claim"),
                    ("interest_receivable", "interest receivable"),
                    ("penalty_receivable", "penalty receivable"),
                    ("fee_receivable", "fee receivable"),
                    ("funder_interest", "interest owed to funder"),
                    ("house_funding", "house funding"),
                    ("capital", "capital"),
                    ("income", "income"),
                    ("expense", "expense"),
                    ("position", "FX position"),
                    ("due_to_client", "due to client"),
                    ("overrun_receivable", "overrun receivable"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AlterField(
            model_name="dayclose",
            name="close_no",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="close number"),
        ),
        migrations.AlterField(
            model_name="dayreopening",
            name="close_no",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="close number"),
        ),
        migrations.AlterField(
            model_name="daysoftclose",
            name="close_no",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="close number"),
        ),
        migrations.AlterField(
            model_name="entryposition",
            name="position",
            field=models.BigIntegerField(verbose_name="ledger position"),
        ),
        migrations.AlterField(
            model_name="monthclose",
            name="hardness",
            field=models.CharField(
                choices=[("soft", "soft"), ("hard", "hard")], max_length=4, verbose_name="type of close"
            ),
        ),
        migrations.AlterField(
            model_name="revaluationline",
            name="quantity_minor",
            field=models.BigIntegerField(verbose_name="FX position"),
        ),
        migrations.AlterField(
            model_name="seal",
            name="day_close",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seal",
                to="ledger.dayclose",
                verbose_name="day close",
            ),
        ),
    ]
