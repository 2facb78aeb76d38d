"""What is disputed of a contract's debts and the rules that leave it alone; who gives up charges, and pays out.

The rule of payments is custody's; it is loaded here because its change came with these.
"""

from pathlib import Path

from django.db import migrations

from accounts.sql_loader import reload_sql_files, run_sql_files

SQL = Path(__file__).resolve().parent.parent / "sql"
CUSTODY = SQL.parent.parent / "custody" / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0017_costs"),
        ("ledger", "0003_posting"),
        ("accounts", "0009_approval_rules"),
        ("custody", "0008_accepted_replacements_sql"),
    ]

    operations = [
        *run_sql_files(SQL, "disputed_amount", "guard_disputed_amount", "guard_waiver"),
        *reload_sql_files(SQL, "guard_state", "guard_amendment"),
        *reload_sql_files(CUSTODY, "guard_payment"),
    ]
