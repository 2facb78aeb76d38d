"""Pages of the ledger. Nothing here changes anything."""

from ledger.admin import accounts, days, journal, reference, trial_balance

__all__ = ["accounts", "days", "journal", "reference", "trial_balance"]
