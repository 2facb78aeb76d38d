from clearing.corrections.models.corrections import Correction, CorrectionKind
from clearing.corrections.models.reviews import DecisionReview, ReviewKind, ReviewState
from clearing.corrections.models.runs import (
    CorrectionEntry,
    CorrectionFinding,
    CorrectionRun,
    EntryPurpose,
    FindingFigure,
    PositionAdjustment,
    Tendency,
)

__all__ = [
    "Correction",
    "CorrectionEntry",
    "CorrectionFinding",
    "CorrectionKind",
    "CorrectionRun",
    "DecisionReview",
    "EntryPurpose",
    "FindingFigure",
    "PositionAdjustment",
    "ReviewKind",
    "ReviewState",
    "Tendency",
]
