"""Holds, counted by the limits; balances that show what is held and available; roll-ups in batches."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_approval_kinds"),
        ("ledger", "0003_posting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("open_minor", models.BigIntegerField(verbose_name="still held")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("source", models.CharField(max_length=80, verbose_name="source")),
                ("caller", models.CharField(max_length=40, verbose_name="caller")),
                ("idempotency_key", models.CharField(max_length=120, verbose_name="idempotency key")),
                ("placed_on", models.DateField(verbose_name="placed on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="expires on")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
            ],
            options={
                "verbose_name": "hold",
                "verbose_name_plural": "holds",
            },
        ),
        migrations.CreateModel(
            name="HoldEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[("posted", "posted"), ("released", "released"), ("expired", "expired")],
                        max_length=8,
                        verbose_name="event",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="reason"
                    ),
                ),
                (
                    "caller",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=40, verbose_name="caller"
                    ),
                ),
                (
                    "idempotency_key",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=120, verbose_name="idempotency key"
                    ),
                ),
                ("business_date", models.DateField(verbose_name="business date")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
            ],
            options={
                "verbose_name": "hold event",
                "verbose_name_plural": "hold events",
            },
        ),
        migrations.RemoveConstraint(
            model_name="balance",
            name="ledger_balance_not_in_debit",
        ),
        migrations.RemoveConstraint(
            model_name="balance",
            name="ledger_balance_not_in_credit",
        ),
        migrations.AddField(
            model_name="balance",
            name="held_minor",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="held"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("is_hot", True)), fields=["book"], name="ledger_account_hot"
            ),
        ),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("limit", "no_debit_balance"), _negated=True),
                    (
                        "balance_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.Value(0), "-", models.F("held_minor")
                        ),
                    ),
                    _connector="OR",
                ),
                name="ledger_balance_not_in_debit",
            ),
        ),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("limit", "no_credit_balance"), _negated=True),
                    ("balance_minor__gte", models.F("held_minor")),
                    _connector="OR",
                ),
                name="ledger_balance_not_in_credit",
            ),
        ),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_minor__gte", 0)), name="ledger_balance_held_not_negative"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="ledger.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="book",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="maker",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddField(
            model_name="holdevent",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hold_events",
                to="ledger.journalentry",
                verbose_name="entry",
            ),
        ),
        migrations.AddField(
            model_name="holdevent",
            name="hold",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="ledger.hold",
                verbose_name="hold",
            ),
        ),
        migrations.AddField(
            model_name="holdevent",
            name="maker",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="maker",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False), ("open_minor__gt", 0)),
                fields=["book", "expires_on"],
                name="ledger_hold_expiring",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                fields=("book", "caller", "idempotency_key"), name="ledger_hold_key_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="ledger_hold_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("open_minor__gte", 0), ("open_minor__lte", models.F("amount_minor"))),
                name="ledger_hold_open_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("source", ""), _negated=True),
                    models.Q(("caller", ""), _negated=True),
                    models.Q(("idempotency_key", ""), _negated=True),
                ),
                name="ledger_hold_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_on__isnull", True), ("expires_on__gt", models.F("placed_on")), _connector="OR"
                ),
                name="ledger_hold_expires_later",
            ),
        ),
        migrations.AddIndex(
            model_name="holdevent",
            index=models.Index(fields=["hold"], name="ledger_holdevent_of_hold"),
        ),
        migrations.AddIndex(
            model_name="holdevent",
            index=models.Index(
                condition=models.Q(("entry__isnull", False)),
                fields=["entry"],
                name="ledger_holdevent_of_entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="holdevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event", "released")),
                fields=("hold", "caller", "idempotency_key"),
                name="ledger_holdevent_key_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="holdevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("event__in", ["posted", "released", "expired"])),
                name="ledger_holdevent_event_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="holdevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="ledger_holdevent_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="holdevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", False), ("event", "posted")),
                    models.Q(models.Q(("event", "posted"), _negated=True), ("entry__isnull", True)),
                    _connector="OR",
                ),
                name="ledger_holdevent_entry_as_its_event_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="holdevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("event", "released"),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("caller", ""), _negated=True),
                        models.Q(("idempotency_key", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("event", "released"), _negated=True),
                        ("caller", ""),
                        ("idempotency_key", ""),
                        ("reason", ""),
                    ),
                    _connector="OR",
                ),
                name="ledger_holdevent_says_why",
            ),
        ),
        *run_sql_files(SQL, "holds", "holds_grants", "current_balance", "roll_up"),
    ]
