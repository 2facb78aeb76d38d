"""See the operations."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_imports")]

    operations = []
