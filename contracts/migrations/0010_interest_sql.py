"""The rules of interest, each in its file of contracts/sql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0009_interest")]

    operations = []
