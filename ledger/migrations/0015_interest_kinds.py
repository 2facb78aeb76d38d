"""Kinds of entries of interest."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_funding_kinds")]

    operations = []
