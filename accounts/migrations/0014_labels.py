"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0013_as_seen_by_two_sql"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="accessreviewitem",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="accounts.accessreview",
                verbose_name="access review",
            ),
        ),
        migrations.AlterField(
            model_name="creditgroupmember",
            name="member_until",
            field=models.DateField(blank=True, null=True, verbose_name="member until (exclusive)"),
        ),
        migrations.AlterField(
            model_name="historicalaccessreviewitem",
            name="review",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.accessreview",
                verbose_name="access review",
            ),
        ),
        migrations.AlterField(
            model_name="historicalcreditgroupmember",
            name="member_until",
            field=models.DateField(blank=True, null=True, verbose_name="member until (exclusive)"),
        ),
        migrations.AlterField(
            model_name="historicalidentitycheck",
            name="document_kind",
            field=models.CharField(
                choices=[
                    ("passport", "Passport"),
                    ("identity_card", "Identity card"),
                    ("residence_permit", "Residence permit"),
                    ("business_licence", "Business licence"),
                    ("incorporation", "Certificate of incorporation"),
                ],
                max_length=16,
                verbose_name="document type",
            ),
        ),
        migrations.AlterField(
            model_name="historicalidentitycheck",
            name="number",
            field=models.CharField(max_length=64, verbose_name="document number"),
        ),
        migrations.AlterField(
            model_name="identitycheck",
            name="document_kind",
            field=models.CharField(
                choices=[
                    ("passport", "Passport"),
                    ("identity_card", "Identity card"),
                    ("residence_permit", "Residence permit"),
                    ("business_licence", "Business licence"),
                    ("incorporation", "Certificate of incorporation"),
                ],
                max_length=16,
                verbose_name="document type",
            ),
        ),
        migrations.AlterField(
            model_name="identitycheck",
            name="number",
            field=models.CharField(max_length=64, verbose_name="document number"),
        ),
    ]
