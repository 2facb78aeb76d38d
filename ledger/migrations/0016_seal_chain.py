"""Seals name the last event of keys; what a day moved, and what is held by value date, has no bound; uploads."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


def sum_field(verbose_name: str) -> models.DecimalField:
    return models.DecimalField(decimal_places=0, max_digits=40, verbose_name=verbose_name)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0015_ranges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="seal",
            name="key_event_hash",
            field=models.BinaryField(
                blank=True, max_length=32, null=True, verbose_name="hash of the last event of keys"
            ),
        ),
        migrations.AlterField("dailysnapshot", "debit_minor", sum_field("debits")),
        migrations.AlterField("dailysnapshot", "credit_minor", sum_field("credits")),
        migrations.AlterField("valuesnapshot", "balance_minor", sum_field("balance")),
        migrations.AlterField("valuesnapshot", "debit_minor", sum_field("debits")),
        migrations.AlterField("valuesnapshot", "credit_minor", sum_field("credits")),
        migrations.CreateModel(
            name="ImportUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file_format",
                    models.CharField(
                        choices=[("beancount", "Beancount"), ("csv", "CSV")],
                        max_length=9,
                        verbose_name="format",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file name")),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField(verbose_name="content")),
                ("mapping", models.TextField(verbose_name="mapping of accounts")),
                ("profile", models.TextField(blank=True, default="", verbose_name="profile of columns")),
                ("all_or_none", models.BooleanField(default=False, verbose_name="all or none")),
                ("taken", models.IntegerField(verbose_name="taken")),
                ("refused", models.IntegerField(verbose_name="refused")),
                ("passed_over", models.IntegerField(verbose_name="passed over")),
                ("checked", models.IntegerField(verbose_name="balances that hold")),
                ("refusals", models.JSONField(verbose_name="refused lines")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_uploads",
                        to="ledger.book",
                        verbose_name="book",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entrykind",
                        verbose_name="kind",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "uploaded file",
                "verbose_name_plural": "uploaded files",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["opening_balance", "journal_imported"])),
                        name="ledger_importupload_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_format__in", ["beancount", "csv"])),
                        name="ledger_importupload_format_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked__gte", 0),
                            ("passed_over__gte", 0),
                            ("refused__gte", 0),
                            ("taken__gte", 0),
                        ),
                        name="ledger_importupload_counts_not_negative",
                    ),
                ],
            },
        ),
    ]
