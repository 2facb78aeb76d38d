"""Benchmarks, fixings and penalties."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0008_lifecycle_sql")]

    operations = []
