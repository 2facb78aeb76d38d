"""The rules of rule packs, and the packs that ship with the product.

A file of contracts/rulepacks that has shipped is not edited: what changes comes as another version, written by a
migration of its own.
"""

import tomllib
from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.domain.payloads import canonical_bytes, payload_hash
from accounts.sql_loader import run_sql_files

HERE = Path(__file__).resolve().parent.parent
SQL, PACKS = HERE / "sql", HERE / "rulepacks"
SHIPPED = (
    ("CN_MARGIN", 1),
    ("CN_MARGIN", 2),
    ("EU_ESMA", 1),
    ("HK_SFC", 1),
    ("PLATFORM", 1),
    ("US_REG_T", 1),
)


def ship(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    packs = apps.get_model("contracts", "RulePack").objects.using(alias)
    versions = apps.get_model("contracts", "RulePackVersion").objects.using(alias)
    for code, number in SHIPPED:
        content = tomllib.loads((PACKS / code / f"{number}.toml").read_text(encoding="utf-8"))
        pack, _ = packs.get_or_create(code=code)
        versions.create(
            pack=pack,
            version=number,
            effective_from=content["effective_from"],
            origin="shipped",
            state="active",
            content=canonical_bytes(content).decode(),
            sha256=payload_hash(content).hex(),
            parameters=content["parameters"],
        )


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    apps.get_model("contracts", "RulePackVersion").objects.using(alias).all().delete()
    apps.get_model("contracts", "RulePack").objects.using(alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_rule_packs"), ("accounts", "0006_approval_kinds")]

    operations = [
        migrations.RunPython(ship, withdraw),
        *run_sql_files(SQL, "rule_pack_limits", "guard_rule_pack", "terms_within_pack"),
    ]
