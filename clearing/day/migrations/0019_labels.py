"""Call fields and choices by the words of the field; the tables stay as they are."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("day", "0018_roles_see_erasure"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="daychunk",
            name="first_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="first id"),
        ),
        migrations.AlterField(
            model_name="daychunk",
            name="last_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="last id"),
        ),
    ]
