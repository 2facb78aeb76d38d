"""Months of postings that are detached and attached again: their record, and the rules of their moves."""

from pathlib import Path

import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_imports")]

    operations = [
        migrations.CreateModel(
            name="MonthMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                (
                    "move",
                    models.CharField(
                        choices=[("frozen", "frozen"), ("detached", "detached"), ("attached", "attached")],
                        max_length=8,
                        verbose_name="move",
                    ),
                ),
                ("postings", models.BigIntegerField(blank=True, null=True, verbose_name="postings")),
                (
                    "debit_minor",
                    models.DecimalField(
                        blank=True, decimal_places=0, max_digits=40, null=True, verbose_name="debits"
                    ),
                ),
                (
                    "credit_minor",
                    models.DecimalField(
                        blank=True, decimal_places=0, max_digits=40, null=True, verbose_name="credits"
                    ),
                ),
                ("digest", models.BinaryField(blank=True, null=True, verbose_name="digest")),
                ("login", models.CharField(default="", max_length=63, verbose_name="database login")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
            ],
            options={
                "verbose_name": "move of a month",
                "verbose_name_plural": "moves of months",
                "indexes": [models.Index(fields=["month", "-id"], name="ledger_monthmove_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("move__in", ["frozen", "detached", "attached"])),
                        name="ledger_monthmove_move_known",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.datetime.ExtractDay("month"), 1
                        ),
                        name="ledger_monthmove_month_from_its_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("credit_minor__isnull", True),
                                ("debit_minor__isnull", True),
                                ("digest__isnull", True),
                                ("move", "frozen"),
                                ("postings__isnull", True),
                            ),
                            models.Q(
                                models.Q(("move", "frozen"), _negated=True),
                                django.db.models.lookups.Exact(
                                    django.db.models.functions.text.Length("digest"), 32
                                ),
                                ("credit_minor__isnull", False),
                                ("debit_minor__isnull", False),
                                ("digest__isnull", False),
                                ("postings__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_monthmove_content_recorded",
                    ),
                ],
            },
        ),
        *run_sql_files(SQL, "months"),
    ]
