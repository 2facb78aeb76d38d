"""Soft closes, reopenings, months and year ends; a day may have several closes."""

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
        ("ledger", "0005_time_axes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DayReopening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_position", models.BigIntegerField(default=0, verbose_name="last position")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                (
                    "from_status",
                    models.CharField(
                        choices=[("open", "open"), ("soft_closed", "soft-closed"), ("closed", "closed")],
                        max_length=11,
                        verbose_name="from",
                    ),
                ),
                ("close_no", models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="close")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
            ],
            options={
                "verbose_name": "reopening of a day",
                "verbose_name_plural": "reopenings of days",
            },
        ),
        migrations.CreateModel(
            name="DaySoftClose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_position", models.BigIntegerField(default=0, verbose_name="last position")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("close_no", models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="close")),
            ],
            options={
                "verbose_name": "soft close of a day",
                "verbose_name_plural": "soft closes of days",
            },
        ),
        migrations.CreateModel(
            name="MonthClose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_position", models.BigIntegerField(default=0, verbose_name="last position")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                (
                    "hardness",
                    models.CharField(
                        choices=[("soft", "soft"), ("hard", "hard")], max_length=4, verbose_name="hardness"
                    ),
                ),
            ],
            options={
                "verbose_name": "month close",
                "verbose_name_plural": "month closes",
            },
        ),
        migrations.CreateModel(
            name="MonthReopening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_position", models.BigIntegerField(default=0, verbose_name="last position")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
            ],
            options={
                "verbose_name": "reopening of a month",
                "verbose_name_plural": "reopenings of months",
            },
        ),
        migrations.CreateModel(
            name="YearEndTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_position", models.BigIntegerField(default=0, verbose_name="last position")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("transfer_no", models.PositiveSmallIntegerField(default=1, verbose_name="transfer")),
            ],
            options={
                "verbose_name": "year-end transfer",
                "verbose_name_plural": "year-end transfers",
            },
        ),
        migrations.RemoveConstraint(
            model_name="businessday",
            name="ledger_businessday_one_open",
        ),
        migrations.RemoveConstraint(
            model_name="businessday",
            name="ledger_businessday_status_known",
        ),
        migrations.AddField(
            model_name="dayclose",
            name="close_no",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="close"),
        ),
        migrations.AddField(
            model_name="entrykind",
            name="posts_in_soft_close",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="may be posted into a soft-closed day"
            ),
        ),
        migrations.AlterField(
            model_name="businessday",
            name="status",
            field=models.CharField(
                choices=[("open", "open"), ("soft_closed", "soft-closed"), ("closed", "closed")],
                default="open",
                max_length=11,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="dayclose",
            name="day",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="closes",
                to="ledger.businessday",
                verbose_name="day",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["open", "soft_closed"])),
                fields=("book",),
                name="ledger_businessday_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="businessday",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["open", "soft_closed", "closed"])),
                name="ledger_businessday_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayclose",
            constraint=models.UniqueConstraint(
                fields=("day", "close_no"), name="ledger_dayclose_numbered_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dayclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("close_no__gte", 1)), name="ledger_dayclose_number_positive"
            ),
        ),
        migrations.AddField(
            model_name="dayreopening",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="dayreopening",
            name="checker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checker",
            ),
        ),
        migrations.AddField(
            model_name="dayreopening",
            name="day",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reopenings",
                to="ledger.businessday",
                verbose_name="day",
            ),
        ),
        migrations.AddField(
            model_name="dayreopening",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddField(
            model_name="daysoftclose",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="daysoftclose",
            name="checker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checker",
            ),
        ),
        migrations.AddField(
            model_name="daysoftclose",
            name="day",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="soft_closes",
                to="ledger.businessday",
                verbose_name="day",
            ),
        ),
        migrations.AddField(
            model_name="daysoftclose",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddField(
            model_name="monthclose",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="monthclose",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="month_closes",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="monthclose",
            name="checker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checker",
            ),
        ),
        migrations.AddField(
            model_name="monthclose",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddField(
            model_name="monthreopening",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="monthreopening",
            name="checker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checker",
            ),
        ),
        migrations.AddField(
            model_name="monthreopening",
            name="close",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reopenings",
                to="ledger.monthclose",
                verbose_name="month close",
            ),
        ),
        migrations.AddField(
            model_name="monthreopening",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddField(
            model_name="yearendtransfer",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="yearendtransfer",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="year_end_transfers",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="yearendtransfer",
            name="checker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checker",
            ),
        ),
        migrations.AddField(
            model_name="yearendtransfer",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="year_end_transfer",
                to="ledger.journalentry",
                verbose_name="entry",
            ),
        ),
        migrations.AddField(
            model_name="yearendtransfer",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayreopening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("from_status", "closed")),
                fields=("day", "close_no"),
                name="ledger_dayreopening_once_a_close",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayreopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_status__in", ["soft_closed", "closed"])),
                name="ledger_dayreopening_from_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayreopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "[^[:space:]]")), name="ledger_dayreopening_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="dayreopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True),
                name="ledger_dayreopening_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="daysoftclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True),
                name="ledger_daysoftclose_maker_is_not_checker",
            ),
        ),
        migrations.AddIndex(
            model_name="monthclose",
            index=models.Index(fields=["book", "month"], name="ledger_monthclose_month"),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
            constraint=models.UniqueConstraint(
                condition=models.Q(("hardness", "hard")),
                fields=("book", "month"),
                name="ledger_monthclose_hard_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="ledger_monthclose_first_of_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("hardness__in", ["soft", "hard"])),
                name="ledger_monthclose_hardness_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True),
                name="ledger_monthclose_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthreopening",
            constraint=models.UniqueConstraint(fields=("close",), name="ledger_monthreopening_once_a_close"),
        ),
        migrations.AddConstraint(
            model_name="monthreopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "[^[:space:]]")), name="ledger_monthreopening_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthreopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True),
                name="ledger_monthreopening_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="yearendtransfer",
            constraint=models.UniqueConstraint(
                fields=("book", "year", "transfer_no"), name="ledger_yearendtransfer_numbered_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="yearendtransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True),
                name="ledger_yearendtransfer_maker_is_not_checker",
            ),
        ),
        *run_sql_files(SQL, "periods", "year_end"),
    ]
