"""Work a stored valuation out again from its stored inputs: the same figures, bit for bit, or the differences
by name.

Marks and active terms never change, so the inputs that a valuation cites are all that is needed. The
arithmetic here is the domain's, not the statement's: two ways to one answer.
"""

from dataclasses import dataclass

from clearing.domain.ladder import LadderLines, level_for
from clearing.domain.margin import Holding, lending_value
from clearing.margin.models import Valuation
from clearing.marks.models import Mark, MarkState
from ledger.domain.money import round_down_fraction
from ledger.models import Unit

_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class ReplayDifference:
    """A figure that does not come out as stored."""

    figure: str
    stored: int | None
    replayed: int | None


def replay_valuation(*, valuation_id: int) -> list[ReplayDifference]:
    """Return what differs between a valuation and its replay; nothing where it reproduces.

    A valuation on hold reproduces when one of its marks is missing or gives no price, or its reason is not of
    a mark: then there is nothing to work out.
    """
    valuation = Valuation.objects.select_related("terms").get(pk=valuation_id)
    if valuation.side_state:
        return []
    marks = Mark.objects.select_related("instrument__unit").in_bulk(
        [mark_id for mark_id in valuation.mark_ids if mark_id is not None]
    )
    holdings = [
        _holding(marks[mark_id], quantity, credit_ppm)
        for mark_id, quantity, credit_ppm in zip(
            valuation.mark_ids, valuation.quantities, valuation.credits_ppm, strict=True
        )
        if mark_id is not None
    ]
    terms = valuation.terms
    securities_minor = sum(int(holding.value_minor) for holding in holdings)
    collateral_minor = valuation.cash_minor + securities_minor
    lending_value_minor = round_down_fraction(
        lending_value(
            holdings, cash_minor=valuation.cash_minor, concentration_cap_ppm=terms.concentration_cap_ppm
        )
    )
    debt_minor = valuation.debt_minor
    lines = LadderLines(
        warn_ppm=terms.warn_ppm,
        restrict_ppm=terms.restrict_ppm,
        call_ppm=terms.call_ppm,
        liquidate_ppm=terms.liquidate_ppm,
        emergency_ppm=terms.emergency_ppm,
        insolvent_ppm=terms.insolvent_ppm,
    )
    level = level_for(collateral_minor, debt_minor, lines, lending_value_minor=lending_value_minor)
    allow = all(
        marks[mark_id].usable_for_liquidation for mark_id in valuation.mark_ids if mark_id is not None
    )
    replayed: list[tuple[str, int | None, int | None]] = [
        ("securities_minor", valuation.securities_minor, securities_minor),
        ("collateral_minor", valuation.collateral_minor, collateral_minor),
        ("lending_value_minor", valuation.lending_value_minor, lending_value_minor),
        (
            "coverage_ppm",
            valuation.coverage_ppm,
            collateral_minor * _PPM // debt_minor if debt_minor > 0 else None,
        ),
        ("raw_level", valuation.raw_level, int(level)),
        ("marks_allow_liquidation", int(valuation.marks_allow_liquidation), int(allow)),
    ]
    return [ReplayDifference(figure, stored, again) for figure, stored, again in replayed if stored != again]


def _holding(mark: Mark, quantity: int, credit_ppm: int) -> Holding:
    unit: Unit = mark.instrument.unit
    price_minor = 0 if mark.state == MarkState.HOLD or mark.price_minor is None else mark.price_minor
    return Holding(unit.code, quantity * price_minor // 10**unit.exponent, credit_ppm)
