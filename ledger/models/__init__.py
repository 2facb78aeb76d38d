"""Tables of the ledger."""

from ledger.models.accounts import Account, Limit, Restriction, Ring, Role
from ledger.models.balances import Balance, BalanceDelta, CurrentBalance, DailySnapshot, ValueSnapshot
from ledger.models.books import AccountCategory, Book, Unit
from ledger.models.days import BusinessDay, DayClose, TradingSession
from ledger.models.exchange import (
    ClientExchange,
    ClientExchangeSettlement,
    OfficialRate,
    Revaluation,
    RevaluationLine,
)
from ledger.models.holds import Hold, HoldEvent
from ledger.models.journal import (
    EntryKind,
    EntryKindFlow,
    EntryPosition,
    JournalEntry,
    PositionHead,
    Posting,
)

__all__ = [
    "Account",
    "AccountCategory",
    "Balance",
    "BalanceDelta",
    "Book",
    "BusinessDay",
    "ClientExchange",
    "ClientExchangeSettlement",
    "CurrentBalance",
    "DailySnapshot",
    "DayClose",
    "EntryKind",
    "EntryKindFlow",
    "EntryPosition",
    "Hold",
    "HoldEvent",
    "JournalEntry",
    "Limit",
    "OfficialRate",
    "PositionHead",
    "Posting",
    "Restriction",
    "Revaluation",
    "RevaluationLine",
    "Ring",
    "Role",
    "TradingSession",
    "Unit",
    "ValueSnapshot",
]
