"""Every role sees bulk imports; all but auditors propose one."""

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SEE = ("operations", "risk", "finance", "compliance", "auditor")
PROPOSE = ("operations", "risk", "finance", "compliance")
CODENAMES = {"view_bulkimport": ("view", SEE), "add_bulkimport": ("add", PROPOSE)}


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    content_type, _ = content_types.get_or_create(app_label="contracts", model="bulkimport")
    for codename, (verb, roles) in CODENAMES.items():
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": f"Can {verb} bulk import"}
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
    dependencies: ClassVar = [("day", "0015_roles_see_drawdowns"), ("contracts", "0016_imports_sql")]
    operations: ClassVar = [migrations.RunPython(grant, withdraw)]
