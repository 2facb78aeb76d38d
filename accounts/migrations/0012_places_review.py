"""Hold a number."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0011_first_questionnaire")]
    operations: ClassVar = []
