"""Every role sees documents; all but auditors have them made. Permissions are found again after the last migration."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SEE = ("operations", "risk", "finance", "compliance", "auditor")
MAKE = ("operations", "risk", "finance", "compliance")
CODENAMES = {"view_document": ("view", SEE), "add_document": ("add", MAKE)}


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    content_type, _ = content_types.get_or_create(app_label="contracts", model="document")
    for codename, (verb, roles) in CODENAMES.items():
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": f"Can {verb} document"}
        )
        for group in groups.filter(name__in=roles):
            group.permissions.add(permission)


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    found = permissions.filter(content_type__app_label="contracts", codename__in=list(CODENAMES))
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=SEE):
        group.permissions.remove(*found)


class Migration(migrations.Migration):
    dependencies = [("day", "0013_roles_see_interest"), ("contracts", "0012_documents_sql")]

    operations = [migrations.RunPython(grant, withdraw)]
