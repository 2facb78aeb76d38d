"""Pages of the ledger. Nothing here changes anything."""

from ledger.admin import accounts, days, holds, journal, reference, trial_balance

__all__ = ["accounts", "days", "holds", "journal", "reference", "trial_balance"]
