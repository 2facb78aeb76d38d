"""Imports of parties and contracts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0012_documents_sql")]

    operations = []
