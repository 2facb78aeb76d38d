"""See the operations."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_approval_kinds"),
        ("ledger", "0007_seals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientExchange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=80, verbose_name="reference")),
                ("custodian_code", models.CharField(max_length=32, verbose_name="custodian")),
                ("sold_minor", models.BigIntegerField(verbose_name="sold")),
                ("bought_minor", models.BigIntegerField(verbose_name="bought")),
                ("trade_date", models.DateField(verbose_name="trade date")),
                ("settlement_date", models.DateField(verbose_name="settlement date")),
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
                (
                    "bought_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                        verbose_name="bought for",
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
                    "sold_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                        verbose_name="sold from",
                    ),
                ),
            ],
            options={
                "verbose_name": "client exchange",
                "verbose_name_plural": "client exchanges",
            },
        ),
        migrations.CreateModel(
            name="ClientExchangeSettlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(verbose_name="attempt")),
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
                    "exchange",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="ledger.clientexchange",
                        verbose_name="exchange",
                    ),
                ),
            ],
            options={
                "verbose_name": "settlement of an exchange",
                "verbose_name_plural": "settlements of exchanges",
            },
        ),
        migrations.CreateModel(
            name="OfficialRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rate_date", models.DateField(verbose_name="rate date")),
                ("rate", models.DecimalField(decimal_places=12, max_digits=24, verbose_name="rate")),
                ("source", models.CharField(max_length=40, verbose_name="source")),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.approval",
                        verbose_name="approval",
                    ),
                ),
                (
                    "base_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.unit",
                        verbose_name="base currency",
                    ),
                ),
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
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.unit",
                        verbose_name="currency",
                    ),
                ),
            ],
            options={
                "verbose_name": "official rate",
                "verbose_name_plural": "official rates",
            },
        ),
        migrations.CreateModel(
            name="Revaluation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("business_date", models.DateField(verbose_name="business date")),
                ("run_no", models.PositiveSmallIntegerField(verbose_name="run")),
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
                        related_name="+",
                        to="ledger.book",
                        verbose_name="book",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journalentry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="maker",
                    ),
                ),
                (
                    "translated_entry",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journalentry",
                        verbose_name="entry of the result",
                    ),
                ),
            ],
            options={
                "verbose_name": "revaluation",
                "verbose_name_plural": "revaluations",
            },
        ),
        migrations.CreateModel(
            name="RevaluationLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity_minor", models.BigIntegerField(verbose_name="position")),
                ("cost_minor", models.BigIntegerField(verbose_name="cost")),
                ("unrealised_minor", models.BigIntegerField(verbose_name="unrealised")),
                ("day_postings", models.PositiveIntegerField(default=0, verbose_name="postings of the day")),
                (
                    "rate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.officialrate",
                        verbose_name="official rate",
                    ),
                ),
                (
                    "revaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.revaluation",
                        verbose_name="revaluation",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.unit",
                        verbose_name="currency",
                    ),
                ),
            ],
            options={
                "verbose_name": "revalued position",
                "verbose_name_plural": "revalued positions",
            },
        ),
        migrations.AddIndex(
            model_name="clientexchange",
            index=models.Index(fields=["book", "settlement_date"], name="ledger_clientexchange_due"),
        ),
        migrations.AddConstraint(
            model_name="clientexchange",
            constraint=models.UniqueConstraint(
                fields=("book", "reference"), name="ledger_clientexchange_reference_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="clientexchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("bought_minor__gt", 0), ("sold_minor__gt", 0)),
                name="ledger_clientexchange_amounts_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientexchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("settlement_date__gte", models.F("trade_date"))),
                name="ledger_clientexchange_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientexchangesettlement",
            constraint=models.UniqueConstraint(
                fields=("exchange", "attempt"), name="ledger_clientexchangesettlement_attempt_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="officialrate",
            constraint=models.UniqueConstraint(
                fields=("book", "rate_date", "unit", "base_unit", "version"),
                name="ledger_officialrate_version_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="officialrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate__gt", 0), ("rate__lt", 1000000000000)),
                name="ledger_officialrate_rate_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="officialrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit", models.F("base_unit")), _negated=True),
                name="ledger_officialrate_units_differ",
            ),
        ),
        migrations.AddConstraint(
            model_name="officialrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate_date__gte", "1900-01-01"), ("rate_date__lte", "2999-12-31")),
                name="ledger_officialrate_date_plausible",
            ),
        ),
        migrations.AddConstraint(
            model_name="officialrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="ledger_officialrate_source_present"
            ),
        ),
        migrations.AddConstraint(
            model_name="officialrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approval__isnull", False),
                    models.Q(models.Q(("source", "manual"), _negated=True), ("version", 1)),
                    _connector="OR",
                ),
                name="ledger_officialrate_manual_needs_approval",
            ),
        ),
        migrations.AddConstraint(
            model_name="revaluation",
            constraint=models.UniqueConstraint(
                fields=("book", "business_date", "run_no"), name="ledger_revaluation_run_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="revaluationline",
            constraint=models.UniqueConstraint(
                fields=("revaluation", "unit"), name="ledger_revaluationline_unit_once"
            ),
        ),
        *run_sql_files(
            SQL, "exchange_chart", "official_rate", "revaluation", "client_exchange", "grants_exchange"
        ),
    ]
