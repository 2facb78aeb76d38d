"""Pages of the ledger. Nothing here changes anything."""

from ledger.admin import (
    accounts,
    days,
    exchange,
    holds,
    import_uploads,
    imports,
    journal,
    reference,
    seals,
    trial_balance,
)

__all__ = [
    "accounts",
    "days",
    "exchange",
    "holds",
    "import_uploads",
    "imports",
    "journal",
    "reference",
    "seals",
    "trial_balance",
]
