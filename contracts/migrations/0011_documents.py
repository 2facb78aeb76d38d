"""Documents as they were handed out."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0010_interest_sql"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
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
                        choices=[
                            ("contract", "Contract"),
                            ("disclosure", "Risk disclosure"),
                            ("client_statement", "Client statement"),
                            ("margin_call_notice", "Margin call notice"),
                            ("closing_statement", "Closing statement"),
                        ],
                        max_length=18,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("reference", models.CharField(max_length=40, verbose_name="reference")),
                (
                    "locale",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("zh-hans", "Simplified Chinese"),
                            ("zh-hant", "Traditional Chinese"),
                        ],
                        max_length=7,
                        verbose_name="language",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("subject", models.CharField(max_length=80, verbose_name="subject")),
                ("inputs", models.TextField(verbose_name="inputs")),
                ("inputs_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the inputs")),
                (
                    "template_version",
                    models.CharField(max_length=32, verbose_name="version of the templates"),
                ),
                ("content", models.BinaryField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="ledger.book",
                        verbose_name="book",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="accounts.party",
                        verbose_name="client",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="contracts.financingcontract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["subject"], name="contracts_document_of_subject")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("book", "kind", "year", "number"), name="contracts_document_number_unique"
                    ),
                    models.UniqueConstraint(
                        fields=("reference",), name="contracts_document_reference_unique"
                    ),
                    models.UniqueConstraint(
                        fields=("book", "kind", "inputs_sha256", "locale", "template_version"),
                        name="contracts_document_once_from_inputs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "contract",
                                    "disclosure",
                                    "client_statement",
                                    "margin_call_notice",
                                    "closing_statement",
                                ],
                            )
                        ),
                        name="contracts_document_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("locale__in", ["en", "zh-hans", "zh-hant"])),
                        name="contracts_document_locale_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentSeries",
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
                        choices=[
                            ("contract", "Contract"),
                            ("disclosure", "Risk disclosure"),
                            ("client_statement", "Client statement"),
                            ("margin_call_notice", "Margin call notice"),
                            ("closing_statement", "Closing statement"),
                        ],
                        max_length=18,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("last_number", models.PositiveIntegerField(verbose_name="last number")),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.book",
                        verbose_name="book",
                    ),
                ),
            ],
            options={
                "verbose_name": "series of documents",
                "verbose_name_plural": "series of documents",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("book", "kind", "year"), name="contracts_documentseries_one_a_year"
                    )
                ],
            },
        ),
    ]
