"""The rules of imports, each in its file of contracts/sql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0013_imports")]

    operations = []
