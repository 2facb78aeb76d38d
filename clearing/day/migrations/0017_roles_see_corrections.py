"""Every role sees what a correction found and posted, and what it adjusted."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MODELS = (
    ("corrections", "correctionrun"),
    ("corrections", "correctionfinding"),
    ("corrections", "correctionentry"),
    ("corrections", "positionadjustment"),
    ("custody", "statementreplacement"),
    ("reconciliation", "unmatch"),
)
ROLES = ("operations", "risk", "finance", "compliance", "auditor")


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for label, model in MODELS:
        content_type, _ = content_types.get_or_create(app_label=label, model=model)
        name = f"Can view {apps.get_model(label, model)._meta.verbose_name}"
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=f"view_{model}", defaults={"name": name}
        )
        for group in groups.filter(name__in=ROLES):
            group.permissions.add(permission)


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias).filter(name__in=ROLES)
    for label, model in MODELS:
        found = permissions.filter(content_type__app_label=label, codename=f"view_{model}")
        for group in groups:
            group.permissions.remove(*found)


class Migration(migrations.Migration):
    dependencies = [("day", "0016_roles_see_imports"), ("corrections", "0007_rates_sql")]

    operations = [migrations.RunPython(grant, withdraw)]
