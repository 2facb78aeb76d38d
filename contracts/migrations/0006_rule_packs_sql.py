"""The rules of rule packs, and the packs that ship with the product."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_rule_packs")]

    operations = []
