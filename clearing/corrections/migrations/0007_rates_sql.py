"""Hold a number."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("corrections", "0006_rates")]
    operations: ClassVar = []
