"""Tables of custody: who keeps the assets, what was paid and moved, and what the custodians say of it."""

from custody.models.custodian import CashHome, Custodian, CustodyAccount, CustodyAccountUnit, CustodyRing
from custody.models.payment import Payment, PaymentDirection, PaymentKind, PaymentState
from custody.models.replacement import EffectKind, ReplacementEffect, StatementReplacement
from custody.models.statement import (
    HoldingLine,
    Statement,
    StatementBalance,
    StatementEntry,
    StatementKind,
    StatementState,
)
from custody.models.transfer import TransferInstruction, TransferState

__all__ = [
    "CashHome",
    "Custodian",
    "CustodyAccount",
    "CustodyAccountUnit",
    "CustodyRing",
    "EffectKind",
    "HoldingLine",
    "Payment",
    "PaymentDirection",
    "PaymentKind",
    "PaymentState",
    "ReplacementEffect",
    "Statement",
    "StatementBalance",
    "StatementEntry",
    "StatementKind",
    "StatementReplacement",
    "StatementState",
    "TransferInstruction",
    "TransferState",
]
