"""The rules of a contract's life, each in its file of contracts/sql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0007_lifecycle")]

    operations = []
