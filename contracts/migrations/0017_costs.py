"""Hold a number."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("contracts", "0016_imports_sql")]
    operations: ClassVar = []
