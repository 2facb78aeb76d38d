"""Bounds of what an account may hold."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_entries_of_rows")]

    operations = []
