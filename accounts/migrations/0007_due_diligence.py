"""Identity checks, screenings, credit groups, suitability and disclosures."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_approval_kinds")]

    operations = []
