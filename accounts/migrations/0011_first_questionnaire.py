"""The questionnaire and the disclosures that ship with the product, in force from 2000 on.

They are the owner's, who needs no second person; a house that wants others proposes a next version. Taken back they
stay where somebody has answered or acknowledged them.
"""

import hashlib
import json
from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SHIPPED = Path(__file__).resolve().parent.parent / "shipped"
LOCALES = ("en", "zh-hans", "zh-hant")
EFFECTIVE_FROM = "2000-01-01"
VALID_DAYS = 730
REASON = "Ships with the product"

ACT = "SELECT set_config('plimsoll.actor_id', %s, true), set_config('plimsoll.reason', %s, true)"
RUNNER = "SELECT id FROM accounts_user WHERE username = 'day-runner'"
QUESTIONNAIRE = """
INSERT INTO accounts_questionnaireversion (code, version, effective_from, content, valid_days, state, maker_id)
VALUES ('SUITABILITY', 1, %s, %s, %s, 'active', %s) ON CONFLICT (code, version) DO NOTHING
"""
DISCLOSURE = """
INSERT INTO accounts_disclosureversion (code, version, effective_from, texts, state, maker_id)
VALUES ('MARGIN-RISK', 1, %s, %s, 'active', %s) ON CONFLICT (code, version) DO NOTHING
"""
REMOVE = """
DELETE FROM accounts_questionnaireversion WHERE code = 'SUITABILITY' AND version = 1
    AND NOT EXISTS (SELECT FROM accounts_suitabilityassessment WHERE questionnaire_id = accounts_questionnaireversion.id);
DELETE FROM accounts_disclosureversion WHERE code = 'MARGIN-RISK' AND version = 1
    AND NOT EXISTS (SELECT FROM accounts_disclosureacknowledgement WHERE disclosure_id = accounts_disclosureversion.id);
"""


def texts() -> dict[str, dict[str, str]]:
    found = {}
    for locale in LOCALES:
        title, text = (SHIPPED / f"margin_risk_v1.{locale}.txt").read_text("utf-8").strip().split("\n\n", 1)
        digest = hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest()
        found[locale] = {"title": title, "text": text, "sha256": digest}
    return found


def ship(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    content = (SHIPPED / "suitability_v1.json").read_text("utf-8")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RUNNER)
        (runner,) = cursor.fetchone()
        cursor.execute(ACT, [str(runner), REASON])
        cursor.execute(QUESTIONNAIRE, [EFFECTIVE_FROM, content, VALID_DAYS, runner])
        cursor.execute(DISCLOSURE, [EFFECTIVE_FROM, json.dumps(texts(), ensure_ascii=False), runner])
        cursor.execute(ACT, ["", ""])


def withdraw(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RUNNER)
        (runner,) = cursor.fetchone()
        cursor.execute(ACT, [str(runner), "Taken back with its migration"])
        cursor.execute(REMOVE)
        cursor.execute(ACT, ["", ""])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_approval_rules_sql")]

    operations = [migrations.RunPython(ship, withdraw)]
