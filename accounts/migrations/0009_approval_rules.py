"""Who may approve what, up to which amount; delegation and access reviews."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_due_diligence_sql")]

    operations = [
        migrations.RemoveConstraint(
            model_name="approval",
            name="accounts_approval_kind_known",
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
    ]
