"""Hold a number."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("liquidation", "0002_sql")]
    operations: ClassVar = []
