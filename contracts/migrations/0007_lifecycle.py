"""Amendments, fee schedules, replaced funders and disputes."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0006_rule_packs_sql"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractAmendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("amendment", "Amendment"), ("extension", "Extension")],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("effective_from", models.DateField(verbose_name="in force from")),
                ("matures_on", models.DateField(blank=True, null=True, verbose_name="matures on")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "amendment",
                "verbose_name_plural": "amendments",
                "ordering": ["contract", "ordinal"],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=40, verbose_name="reference")),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("call", "Margin call"),
                            ("fee", "Fee"),
                            ("interest", "Interest"),
                            ("liquidation", "Liquidation"),
                        ],
                        max_length=11,
                        verbose_name="objects to",
                    ),
                ),
                ("subject_reference", models.CharField(max_length=80, verbose_name="which one")),
                ("opened_on", models.DateField(verbose_name="opened on")),
                ("reason", models.TextField(verbose_name="reason")),
                ("answer_due_on", models.DateField(verbose_name="answer due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("upheld", "Upheld"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="decided on")),
                ("answer", models.TextField(blank=True, default="", verbose_name="answer")),
            ],
            options={
                "verbose_name": "dispute",
                "verbose_name_plural": "disputes",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FeeCharge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("occasion", models.CharField(max_length=120, verbose_name="occasion")),
                ("charge_date", models.DateField(verbose_name="charged on")),
                ("basis_minor", models.BigIntegerField(verbose_name="principal concerned")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "fee charged",
                "verbose_name_plural": "fees charged",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FeeSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arrangement", "Arrangement fee"),
                            ("management", "Management fee"),
                            ("extension", "Extension fee"),
                            ("early_termination", "Early-termination fee"),
                        ],
                        max_length=17,
                        verbose_name="kind",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("flat", "a fixed amount"),
                            ("principal", "a part of the principal concerned"),
                        ],
                        max_length=9,
                        verbose_name="basis",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(blank=True, null=True, verbose_name="amount")),
                ("rate_ppm", models.IntegerField(blank=True, null=True, verbose_name="rate")),
            ],
            options={
                "verbose_name": "fee of terms",
                "verbose_name_plural": "fee schedules",
                "ordering": ["terms", "ordinal"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalDispute",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("reference", models.CharField(max_length=40, verbose_name="reference")),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("call", "Margin call"),
                            ("fee", "Fee"),
                            ("interest", "Interest"),
                            ("liquidation", "Liquidation"),
                        ],
                        max_length=11,
                        verbose_name="objects to",
                    ),
                ),
                ("subject_reference", models.CharField(max_length=80, verbose_name="which one")),
                ("opened_on", models.DateField(verbose_name="opened on")),
                ("reason", models.TextField(verbose_name="reason")),
                ("answer_due_on", models.DateField(verbose_name="answer due on")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("upheld", "Upheld"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="decided on")),
                ("answer", models.TextField(blank=True, default="", verbose_name="answer")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
            ],
            options={
                "verbose_name": "historical dispute",
                "verbose_name_plural": "historical disputes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="fundingtranche",
            name="approval",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="fundingtranche",
            name="joined_on",
            field=models.DateField(blank=True, null=True, verbose_name="joined on"),
        ),
        migrations.AddField(
            model_name="fundingtranche",
            name="replaced_on",
            field=models.DateField(blank=True, null=True, verbose_name="replaced on"),
        ),
        migrations.AddField(
            model_name="fundingtranche",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successor",
                to="contracts.fundingtranche",
                verbose_name="takes the place of",
            ),
        ),
        migrations.AddField(
            model_name="fundingtranche",
            name="source",
            field=models.CharField(
                choices=[
                    ("own", "Own money"),
                    ("third_party", "Third-party funder"),
                    ("matched", "Matched money of another platform"),
                ],
                default="third_party",
                max_length=11,
                verbose_name="source",
            ),
        ),
        # Tranches are append-only to every login; a column rewritten by its own ALTER is no update of a row.
        migrations.RunSQL(
            sql="ALTER TABLE contracts_fundingtranche ALTER COLUMN source TYPE varchar(11)"
            " USING CASE WHEN funder_id IS NULL THEN 'own' ELSE 'third_party' END",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="termsversion",
            name="maturity_grace_days",
            field=models.PositiveSmallIntegerField(
                db_default=5, default=5, verbose_name="days from maturity to default"
            ),
        ),
        migrations.AddField(
            model_name="termsversion",
            name="maturity_reminder_days",
            field=models.PositiveSmallIntegerField(
                db_default=14, default=14, verbose_name="reminder in days before maturity"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingtranche",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("funder__isnull", True), ("source", "own")),
                    models.Q(("funder__isnull", False), ("source__in", ["third_party", "matched"])),
                    _connector="OR",
                ),
                name="contracts_fundingtranche_source_fits_funder",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingtranche",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approval__isnull", True), ("joined_on__isnull", True), ("replaces__isnull", True)
                    ),
                    models.Q(
                        ("approval__isnull", False),
                        ("funder__isnull", False),
                        ("joined_on__isnull", False),
                        ("replaces__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="contracts_fundingtranche_successor_complete",
            ),
        ),
        migrations.AddField(
            model_name="contractamendment",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="contractamendment",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="contractamendment",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="contractamendment",
            name="from_terms",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.termsversion",
                verbose_name="terms before",
            ),
        ),
        migrations.AddField(
            model_name="contractamendment",
            name="to_terms",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="contracts.termsversion",
                verbose_name="terms from then on",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="approval",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken down by",
            ),
        ),
        migrations.AddField(
            model_name="feecharge",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="feecharge",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fee_charges",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="feecharge",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.journalentry",
                verbose_name="entry",
            ),
        ),
        migrations.AddField(
            model_name="feeschedule",
            name="terms",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fees",
                to="contracts.termsversion",
                verbose_name="terms",
            ),
        ),
        migrations.AddField(
            model_name="feecharge",
            name="schedule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="contracts.feeschedule",
                verbose_name="fee of terms",
            ),
        ),
        migrations.AddField(
            model_name="historicaldispute",
            name="approval",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="historicaldispute",
            name="book",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="ledger.book",
                verbose_name="book",
            ),
        ),
        migrations.AddField(
            model_name="historicaldispute",
            name="contract",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="contracts.financingcontract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="historicaldispute",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicaldispute",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken down by",
            ),
        ),
        migrations.AddIndex(
            model_name="contractamendment",
            index=models.Index(fields=["contract", "-effective_from"], name="contracts_amendment_in_force"),
        ),
        migrations.AddConstraint(
            model_name="contractamendment",
            constraint=models.UniqueConstraint(
                fields=("contract", "ordinal"), name="contracts_contractamendment_ordinal_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractamendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "amendment"),
                        ("matures_on__isnull", True),
                        models.Q(("to_terms", models.F("from_terms")), _negated=True),
                    ),
                    models.Q(
                        ("kind", "extension"),
                        ("matures_on__gt", models.F("effective_from")),
                        ("matures_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="contracts_contractamendment_changes_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractamendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="contracts_contractamendment_reason_given",
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["contract"], name="contracts_dispute_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                fields=("book", "reference"), name="contracts_dispute_reference_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("contract", "subject_kind", "subject_reference"),
                name="contracts_dispute_one_open_a_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["open", "upheld", "rejected", "withdrawn"]),
                    ("subject_kind__in", ["call", "fee", "interest", "liquidation"]),
                ),
                name="contracts_dispute_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_due_on__gte", models.F("opened_on")),
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("subject_reference", ""), _negated=True),
                ),
                name="contracts_dispute_says_what_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("approval__isnull", True),
                        ("decided_on__isnull", True),
                        ("state", "open"),
                    ),
                    models.Q(
                        ("approval__isnull", True), ("decided_on__isnull", False), ("state", "withdrawn")
                    ),
                    models.Q(
                        ("approval__isnull", False),
                        ("decided_on__isnull", False),
                        ("state__in", ["upheld", "rejected"]),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="contracts_dispute_decision_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeschedule",
            constraint=models.UniqueConstraint(
                fields=("terms", "ordinal"), name="contracts_feeschedule_ordinal_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="feeschedule",
            constraint=models.UniqueConstraint(
                fields=("terms", "kind"), name="contracts_feeschedule_kind_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="feeschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("basis__in", ["flat", "principal"]),
                    ("kind__in", ["arrangement", "management", "extension", "early_termination"]),
                ),
                name="contracts_feeschedule_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("amount_minor__isnull", False),
                        ("basis", "flat"),
                        ("rate_ppm__isnull", True),
                    ),
                    models.Q(
                        ("amount_minor__isnull", True),
                        ("basis", "principal"),
                        ("rate_ppm__isnull", False),
                        ("rate_ppm__range", (1, 1000000)),
                    ),
                    _connector="OR",
                ),
                name="contracts_feeschedule_basis_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="feecharge",
            constraint=models.UniqueConstraint(
                fields=("contract", "schedule", "occasion"), name="contracts_feecharge_once_an_occasion"
            ),
        ),
        migrations.AddConstraint(
            model_name="feecharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("basis_minor__gte", 0)),
                name="contracts_feecharge_amount_positive",
            ),
        ),
    ]
