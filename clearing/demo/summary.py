"""What a risk officer wants to know when the demo is over: a page of figures and a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from clearing.domain.ladder import Level
from clearing.reports.queries.breaks import BreakFigures, break_figures
from clearing.reports.queries.money import (
    DeficitFigures,
    InterestFigures,
    ReserveFigures,
    SourceFigures,
    deficit_figures,
    interest_figures,
    reserve_figures,
    source_figures,
)
from clearing.reports.queries.risk import (
    LiquidationSales,
    RiskDay,
    calls_by_status,
    liquidation_sales,
    liquidations_by_state,
    risk_by_day,
)
from ledger.domain.money import format_amount
from ledger.models import Book


@dataclass(frozen=True, slots=True)
class Summary:
    """A book's life in figures; amounts in minor units of its base currency."""

    book_code: str
    title: str
    unit_code: str
    days: Sequence[RiskDay]
    calls: dict[str, int]
    liquidations: dict[str, int]
    sales: LiquidationSales
    interest: InterestFigures
    sources: Sequence[SourceFigures]
    deficits: DeficitFigures
    reserve: ReserveFigures
    breaks: BreakFigures


def summarise(*, book: Book, as_of: date) -> Summary:
    """Ask the books. A fixed number of statements."""
    unit = book.base_unit.code
    return Summary(
        book_code=book.code,
        title=book.name,
        unit_code=unit,
        days=risk_by_day(book_id=book.pk),
        calls=calls_by_status(book_id=book.pk),
        liquidations=liquidations_by_state(book_id=book.pk),
        sales=liquidation_sales(book_id=book.pk),
        interest=interest_figures(book_id=book.pk, unit_code=unit),
        sources=source_figures(book_id=book.pk, unit_code=unit),
        deficits=deficit_figures(book_id=book.pk, unit_code=unit),
        reserve=reserve_figures(book_id=book.pk, unit_code=unit),
        breaks=break_figures(book_id=book.pk, as_of=as_of),
    )


def lines_of(summary: Summary) -> Iterator[str]:
    """Yield the page line by line, for a terminal of 110 columns."""
    yield f"{summary.title}, book {summary.book_code}: {len(summary.days)} valued days"
    yield ""
    yield from _months(summary.days)
    yield ""
    yield f"Margin calls        {_counts(summary.calls)}"
    yield f"Liquidations        {_counts(summary.liquidations)}"
    sales = summary.sales
    yield (
        f"Forced sales        {sales.fills} fills on {sales.contracts} contracts, "
        f"{_money(sales.gross_minor)} gross, {_money(sales.net_minor)} net"
    )
    interest = summary.interest
    yield (
        f"Interest            {_money(interest.charged_minor)} charged: {_money(interest.funders_minor)} "
        f"to funders, {_money(interest.spread_minor)} spread; {_money(interest.collected_minor)} collected"
    )
    for one in summary.sources:
        yield (
            f"  {one.source.replace('_', '-') + ' money':<18}{_money(one.lent_minor)} lent "
            f"on {one.contracts} contracts, {_money(one.earned_minor)} earned"
        )
    deficits = summary.deficits
    losses = ", ".join(f"{code} {_money(loss)}" for code, loss in deficits.funder_losses_minor.items())
    yield (
        f"Deficits            {_money(deficits.total_minor)}: "
        f"reserve {_money(deficits.reserve_drawn_minor)}, funders {losses or _money(0)}, "
        f"house {_money(deficits.house_loss_minor)}, spread {_money(deficits.bad_spread_minor)}"
    )
    reserve = summary.reserve
    yield (
        f"Reserve fund        {_money(reserve.contributed_minor)} paid in, "
        f"{_money(reserve.drawn_minor)} drawn, {_money(reserve.balance_minor)} left"
    )
    breaks = summary.breaks
    yield f"Breaks              {_counts(breaks.opened)}; still open: {_counts(breaks.still_open)}"
    yield f"Matched             {_counts(breaks.matches)}"


def _months(days: Sequence[RiskDay]) -> Iterator[str]:
    """Month ends with the month's calls and liquidations: what moved, and how near it came."""
    heads = ["NORMAL", "WARN", "RESTR", "CALL", "DUE", "EMERG", "INSOLV", "hold", "calls", "liq."]
    heads += ["assets m", "debts m", "lowest"]
    yield "month    " + " ".join(f"{head:>8}" for head in heads)
    for month, group in groupby(days, key=lambda day: f"{day.business_date:%Y-%m}"):
        of_month = list(group)
        last = of_month[-1]
        lowest = min((day.lowest_coverage_ppm for day in of_month if day.lowest_coverage_ppm), default=None)
        cells = [*(str(last.at(level)) for level in Level), str(last.on_hold)]
        cells += [str(sum(day.calls_issued for day in of_month))]
        cells += [str(sum(day.liquidations_proposed for day in of_month))]
        cells += [_millions(last.collateral_minor), _millions(last.debt_minor)]
        cells += [f"{lowest // 10_000}.{lowest // 1_000 % 10}%" if lowest is not None else "-"]
        yield f"{month}  " + " ".join(f"{cell:>8}" for cell in cells)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "none"


def _money(amount_minor: int) -> str:
    return format_amount(amount_minor, 2)


def _millions(amount_minor: int) -> str:
    tenths = amount_minor // 10_000_000
    return f"{tenths // 10}.{tenths % 10}"
