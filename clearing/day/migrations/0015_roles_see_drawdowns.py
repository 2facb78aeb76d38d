"""Every role sees drawdowns and what permitted them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MODELS = ("drawdown",)
ROLES = ("operations", "risk", "finance", "compliance", "auditor")


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for model in MODELS:
        content_type, _ = content_types.get_or_create(app_label="contracts", model=model)
        name = f"Can view {apps.get_model('contracts', model)._meta.verbose_name}"
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=f"view_{model}", defaults={"name": name}
        )
        for group in groups.filter(name__in=ROLES):
            group.permissions.add(permission)


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    codenames = [f"view_{model}" for model in MODELS]
    found = permissions.filter(content_type__app_label="contracts", codename__in=codenames)
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=ROLES):
        group.permissions.remove(*found)


class Migration(migrations.Migration):
    dependencies = [("day", "0014_roles_see_documents"), ("contracts", "0013_drawdowns")]

    operations = [migrations.RunPython(grant, withdraw)]
