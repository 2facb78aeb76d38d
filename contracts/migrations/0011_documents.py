"""Documents as they were handed out."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0010_interest_sql")]

    operations = []
