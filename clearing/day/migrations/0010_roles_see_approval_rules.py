"""What the roles of staff may look at."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("day", "0009_roles_see_due_diligence")]

    operations = []
