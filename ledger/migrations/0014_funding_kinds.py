"""Kinds of entries of a contract's life."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_bounds")]

    operations = []
