"""The rules of approvals, each in its file of accounts/sql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_approval_rules")]

    operations = []
