"""The demo's picture: contracts by margin level day by day, and below it what they are worth and owe. SVG."""

from collections.abc import Callable, Iterator, Sequence
from xml.sax.saxutils import escape

from clearing.domain.ladder import Level
from clearing.reports.queries.risk import RiskDay

WIDTH, HEIGHT = 960, 560
LEFT, RIGHT = 64, 150
LEVELS_TOP, LEVELS_BOTTOM = 56, 330
MONEY_TOP, MONEY_BOTTOM = 380, 520
COLOURS = {
    Level.NORMAL: "#d7e3ea",
    Level.WARN: "#b9d38f",
    Level.RESTRICT: "#f0d264",
    Level.CALL: "#f2a24b",
    Level.LIQUIDATE_DUE: "#e2603c",
    Level.EMERGENCY: "#b3263a",
    Level.INSOLVENT: "#5b1434",
}
HOLD_COLOUR = "#9aa5b1"


def plot(days: Sequence[RiskDay], *, title: str) -> str:
    """Return the picture of a book's life, one day a step."""
    body = "\n".join(_body(days)) if days else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="#233">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="28" font-size="18" font-weight="600">{escape(title)}</text>\n{body}\n</svg>\n'
    )


def _body(days: Sequence[RiskDay]) -> Iterator[str]:
    most = max(day.contracts for day in days) or 1
    yield f'<text x="{LEFT}" y="46" fill="#567">contracts by margin level, worst on top</text>'
    yield from _grid(LEVELS_TOP, LEVELS_BOTTOM, [str(most * part // 4) for part in range(5)])
    lower = [0] * len(days)
    layers: list[tuple[str, str, Callable[[RiskDay], int]]] = [
        (level.name, COLOURS[level], lambda day, level=level: day.at(level))  # type: ignore[misc]
        for level in Level
    ]
    layers.append(("ON HOLD", HOLD_COLOUR, lambda day: day.on_hold))
    for number, (name, colour, count) in enumerate(layers):
        upper = [base + count(day) for base, day in zip(lower, days, strict=True)]
        yield _area(days, lower, upper, most, colour)
        at = LEVELS_BOTTOM - 16 * number
        yield f'<rect x="{WIDTH - RIGHT + 16}" y="{at - 10}" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{WIDTH - RIGHT + 34}" y="{at}">{name.replace("_", " ").lower()}</text>'
        lower = upper
    yield from _money(days)
    yield from _months(days)


def _money(days: Sequence[RiskDay]) -> Iterator[str]:
    most = max(day.collateral_minor for day in days) or 1
    labels = [f"{most * part // 4 // 100_000_000}m" for part in range(5)]
    yield f'<text x="{LEFT}" y="{MONEY_TOP - 10}" fill="#567">assets and debts of all contracts</text>'
    yield from _grid(MONEY_TOP, MONEY_BOTTOM, labels)
    series: tuple[tuple[str, str, Callable[[RiskDay], int]], ...] = (
        ("assets", "#2b6a8e", lambda day: day.collateral_minor),
        ("debts", "#b3263a", lambda day: day.debt_minor),
    )
    for number, (name, colour, amount) in enumerate(series):
        # A day on which some are on hold counts too little: the line passes over it.
        points = " ".join(
            f"{_x(at, len(days))},{_y(amount(day), most, MONEY_TOP, MONEY_BOTTOM)}"
            for at, day in enumerate(days)
            if not day.on_hold
        )
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        at = MONEY_BOTTOM - 16 * number
        yield f'<text x="{WIDTH - RIGHT + 16}" y="{at}" fill="{colour}" font-weight="600">{name}</text>'


def _area(days: Sequence[RiskDay], lower: list[int], upper: list[int], most: int, colour: str) -> str:
    there, back = (
        [f"{_x(at, len(days))},{_y(top, most, LEVELS_TOP, LEVELS_BOTTOM)}" for at, top in enumerate(edge)]
        for edge in (upper, lower)
    )
    return f'<polygon points="{" ".join([*there, *reversed(back)])}" fill="{colour}"/>'


def _grid(top: int, bottom: int, labels: Sequence[str]) -> Iterator[str]:
    for part, label in enumerate(labels):
        y = bottom - (bottom - top) * part // (len(labels) - 1)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#e3e8ec"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#567">{label}</text>'


def _months(days: Sequence[RiskDay]) -> Iterator[str]:
    previous = None
    for at, day in enumerate(days):
        quarter = (day.business_date.year, (day.business_date.month - 1) // 3)
        if quarter != previous and previous is not None:
            x = _x(at, len(days))
            yield f'<line x1="{x}" x2="{x}" y1="{LEVELS_TOP}" y2="{MONEY_BOTTOM}" stroke="#cfd8de"/>'
            label = f"{day.business_date:%Y-%m}"
            yield f'<text x="{x}" y="{MONEY_BOTTOM + 20}" text-anchor="middle">{label}</text>'
        previous = quarter


def _x(at: int, count: int) -> str:
    return f"{LEFT + (WIDTH - LEFT - RIGHT) * at * 10 // max(count - 1, 1) / 10:.1f}"


def _y(value: int, most: int, top: int, bottom: int) -> str:
    return f"{bottom - (bottom - top) * value * 10 // most / 10:.1f}"
