"""Hold a number."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("day", "0017_roles_see_corrections")]
    operations: ClassVar = []
