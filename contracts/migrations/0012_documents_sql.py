"""The rules of documents, each in its file of contracts/sql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0011_documents")]

    operations = []
