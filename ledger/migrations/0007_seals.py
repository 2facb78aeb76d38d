"""Seals of closed days, the keys that they are signed with, and the canonical bytes that they cover."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from accounts.sql_loader import run_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_approval_kinds"),
        ("ledger", "0006_periods"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SealChart",
            fields=[
                (
                    "digest",
                    models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="digest"),
                ),
                ("content", models.TextField(verbose_name="content")),
            ],
            options={
                "verbose_name": "sealed chart",
                "verbose_name_plural": "sealed charts",
            },
        ),
        migrations.CreateModel(
            name="SealKey",
            fields=[
                (
                    "key_id",
                    models.CharField(max_length=16, primary_key=True, serialize=False, verbose_name="key"),
                ),
                ("public_key", models.BinaryField(max_length=32, verbose_name="public key")),
            ],
            options={
                "verbose_name": "seal key",
                "verbose_name_plural": "seal keys",
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seal_no", models.PositiveIntegerField(verbose_name="number")),
                ("first_position", models.BigIntegerField(verbose_name="first position")),
                ("tree_size", models.BigIntegerField(verbose_name="entries sealed")),
                ("root_hash", models.BinaryField(max_length=32, verbose_name="root")),
                (
                    "trial_balance_digest",
                    models.BinaryField(max_length=32, verbose_name="digest of the trial balance"),
                ),
                (
                    "previous_hash",
                    models.BinaryField(
                        blank=True, max_length=32, null=True, verbose_name="hash of the seal before"
                    ),
                ),
                ("seal_hash", models.BinaryField(max_length=32, verbose_name="hash")),
                ("signature", models.BinaryField(max_length=64, verbose_name="signature")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="ledger.book",
                        verbose_name="book",
                    ),
                ),
                (
                    "day_close",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal",
                        to="ledger.dayclose",
                        verbose_name="close",
                    ),
                ),
                (
                    "chart",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.sealchart",
                        verbose_name="chart",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="ledger.sealkey",
                        verbose_name="key",
                    ),
                ),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
            },
        ),
        migrations.CreateModel(
            name="SealKeyEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_no", models.PositiveIntegerField(verbose_name="number")),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("published", "published"),
                            ("rotated", "rotated to"),
                            ("revoked", "revoked"),
                        ],
                        max_length=9,
                        verbose_name="event",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "untrusted_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="seals not trusted from"),
                ),
                (
                    "previous_hash",
                    models.BinaryField(
                        blank=True, max_length=32, null=True, verbose_name="hash of the event before"
                    ),
                ),
                ("event_hash", models.BinaryField(max_length=32, verbose_name="hash")),
                ("signature", models.BinaryField(max_length=64, verbose_name="signature")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
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
                    "checker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checker",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="ledger.sealkey",
                        verbose_name="key",
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
                    "signer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.sealkey",
                        verbose_name="signed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a seal key",
                "verbose_name_plural": "events of seal keys",
            },
        ),
        migrations.CreateModel(
            name="SealNode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "book_id",
                        "level",
                        "first_index",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("first_index", models.BigIntegerField(verbose_name="first index")),
                ("hashes", models.BinaryField(max_length=8192, verbose_name="hashes")),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.book",
                    ),
                ),
                (
                    "seal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.seal",
                    ),
                ),
            ],
            options={
                "verbose_name": "nodes of a seal",
                "verbose_name_plural": "nodes of seals",
            },
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(fields=("book", "seal_no"), name="ledger_seal_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Exact(django.db.models.functions.text.Length("root_hash"), 32),
                    django.db.models.lookups.Exact(django.db.models.functions.text.Length("signature"), 64),
                ),
                name="ledger_seal_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealkeyevent",
            constraint=models.UniqueConstraint(
                fields=("event_no",), name="ledger_sealkeyevent_numbered_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sealkeyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("event__in", ["published", "rotated", "revoked"])),
                name="ledger_sealkeyevent_event_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealkeyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True),
                name="ledger_sealkeyevent_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealkeyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="ledger_sealkeyevent_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="sealkeyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("event", "revoked"), ("untrusted_from__isnull", True), _connector="OR"),
                name="ledger_sealkeyevent_only_revoked_is_doubted",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealkeyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signer__isnull", False),
                        django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("signature"), 64
                        ),
                    ),
                    models.Q(
                        ("event", "revoked"),
                        ("signer__isnull", True),
                        django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("signature"), 0
                        ),
                    ),
                    _connector="OR",
                ),
                name="ledger_sealkeyevent_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealnode",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_index__gte", 0), ("level__lte", 7)),
                name="ledger_sealnode_place_known",
            ),
        ),
        *run_sql_files(SQL, "canonical_entries", "seal_texts", "seals", "grants_0007"),
    ]
