"""Who sees and records due diligence.

Identity documents and hits are for operations and compliance, and for the auditor to read; risk and finance see what
follows from them: tiers, groups, versions. Permissions are found again after the last migration.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

EVERYBODY = ("creditgroup", "questionnaireversion", "suitabilityassessment", "disclosureversion")
CLOSE = ("identitycheck", "identitydocument", "screening", "disclosureacknowledgement")
RECORDED = ("identitycheck", "screening", "suitabilityassessment", "disclosureacknowledgement", "creditgroup")
WRITTEN = ("questionnaireversion", "disclosureversion")

RIGHTS = {
    "operations": [("view", EVERYBODY + CLOSE), ("add", RECORDED)],
    "compliance": [("view", EVERYBODY + CLOSE), ("add", RECORDED + WRITTEN)],
    "auditor": [("view", EVERYBODY + CLOSE)],
    "risk": [("view", EVERYBODY)],
    "finance": [("view", EVERYBODY)],
}


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for role, rights in RIGHTS.items():
        group = groups.get(name=role)
        for action, models in rights:
            for model in models:
                content_type, _ = content_types.get_or_create(app_label="accounts", model=model)
                name = f"Can {action} {apps.get_model('accounts', model)._meta.verbose_name}"
                permission, _ = permissions.get_or_create(
                    content_type=content_type, codename=f"{action}_{model}", defaults={"name": name}
                )
                group.permissions.add(permission)


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for role, rights in RIGHTS.items():
        codenames = [f"{action}_{model}" for action, models in rights for model in models]
        found = permissions.filter(content_type__app_label="accounts", codename__in=codenames)
        groups.get(name=role).permissions.remove(*found)


class Migration(migrations.Migration):
    dependencies = [("day", "0008_roles_see_imports"), ("accounts", "0008_due_diligence_sql")]

    operations = [migrations.RunPython(grant, withdraw)]
