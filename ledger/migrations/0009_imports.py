"""Imported files and their lines, with the kinds and rules of imports."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_exchange"), ("accounts", "0006_approval_kinds")]

    operations = [
        migrations.CreateModel(
            name="ImportFile",
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
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField(verbose_name="content")),
                ("mapping", models.TextField(verbose_name="mapping of accounts")),
                ("profile", models.TextField(blank=True, default="", verbose_name="profile of columns")),
                ("taken", models.IntegerField(verbose_name="taken")),
                ("refused", models.IntegerField(verbose_name="refused")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
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
            ],
            options={
                "verbose_name": "imported file",
                "verbose_name_plural": "imported files",
            },
        ),
        migrations.CreateModel(
            name="ImportLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line_no", models.IntegerField(verbose_name="line")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("taken", "taken"),
                            ("refused", "refused"),
                            ("passed_over", "passed over"),
                            ("checked", "checked"),
                        ],
                        max_length=11,
                        verbose_name="outcome",
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=80, verbose_name="code")),
                ("detail", models.TextField(blank=True, default="", verbose_name="detail")),
                ("text", models.TextField(blank=True, default="", verbose_name="text")),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_lines",
                        to="ledger.journalentry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.importfile",
                        verbose_name="file",
                    ),
                ),
            ],
            options={
                "verbose_name": "imported line",
                "verbose_name_plural": "imported lines",
            },
        ),
        migrations.AddConstraint(
            model_name="importfile",
            constraint=models.UniqueConstraint(fields=("book", "sha256"), name="ledger_importfile_once"),
        ),
        migrations.AddConstraint(
            model_name="importfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["opening_balance", "journal_imported"])),
                name="ledger_importfile_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("file_format__in", ["beancount", "csv"])),
                name="ledger_importfile_format_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("refused__gte", 0), ("taken__gte", 0)),
                name="ledger_importfile_counts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.UniqueConstraint(fields=("file", "line_no"), name="ledger_importline_once"),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["taken", "refused", "passed_over", "checked"])),
                name="ledger_importline_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), ("entry__isnull", False), ("outcome", "taken")),
                    models.Q(models.Q(("outcome", "taken"), _negated=True), ("entry__isnull", True)),
                    _connector="OR",
                ),
                name="ledger_importline_taken_has_entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "refused"), _negated=True),
                    models.Q(("code", ""), _negated=True),
                    _connector="OR",
                ),
                name="ledger_importline_refused_says_why",
            ),
        ),
        *run_sql_files(SQL, "imports"),
    ]
