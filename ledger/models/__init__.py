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
from ledger.models.imports import ImportFile, ImportLine, ImportUpload
from ledger.models.journal import (
    EntryKind,
    EntryKindFlow,
    EntryPosition,
    JournalEntry,
    PositionHead,
    Posting,
)
from ledger.models.months import MonthMove
from ledger.models.periods import (
    DayReopening,
    DaySoftClose,
    Hardness,
    MonthClose,
    MonthReopening,
    YearEndTransfer,
)
from ledger.models.seals import Seal, SealChart, SealKey, SealKeyEvent, SealNode

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
    "DayReopening",
    "DaySoftClose",
    "EntryKind",
    "EntryKindFlow",
    "EntryPosition",
    "Hardness",
    "Hold",
    "HoldEvent",
    "ImportFile",
    "ImportLine",
    "ImportUpload",
    "JournalEntry",
    "Limit",
    "MonthClose",
    "MonthMove",
    "MonthReopening",
    "OfficialRate",
    "PositionHead",
    "Posting",
    "Restriction",
    "Revaluation",
    "RevaluationLine",
    "Ring",
    "Role",
    "Seal",
    "SealChart",
    "SealKey",
    "SealKeyEvent",
    "SealNode",
    "TradingSession",
    "Unit",
    "ValueSnapshot",
    "YearEndTransfer",
]
