"""Three invented price sources that quote the real market, two well and one badly.

Deterministic: what a source says of a stock on a day depends on seed, day, stock and source alone. Each quote
is the real close moved by at most a tenth of a per cent and rounded to the cent. On some days the bad source
is ten times too high, sends yesterday's price, sends too late or nothing; now and then the others fail too,
and the session has no mark for the stock.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum

from clearing.demo.market import Market
from clearing.marks.domain.quote_lines import COLUMNS
from ledger.domain.money import round_half_up

SOURCES = {
    "anchor": "Anchor Data (invented, seeded)",
    "beacon": "Beacon Markets (invented, seeded)",
    "drift": "Drift Feed (invented, seeded; sometimes wrong, stale, late or silent)",
}
_QUOTED_AT = {"anchor": time(21, 0, 0), "beacon": time(21, 0, 30), "drift": time(21, 5, 0)}
_NOISE_PPM = 1_000
_PPM = 1_000_000


class Defect(Enum):
    """What goes wrong with the quotes of a stock on a day."""

    TENFOLD_AND_SILENT = "tenfold_and_silent"
    """Drift is ten times too high while Beacon is silent: two sources that disagree, a hold."""
    TENFOLD = "tenfold"
    """Drift is ten times too high: dropped as an outlier."""
    STALE = "stale"
    """Drift sends the previous close again: rejected."""
    MISSING = "missing"
    """Drift is silent."""
    LATE = "late"
    """Drift's quote comes with the next day's file, after the mark was fixed."""
    ONE_LEFT = "one_left"
    """Only Anchor speaks: a mark for valuation alone."""
    ALL_SILENT = "all_silent"
    """Nobody speaks: a hold."""


FREQUENCY = {
    Defect.TENFOLD_AND_SILENT: 500,
    Defect.TENFOLD: 1_500,
    Defect.STALE: 1_200,
    Defect.MISSING: 1_200,
    Defect.LATE: 800,
    Defect.ONE_LEFT: 300,
    Defect.ALL_SILENT: 150,
}
"""How often in 100,000 stock days; on the others nothing goes wrong."""


@dataclass(frozen=True, slots=True)
class _Line:
    unit_code: str
    session_date: date
    price_minor: int
    quoted_at: datetime
    epoch: int

    def __str__(self) -> str:
        price = f"{self.price_minor // 100}.{self.price_minor % 100:02d}"
        return f"{self.unit_code},{self.session_date},{price},{self.quoted_at.isoformat()},{self.epoch}"


def quote_file(market: Market, *, source: str, session_date: date, seed: int) -> bytes:
    """Return the CSV file that a source delivers on the evening of a session, in the form of import_quotes.

    Its last lines are what the source should have said the session before.
    """
    lines = [
        line
        for unit_code in sorted(market.actions)
        for line in _today(market, unit_code, source, session_date, seed)
    ]
    before = market.previous_session(session_date)
    if before is not None and source == "drift":
        late = [code for code in sorted(market.actions) if defect_on(code, before, seed=seed) is Defect.LATE]
        lines.extend(_said(market, unit_code, source, before, seed) for unit_code in late)
    return "\n".join([",".join(COLUMNS), *map(str, lines), ""]).encode()


def defect_on(unit_code: str, session_date: date, *, seed: int) -> Defect | None:
    """Return what goes wrong with a stock's quotes on a day, mostly nothing."""
    roll = _draw(seed, session_date, unit_code, "defect") % 100_000
    for defect, frequency in FREQUENCY.items():
        if roll < frequency:
            return defect
        roll -= frequency
    return None


def _today(market: Market, unit_code: str, source: str, session_date: date, seed: int) -> Iterator[_Line]:
    said = _said(market, unit_code, source, session_date, seed)
    match defect_on(unit_code, session_date, seed=seed), source:
        case (Defect.ALL_SILENT, _) | (Defect.TENFOLD_AND_SILENT, "beacon"):
            return
        case (Defect.ONE_LEFT, "beacon" | "drift") | (Defect.MISSING | Defect.LATE, "drift"):
            return
        case Defect.TENFOLD_AND_SILENT | Defect.TENFOLD, "drift":
            yield _Line(unit_code, session_date, said.price_minor * 10, said.quoted_at, said.epoch)
        case Defect.STALE, "drift":
            before = market.previous_session(session_date)
            if before is not None:
                old = _said(market, unit_code, source, before, seed)
                yield _Line(unit_code, session_date, old.price_minor, old.quoted_at, old.epoch)
        case _:
            yield said


def _said(market: Market, unit_code: str, source: str, session_date: date, seed: int) -> _Line:
    """Return what a source says on a good day."""
    noise_ppm = _draw(seed, session_date, unit_code, source) % (2 * _NOISE_PPM + 1) - _NOISE_PPM
    close_minor = market.bar(unit_code, session_date).close_minor
    return _Line(
        unit_code=unit_code,
        session_date=session_date,
        price_minor=round_half_up(close_minor * (_PPM + noise_ppm), _PPM),
        quoted_at=datetime.combine(session_date, _QUOTED_AT[source], tzinfo=UTC),
        epoch=market.epoch(unit_code, session_date),
    )


def _draw(seed: int, session_date: date, unit_code: str, purpose: str) -> int:
    digest = hashlib.sha256(f"{seed}|{session_date}|{unit_code}|{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
