"""Every role of staff sees corrections and reviews; who decides, decides on approvals."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ROLES = ("operations", "risk", "finance", "compliance", "auditor")
MODELS = ("correction", "decisionreview")


def grant(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(alias)
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for model in MODELS:
        content_type, _ = content_types.get_or_create(app_label="corrections", model=model)
        name = f"Can view {apps.get_model('corrections', model)._meta.verbose_name}"
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=f"view_{model}", defaults={"name": name}
        )
        for role in ROLES:
            group, _ = groups.get_or_create(name=role)
            group.permissions.add(permission)


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    permissions = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    for permission in permissions.filter(
        content_type__app_label="corrections", codename__in=[f"view_{model}" for model in MODELS]
    ):
        permission.group_set.clear()


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0002_sql"),
        ("day", "0003_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, withdraw)]
