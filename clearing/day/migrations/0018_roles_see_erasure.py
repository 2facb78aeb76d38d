"""Everybody who sees parties sees that one was erased; compliance and risk ask for it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ERASURE = ("partyerasure",)
RIGHTS = {
    "operations": [("view", ERASURE)],
    "compliance": [("view", ERASURE), ("add", ERASURE)],
    "auditor": [("view", ERASURE)],
    "risk": [("view", ERASURE), ("add", ERASURE)],
    "finance": [("view", ERASURE)],
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
    dependencies = [("day", "0017_roles_see_corrections"), ("accounts", "0012_as_seen_by_two")]

    operations = [migrations.RunPython(grant, withdraw)]
