"""What a kind of correction puts into the recomputation, and what it leaves behind."""

import datetime as dt
from dataclasses import dataclass, field

from clearing.corrections.models import EntryPurpose
from clearing.corrections.queries.doubts import Doubt
from clearing.corrections.queries.recompute_statement import NOTHING_OF_ITS_OWN
from clearing.corrections.queries.recompute_valuations import NO_MOVE, NO_SHIFT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputePlan:
    """SQL of the contracts touched, and of what changes for them, with its parameters.

    `doubts` are decisions in doubt beside those of levels, calls and liquidations.
    """

    touched: str
    before: str = ""
    shift: str = NO_SHIFT
    moved: str = NO_MOVE
    own: str = NOTHING_OF_ITS_OWN
    params: dict[str, object] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An entry that carrying out a correction posted."""

    entry_id: int
    purpose: EntryPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """Where a correction is carried out: its run, the open day, on whose behalf."""

    run_id: int
    booking_date: dt.date
    maker_id: int
