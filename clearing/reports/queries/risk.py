"""Levels, exposure, calls and liquidations of a book over a span of days. Reads only; set-based."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from clearing.domain.ladder import Level
from clearing.liquidation.models import Liquidation
from clearing.margin.models import MarginCall


@dataclass(frozen=True, slots=True)
class RiskDay:
    """A day as it was valued. Levels are those of the day's figures, before hysteresis; amounts in minor
    units of the book's currency, holds left out of them.
    """

    business_date: dt.date
    contracts: int
    by_level: tuple[int, ...]
    """Contracts by level, NORMAL first, as `Level` counts them."""
    on_hold: int
    collateral_minor: int
    debt_minor: int
    lowest_coverage_ppm: int | None
    calls_issued: int
    liquidations_proposed: int

    def at(self, level: Level) -> int:
        return self.by_level[level]


_RISK = """
SELECT
    v.business_date,
    count(*),
    count(*) FILTER (WHERE v.raw_level = 0),
    count(*) FILTER (WHERE v.raw_level = 1),
    count(*) FILTER (WHERE v.raw_level = 2),
    count(*) FILTER (WHERE v.raw_level = 3),
    count(*) FILTER (WHERE v.raw_level = 4),
    count(*) FILTER (WHERE v.raw_level = 5),
    count(*) FILTER (WHERE v.raw_level = 6),
    count(*) FILTER (WHERE v.raw_level IS NULL),
    coalesce(sum(v.collateral_minor) FILTER (WHERE v.raw_level IS NOT NULL), 0),
    coalesce(sum(v.debt_minor) FILTER (WHERE v.raw_level IS NOT NULL), 0),
    min(v.coverage_ppm),
    coalesce((
        SELECT count(*) FROM margin_margincall AS c
        WHERE c.book_id = %(book_id)s AND c.opened_on = v.business_date
    ), 0),
    coalesce((
        SELECT count(*) FROM liquidation_liquidation AS l
        WHERE l.book_id = %(book_id)s AND l.proposed_on = v.business_date
    ), 0)
FROM margin_valuation AS v
WHERE v.book_id = %(book_id)s AND v.business_date BETWEEN %(first)s AND %(last)s
GROUP BY v.business_date
ORDER BY v.business_date
"""


def risk_by_day(*, book_id: int, first: dt.date = dt.date.min, last: dt.date = dt.date.max) -> list[RiskDay]:
    """Return every day that was valued in the span, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(_RISK, {"book_id": book_id, "first": first, "last": last})
        rows = cursor.fetchall()
    return [
        RiskDay(
            business_date=row[0],
            contracts=row[1],
            by_level=tuple(row[2:9]),
            on_hold=row[9],
            collateral_minor=int(row[10]),
            debt_minor=int(row[11]),
            lowest_coverage_ppm=row[12],
            calls_issued=row[13],
            liquidations_proposed=row[14],
        )
        for row in rows
    ]


def calls_by_status(*, book_id: int) -> dict[str, int]:
    """Return how many margin calls stand at each status, or ended at it."""
    rows = MarginCall.objects.filter(book_id=book_id).values_list("status").annotate(n=Count("pk"))
    return dict(sorted(rows))


def liquidations_by_state(*, book_id: int) -> dict[str, int]:
    """Return how many liquidations there are of each state."""
    rows = Liquidation.objects.filter(book_id=book_id).values_list("state").annotate(n=Count("pk"))
    return dict(sorted(rows))


@dataclass(frozen=True, slots=True)
class LiquidationSales:
    """What forced sales brought: fills, gross and net proceeds in minor units, contracts sold."""

    fills: int
    contracts: int
    gross_minor: int
    net_minor: int


_SALES = """
SELECT
    count(*), count(DISTINCT t.contract_id), coalesce(sum(t.gross_minor), 0), coalesce(sum(t.net_minor), 0)
FROM settlement_trade AS t
WHERE t.book_id = %(book_id)s AND t.liquidation_order_reference <> ''
"""


def liquidation_sales(*, book_id: int) -> LiquidationSales:
    """Return what the orders of liquidations have sold so far."""
    with connection.cursor() as cursor:
        cursor.execute(_SALES, {"book_id": book_id})
        fills, contracts, gross_minor, net_minor = cursor.fetchone()
    return LiquidationSales(fills, contracts, int(gross_minor), int(net_minor))
