"""The rules of due diligence, each in its file of accounts/sql."""

from pathlib import Path

from django.db import migrations

from accounts.history import install_history
from accounts.sql_loader import run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_due_diligence")]

    operations = [
        *install_history("accounts_identitycheck", "accounts_historicalidentitycheck"),
        *install_history("accounts_screening", "accounts_historicalscreening"),
        *install_history("accounts_creditgroup", "accounts_historicalcreditgroup"),
        *install_history("accounts_creditgroupmember", "accounts_historicalcreditgroupmember"),
        *install_history("accounts_questionnaireversion", "accounts_historicalquestionnaireversion"),
        *install_history("accounts_disclosureversion", "accounts_historicaldisclosureversion"),
        *run_sql_files(
            SQL,
            "due_diligence_append_only",
            "guard_identity",
            "standing_hit",
            "guard_screening",
            "credit_group_rules",
            "questionnaire_scoring",
            "guard_suitability",
            "standings",
            "grants_0008",
        ),
    ]
