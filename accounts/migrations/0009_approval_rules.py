"""Who may approve what, up to which amount; delegation and access reviews."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_due_diligence_sql")]

    operations = []
