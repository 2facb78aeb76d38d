"""What a withdrawal asks for is held; see custody/sql/guard_payment.sql."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from accounts.sql_loader import reload_sql_files

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0003_indexes_that_serve"),
        ("ledger", "0004_holds"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="hold",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.hold",
                verbose_name="hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("hold",), name="custody_payment_hold_unique"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("hold__isnull", True))
                | models.Q(("kind__in", ["client_withdrawal", "funder_withdrawal"])),
                name="custody_payment_hold_of_a_withdrawal",
            ),
        ),
        *reload_sql_files(SQL, "guard_payment"),
    ]
