"""Hold a number."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("contracts", "0020_review_sql")]
    operations: ClassVar = []
