"""Imports of parties and contracts."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0014_drawdowns_sql"),
        ("accounts", "0010_approval_rules_sql"),
        ("ledger", "0009_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("parties", "Parties"), ("contracts", "Contracts")],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                (
                    "file_format",
                    models.CharField(
                        choices=[("csv", "CSV"), ("xlsx", "XLSX")], max_length=4, verbose_name="format"
                    ),
                ),
                (
                    "encoding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("utf-8", "UTF-8"),
                            ("gb18030", "GB18030 (simplified Chinese)"),
                            ("big5", "Big5 (traditional Chinese)"),
                        ],
                        max_length=7,
                        verbose_name="encoding",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file name")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField(verbose_name="content")),
                ("lines", models.IntegerField(verbose_name="lines")),
                ("subjects", models.IntegerField(verbose_name="parties or contracts")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "carried_out_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="carried out at"),
                ),
                (
                    "approval",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bulk_imports",
                        to="ledger.book",
                        verbose_name="book",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk import",
                "verbose_name_plural": "bulk imports",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("carried_out_at__isnull", False)),
                        fields=("book", "kind", "sha256"),
                        name="contracts_bulkimport_carried_out_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["parties", "contracts"])),
                        name="contracts_bulkimport_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_format__in", ["csv", "xlsx"])),
                        name="contracts_bulkimport_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("encoding__in", ["utf-8", "gb18030", "big5"]), ("file_format", "csv")
                        )
                        | models.Q(("encoding", ""), models.Q(("file_format", "csv"), _negated=True)),
                        name="contracts_bulkimport_encoding_known",
                    ),
                ],
            },
        ),
    ]
