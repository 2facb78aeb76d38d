"""Hold a number."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("custody", "0008_accepted_replacements_sql")]
    operations: ClassVar = []
