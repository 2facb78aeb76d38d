"""Amendments, fee schedules, replaced funders and disputes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0006_rule_packs_sql")]

    operations = []
