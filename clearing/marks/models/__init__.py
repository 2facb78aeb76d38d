"""Tables of prices and marks."""

from clearing.marks.models.corporate_action import CorporateAction, CorporateActionKind
from clearing.marks.models.instrument import Instrument
from clearing.marks.models.mark import HoldReason, Mark, MarkState, QuoteVerdict, Verdict
from clearing.marks.models.quote import PriceSource, Quote, QuoteFile, RejectedQuote

__all__ = [
    "CorporateAction",
    "CorporateActionKind",
    "HoldReason",
    "Instrument",
    "Mark",
    "MarkState",
    "PriceSource",
    "Quote",
    "QuoteFile",
    "QuoteVerdict",
    "RejectedQuote",
    "Verdict",
]
