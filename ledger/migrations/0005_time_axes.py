"""Two time axes: a close number in each daily snapshot, snapshots by value date, those of closed days made up for."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_holds")]

    operations = [
        migrations.AddField(
            model_name="dailysnapshot",
            name="close_no",
            field=models.SmallIntegerField(db_default=1, default=1, verbose_name="close number"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE ledger_dailysnapshot DROP CONSTRAINT ledger_dailysnapshot_pkey,"
                    " ADD PRIMARY KEY (account_id, business_date, close_no)",
                    "ALTER TABLE ledger_dailysnapshot DROP CONSTRAINT ledger_dailysnapshot_pkey,"
                    " ADD PRIMARY KEY (account_id, business_date)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="dailysnapshot",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "account_id",
                        "business_date",
                        "close_no",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        ),
        migrations.AddConstraint(
            model_name="dailysnapshot",
            constraint=models.CheckConstraint(
                condition=Q(close_no__gt=0), name="ledger_dailysnapshot_close_no_positive"
            ),
        ),
        migrations.CreateModel(
            name="ValueSnapshot",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "closed_date",
                        "close_no",
                        "value_date",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("value_date", models.DateField(verbose_name="value date")),
                ("closed_date", models.DateField(verbose_name="known at the close of")),
                ("close_no", models.SmallIntegerField(db_default=1, default=1, verbose_name="close number")),
                ("balance_minor", models.BigIntegerField(verbose_name="balance")),
                ("debit_minor", models.BigIntegerField(verbose_name="debits")),
                ("credit_minor", models.BigIntegerField(verbose_name="credits")),
                ("posting_count", models.BigIntegerField(verbose_name="postings")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="value_snapshots",
                        to="ledger.account",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.book",
                    ),
                ),
            ],
            options={
                "verbose_name": "value snapshot",
                "verbose_name_plural": "value snapshots",
            },
        ),
        migrations.AddIndex(
            model_name="valuesnapshot",
            index=models.Index(
                fields=["account", "value_date", "closed_date", "close_no"], name="ledger_valuesnapshot_value"
            ),
        ),
        migrations.AddConstraint(
            model_name="valuesnapshot",
            constraint=models.CheckConstraint(
                condition=Q(debit_minor__gte=0, credit_minor__lte=0, posting_count__gte=0),
                name="ledger_valuesnapshot_sides_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="valuesnapshot",
            constraint=models.CheckConstraint(
                condition=Q(close_no__gt=0), name="ledger_valuesnapshot_close_no_positive"
            ),
        ),
        *run_sql_files(SQL, "snapshots", "value_snapshot"),
    ]
