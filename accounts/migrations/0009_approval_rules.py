"""Who may approve what, up to which amount; delegation and access reviews."""

import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_due_diligence_sql")]

    operations = [
        migrations.CreateModel(
            name="AccessReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=32, verbose_name="period")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("completed", "Completed")],
                        default="open",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="opened at"
                    ),
                ),
                ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="completed at")),
            ],
            options={
                "verbose_name": "access review",
                "verbose_name_plural": "access reviews",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AccessReviewItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("keep", "Keep"), ("withdraw", "Withdraw")],
                        max_length=8,
                        null=True,
                        verbose_name="decision",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
            ],
            options={
                "verbose_name": "role under review",
                "verbose_name_plural": "roles under review",
                "ordering": ["review", "user", "group"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalDelegation",
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
                        blank=True,
                        choices=[
                            ("close_business_day", "Close a business day"),
                            ("release_withdrawal", "Release a withdrawal"),
                            ("release_liquidation", "Release a liquidation"),
                            ("activate_terms", "Activate terms"),
                            ("write_off_break", "Write off a break"),
                            ("soft_close_business_day", "Soft-close a business day"),
                            ("reopen_business_day", "Reopen a business day"),
                            ("close_month", "Close a month"),
                            ("reopen_month", "Reopen a month"),
                            ("transfer_year_end", "Transfer the year's result to equity"),
                            ("correct_after_close", "Correct after the close"),
                            ("import_journal", "Import a journal"),
                            ("change_seal_keys", "Change the keys of the seals"),
                            ("set_official_rate", "Set an official rate"),
                            ("activate_rule_pack", "Put a rule pack into force"),
                            ("activate_questionnaire", "Put a questionnaire into force"),
                            ("activate_disclosure", "Put a risk disclosure into force"),
                            ("amend_contract", "Amend a contract"),
                            ("extend_contract", "Extend a contract"),
                            ("replace_funder", "Replace a funder"),
                            ("resolve_dispute", "Resolve a dispute"),
                            ("review_identity", "Review an identity"),
                            ("confirm_screening", "Decide a screening"),
                            ("set_benchmark", "Set a benchmark's fixing"),
                            ("import_parties", "Import parties"),
                            ("import_contracts", "Import contracts"),
                            ("waive_charge", "Waive a charge"),
                            ("set_approval_limit", "Set who may approve what"),
                            ("delegate_approvals", "Delegate approvals"),
                            ("review_access", "Review the access of staff"),
                            ("pay_funder_out", "Pay a funder out"),
                        ],
                        max_length=32,
                        null=True,
                        verbose_name="kind",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
            ],
            options={
                "verbose_name": "delegation of approvals",
                "verbose_name_plural": "delegations of approvals",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("operations", "Operations"),
                            ("risk", "Risk"),
                            ("finance", "Finance"),
                            ("compliance", "Compliance"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("close_business_day", "Close a business day"),
                            ("release_withdrawal", "Release a withdrawal"),
                            ("release_liquidation", "Release a liquidation"),
                            ("activate_terms", "Activate terms"),
                            ("write_off_break", "Write off a break"),
                            ("soft_close_business_day", "Soft-close a business day"),
                            ("reopen_business_day", "Reopen a business day"),
                            ("close_month", "Close a month"),
                            ("reopen_month", "Reopen a month"),
                            ("transfer_year_end", "Transfer the year's result to equity"),
                            ("correct_after_close", "Correct after the close"),
                            ("import_journal", "Import a journal"),
                            ("change_seal_keys", "Change the keys of the seals"),
                            ("set_official_rate", "Set an official rate"),
                            ("activate_rule_pack", "Put a rule pack into force"),
                            ("activate_questionnaire", "Put a questionnaire into force"),
                            ("activate_disclosure", "Put a risk disclosure into force"),
                            ("amend_contract", "Amend a contract"),
                            ("extend_contract", "Extend a contract"),
                            ("replace_funder", "Replace a funder"),
                            ("resolve_dispute", "Resolve a dispute"),
                            ("review_identity", "Review an identity"),
                            ("confirm_screening", "Decide a screening"),
                            ("set_benchmark", "Set a benchmark's fixing"),
                            ("import_parties", "Import parties"),
                            ("import_contracts", "Import contracts"),
                            ("waive_charge", "Waive a charge"),
                            ("set_approval_limit", "Set who may approve what"),
                            ("delegate_approvals", "Delegate approvals"),
                            ("review_access", "Review the access of staff"),
                            ("pay_funder_out", "Pay a funder out"),
                        ],
                        max_length=32,
                        verbose_name="kind",
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=32, null=True, verbose_name="currency")),
                (
                    "max_amount_minor",
                    models.BigIntegerField(blank=True, null=True, verbose_name="limit in minor units"),
                ),
                ("is_permitted", models.BooleanField(verbose_name="permitted")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
            ],
            options={
                "verbose_name": "approval rule",
                "verbose_name_plural": "approval rules",
                "ordering": ["kind", "role", "currency", "-id"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAccessReview",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("period", models.CharField(max_length=32, verbose_name="period")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("completed", "Completed")],
                        default="open",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="opened at"
                    ),
                ),
                ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="completed at")),
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
                "verbose_name": "historical access review",
                "verbose_name_plural": "historical access reviews",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAccessReviewItem",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("keep", "Keep"), ("withdraw", "Withdraw")],
                        max_length=8,
                        null=True,
                        verbose_name="decision",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
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
                "verbose_name": "historical role under review",
                "verbose_name_plural": "historical roles under review",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name="approval",
            name="accounts_approval_decision_complete",
        ),
        migrations.RemoveConstraint(
            model_name="approval",
            name="accounts_approval_kind_known",
        ),
        migrations.AddField(
            model_name="approval",
            name="amount_minor",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="amount in minor units"),
        ),
        migrations.AddField(
            model_name="approval",
            name="currency",
            field=models.CharField(blank=True, max_length=32, null=True, verbose_name="currency"),
        ),
        migrations.AddField(
            model_name="approval",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="withdrawn or expired at"),
        ),
        migrations.AddField(
            model_name="approval",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="expires at"),
        ),
        migrations.AddField(
            model_name="approval",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="withdrawn by",
            ),
        ),
        migrations.AlterField(
            model_name="approval",
            name="kind",
            field=models.CharField(
                choices=[
                    ("close_business_day", "Close a business day"),
                    ("release_withdrawal", "Release a withdrawal"),
                    ("release_liquidation", "Release a liquidation"),
                    ("activate_terms", "Activate terms"),
                    ("write_off_break", "Write off a break"),
                    ("soft_close_business_day", "Soft-close a business day"),
                    ("reopen_business_day", "Reopen a business day"),
                    ("close_month", "Close a month"),
                    ("reopen_month", "Reopen a month"),
                    ("transfer_year_end", "Transfer the year's result to equity"),
                    ("correct_after_close", "Correct after the close"),
                    ("import_journal", "Import a journal"),
                    ("change_seal_keys", "Change the keys of the seals"),
                    ("set_official_rate", "Set an official rate"),
                    ("activate_rule_pack", "Put a rule pack into force"),
                    ("activate_questionnaire", "Put a questionnaire into force"),
                    ("activate_disclosure", "Put a risk disclosure into force"),
                    ("amend_contract", "Amend a contract"),
                    ("extend_contract", "Extend a contract"),
                    ("replace_funder", "Replace a funder"),
                    ("resolve_dispute", "Resolve a dispute"),
                    ("review_identity", "Review an identity"),
                    ("confirm_screening", "Decide a screening"),
                    ("set_benchmark", "Set a benchmark's fixing"),
                    ("import_parties", "Import parties"),
                    ("import_contracts", "Import contracts"),
                    ("waive_charge", "Waive a charge"),
                    ("set_approval_limit", "Set who may approve what"),
                    ("delegate_approvals", "Delegate approvals"),
                    ("review_access", "Review the access of staff"),
                    ("pay_funder_out", "Pay a funder out"),
                ],
                max_length=32,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="approval",
            name="status",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed"),
                    ("approved", "Approved"),
                    ("rejected", "Rejected"),
                    ("executed", "Executed"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired"),
                ],
                default="proposed",
                max_length=9,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="accessreview",
            name="approval",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="accessreview",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="opened by",
            ),
        ),
        migrations.AddField(
            model_name="accessreviewitem",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="auth.group",
                verbose_name="role",
            ),
        ),
        migrations.AddField(
            model_name="accessreviewitem",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="accounts.accessreview",
                verbose_name="review",
            ),
        ),
        migrations.AddField(
            model_name="accessreviewitem",
            name="reviewer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reviewer",
            ),
        ),
        migrations.AddField(
            model_name="accessreviewitem",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="access_review_items",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="approvaldelegation",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="approvaldelegation",
            name="delegate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations_held",
                to=settings.AUTH_USER_MODEL,
                verbose_name="delegate",
            ),
        ),
        migrations.AddField(
            model_name="approvaldelegation",
            name="delegator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations_given",
                to=settings.AUTH_USER_MODEL,
                verbose_name="delegator",
            ),
        ),
        migrations.AddField(
            model_name="approvaldelegation",
            name="revoked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="revoked by",
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="delegation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="accounts.approvaldelegation",
                verbose_name="on behalf of",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "close_business_day",
                            "release_withdrawal",
                            "release_liquidation",
                            "activate_terms",
                            "write_off_break",
                            "soft_close_business_day",
                            "reopen_business_day",
                            "close_month",
                            "reopen_month",
                            "transfer_year_end",
                            "correct_after_close",
                            "import_journal",
                            "change_seal_keys",
                            "set_official_rate",
                            "activate_rule_pack",
                            "activate_questionnaire",
                            "activate_disclosure",
                            "amend_contract",
                            "extend_contract",
                            "replace_funder",
                            "resolve_dispute",
                            "review_identity",
                            "confirm_screening",
                            "set_benchmark",
                            "import_parties",
                            "import_contracts",
                            "waive_charge",
                            "set_approval_limit",
                            "delegate_approvals",
                            "review_access",
                            "pay_funder_out",
                        ],
                    )
                ),
                name="accounts_approval_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checker__isnull", True),
                        ("decided_at__isnull", True),
                        ("delegation__isnull", True),
                        ("ended_at__isnull", True),
                        ("executed_at__isnull", True),
                        ("status", "proposed"),
                    ),
                    models.Q(
                        ("checker__isnull", False),
                        ("decided_at__isnull", False),
                        ("ended_at__isnull", True),
                        ("executed_at__isnull", True),
                        ("status__in", ["approved", "rejected"]),
                    ),
                    models.Q(
                        ("checker__isnull", False),
                        ("decided_at__isnull", False),
                        ("ended_at__isnull", True),
                        ("executed_at__isnull", False),
                        ("status", "executed"),
                    ),
                    models.Q(
                        models.Q(
                            models.Q(
                                ("checker__isnull", True),
                                ("decided_at__isnull", True),
                                ("delegation__isnull", True),
                            ),
                            models.Q(("checker__isnull", False), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        ("ended_at__isnull", False),
                        ("executed_at__isnull", True),
                        ("status__in", ["withdrawn", "expired"]),
                    ),
                    _connector="OR",
                ),
                name="accounts_approval_decision_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor__isnull", True), ("currency__isnull", True)),
                    models.Q(("amount_minor__gte", 0), ("currency__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_approval_amount_has_currency",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__isnull", True), ("expires_at__gt", models.F("proposed_at")), _connector="OR"
                ),
                name="accounts_approval_expires_after_proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "withdrawn"), ("withdrawn_by", models.F("maker"))),
                    models.Q(
                        ("withdrawn_by__isnull", True), models.Q(("status", "withdrawn"), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="accounts_approval_withdrawn_by_maker",
            ),
        ),
        migrations.AddField(
            model_name="approvalrule",
            name="approval",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddField(
            model_name="historicalaccessreview",
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
            model_name="historicalaccessreview",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalaccessreview",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="opened by",
            ),
        ),
        migrations.AddField(
            model_name="historicalaccessreviewitem",
            name="group",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="auth.group",
                verbose_name="role",
            ),
        ),
        migrations.AddField(
            model_name="historicalaccessreviewitem",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalaccessreviewitem",
            name="review",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.accessreview",
                verbose_name="review",
            ),
        ),
        migrations.AddField(
            model_name="historicalaccessreviewitem",
            name="reviewer",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reviewer",
            ),
        ),
        migrations.AddField(
            model_name="historicalaccessreviewitem",
            name="user",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessreview",
            constraint=models.UniqueConstraint(
                fields=("period",), name="accounts_accessreview_period_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__regex", "\\S")), name="accounts_accessreview_period_present"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approval__isnull", True), ("completed_at__isnull", True), ("status", "open")),
                    models.Q(
                        ("approval__isnull", False), ("completed_at__isnull", False), ("status", "completed")
                    ),
                    _connector="OR",
                ),
                name="accounts_accessreview_completion_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessreviewitem",
            constraint=models.UniqueConstraint(
                fields=("review", "user", "group"), name="accounts_accessreviewitem_role_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessreviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewer__isnull", True),
                    models.Q(("reviewer", models.F("user")), _negated=True),
                    _connector="OR",
                ),
                name="accounts_accessreviewitem_reviewer_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessreviewitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decision__isnull", True),
                        ("reason", ""),
                        ("reviewer__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decision__in", ["keep", "withdraw"]),
                        ("reason__regex", "\\S"),
                        ("reviewer__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="accounts_accessreviewitem_decision_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvaldelegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("delegator", models.F("delegate")), _negated=True),
                name="accounts_approvaldelegation_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvaldelegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="accounts_approvaldelegation_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvaldelegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "\\S")),
                name="accounts_approvaldelegation_reason_present",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvaldelegation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_approvaldelegation_revocation_complete",
            ),
        ),
        migrations.AddIndex(
            model_name="approvalrule",
            index=models.Index(
                fields=["kind", "role", "currency", "-id"], name="accounts_approvalrule_newest"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["operations", "risk", "finance", "compliance"])),
                name="accounts_approvalrule_role_decides",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_amount_minor__isnull", True),
                    models.Q(
                        ("currency__isnull", False), ("is_permitted", True), ("max_amount_minor__gte", 0)
                    ),
                    _connector="OR",
                ),
                name="accounts_approvalrule_limit_has_currency",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("currency__isnull", True), models.Q(("currency", ""), _negated=True), _connector="OR"
                ),
                name="accounts_approvalrule_currency_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrule",
            constraint=models.UniqueConstraint(
                fields=("approval",), name="accounts_approvalrule_approval_used_once"
            ),
        ),
    ]
