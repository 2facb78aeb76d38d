"""The questionnaire and the disclosures that ship with the product."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_approval_rules_sql")]

    operations = []
