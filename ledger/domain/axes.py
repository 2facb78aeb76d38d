"""The two axes of time in the ledger, and where an entry lies between them."""

import datetime as dt
import enum


class Axis(enum.StrEnum):
    """By which of its two dates a posting counts."""

    BOOKING = "booking"
    VALUE = "value"


class Valuation(enum.StrEnum):
    """How the value date of an entry lies to its booking date."""

    SAME_DAY = "same_day"
    BACK_VALUED = "back_valued"
    FORWARD_VALUED = "forward_valued"


def valuation_of(*, booking_date: dt.date, value_date: dt.date) -> Valuation:
    """Say whether what is booked on one day is valued on it, before it or after it."""
    if value_date < booking_date:
        return Valuation.BACK_VALUED
    return Valuation.FORWARD_VALUED if value_date > booking_date else Valuation.SAME_DAY
