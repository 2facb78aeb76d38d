"""How levels, side states and calls look."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.admin.columns import chip_html
from accounts.admin.panels import Cell, Text, Tone, chip
from clearing.margin.models import MarginCallStatus, MarginLevel, MarginSideState

TONES_OF_LEVEL: dict[Any, Tone] = {
    MarginLevel.NORMAL: Tone.GOOD,
    MarginLevel.WARN: Tone.NOTICE,
    MarginLevel.RESTRICT: Tone.NOTICE,
    MarginLevel.CALL: Tone.WARN,
    MarginLevel.LIQUIDATE_DUE: Tone.BAD,
    MarginLevel.EMERGENCY: Tone.BAD,
    MarginLevel.INSOLVENT: Tone.BAD,
}
TONES_OF_CALL = {
    MarginCallStatus.OPEN: Tone.WARN,
    MarginCallStatus.EXPIRED: Tone.BAD,
    MarginCallStatus.MET: Tone.GOOD,
    MarginCallStatus.SUPERSEDED: Tone.NEUTRAL,
}
NO_LEVEL = _("not valued yet")


def level_name(level: int | None, side_state: str = "") -> Text:
    """The name of a level, or of the hold that stands in its place."""
    if level is not None:
        return MarginLevel(level).label
    return MarginSideState(side_state).label if side_state else NO_LEVEL


def level_tone(level: int | None, side_state: str = "") -> Tone:
    if level is not None:
        return TONES_OF_LEVEL[level]
    return Tone.HOLD if side_state else Tone.NEUTRAL


def level_chip(level: int | None, side_state: str = "", href: str = "") -> Cell:
    return chip(level_name(level, side_state), level_tone(level, side_state), href)


def level_html(level: int | None, side_state: str = "") -> str:
    return chip_html(level_name(level, side_state), level_tone(level, side_state))
