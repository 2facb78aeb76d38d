"""The rules of due diligence, each in its file of accounts/sql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_due_diligence")]

    operations = []
