"""The coverage of a contract over time as an SVG element, drawn on the server.

Pure: figures in, text out. Positions are in the drawing's own units, where a float is a place on paper and
never an amount. It needs no script, prints as it looks, and takes its colours from the page's style sheet.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 1000, 340
LEFT, RIGHT, TOP, BOTTOM = 52, 168, 14, 30
LABEL_GAP = 13
HEADROOM_PPM = 300_000
"""How far above the highest line the drawing reaches at least, and below at most: the rest is cut off."""
MOST_HEADROOM_PPM = 1_200_000


@dataclass(frozen=True, slots=True)
class Point:
    """A day's coverage in parts per million; None on hold or without debts."""

    day: dt.date
    coverage_ppm: int | None
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """A line of the ladder, with the colour of what it leads to."""

    label: str
    coverage_ppm: int
    colour: str


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened on a day: a call, a liquidation."""

    day: dt.date
    label: str
    colour: str
    shape: str
    """`triangle` or `diamond`."""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where days and coverages lie on paper."""

    first: dt.date
    last: dt.date
    low_ppm: int
    high_ppm: int

    def x(self, day: dt.date) -> float:
        span = max(1, (self.last - self.first).days)
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.first).days / span

    def y(self, ppm: int) -> float:
        inside = min(max(ppm, self.low_ppm), self.high_ppm)
        share = (inside - self.low_ppm) / (self.high_ppm - self.low_ppm)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def frame_of(points: Sequence[Point], rungs: Sequence[Rung]) -> Frame:
    figures = [point.coverage_ppm for point in points if point.coverage_ppm is not None]
    lines = [rung.coverage_ppm for rung in rungs]
    top, bottom = max(lines, default=1_500_000), min(lines, default=1_000_000)
    high = min(max([*figures, top + HEADROOM_PPM]), top + MOST_HEADROOM_PPM)
    low = max(0, min([*figures, bottom]) - 60_000)
    return Frame(points[0].day, max(points[-1].day, points[0].day), low, high)


def coverage_chart(
    points: Sequence[Point], rungs: Sequence[Rung], markers: Sequence[Marker], *, description: str
) -> SafeString:
    """Draw the chart; `points` in order of days, at least one."""
    frame = frame_of(points, rungs)
    return format_html(
        '<svg class="pl-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}{}{}</svg>',
        WIDTH,
        HEIGHT,
        description,
        _scale(frame),
        _months(frame),
        _holds(frame, points),
        _rungs(frame, rungs),
        _series(frame, points),
        _markers(frame, points, markers),
    )


def _scale(frame: Frame) -> SafeString:
    step = next(
        (one for one in (100_000, 200_000, 250_000, 500_000) if (frame.high_ppm - frame.low_ppm) / one <= 9),
        1_000_000,
    )
    ticks = range(-(-frame.low_ppm // step) * step, frame.high_ppm + 1, step)
    return format_html_join(
        "",
        '<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="tick" x="{}" y="{}" text-anchor="end">{} %</text>',
        (
            (
                LEFT,
                WIDTH - RIGHT,
                _n(frame.y(ppm)),
                _n(frame.y(ppm)),
                LEFT - 6,
                _n(frame.y(ppm) + 4),
                ppm // 10_000,
            )
            for ppm in ticks
        ),
    )


def _months(frame: Frame) -> SafeString:
    """A tick at the start of months, as many as there is room for."""
    months = (frame.last.year - frame.first.year) * 12 + frame.last.month - frame.first.month + 1
    every = next((step for step in (1, 2, 3, 6, 12) if months / step <= 12), 24)
    starts = []
    for number in range(months):
        year, month = divmod(frame.first.year * 12 + frame.first.month - 1 + number, 12)
        start = dt.date(year, month + 1, 1)
        if start >= frame.first and (month % every == 0):
            starts.append(start)
    if len(starts) < 3:
        step = max(1, (frame.last - frame.first).days // 8)
        starts = [
            frame.first + dt.timedelta(days=n) for n in range(0, (frame.last - frame.first).days + 1, step)
        ]
    y = HEIGHT - BOTTOM
    return format_html_join(
        "",
        '<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (
                _n(frame.x(day)),
                _n(frame.x(day)),
                TOP,
                y + 4,
                _n(frame.x(day)),
                y + 18,
                _tick(day, starts),
            )
            for day in starts
        ),
    )


def _tick(day: dt.date, starts: Sequence[dt.date]) -> str:
    """The month where only months are marked, else the day."""
    return day.isoformat()[:7] if all(one.day == 1 for one in starts) else day.isoformat()


def _holds(frame: Frame, points: Sequence[Point]) -> SafeString:
    """Days without a level, shaded."""
    width = max(2.0, (WIDTH - LEFT - RIGHT) / max(1, len(points)))
    return format_html_join(
        "",
        '<rect class="hold-band" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        (
            (_n(frame.x(point.day) - width / 2), TOP, _n(width), HEIGHT - TOP - BOTTOM, point.day.isoformat())
            for point in points
            if point.is_held
        ),
    )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Places near those wanted, ascending as they are, none nearer than the gap to the one before."""
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + gap) if placed else place)
    overshoot = placed[-1] - (HEIGHT - BOTTOM + 4) if placed else 0
    if overshoot > 0:
        placed[-1] -= overshoot
        for index in range(len(placed) - 2, -1, -1):
            placed[index] = min(placed[index], placed[index + 1] - gap)
    return placed


def _rungs(frame: Frame, rungs: Sequence[Rung]) -> SafeString:
    """The lines, each labelled at its end; labels make room for one another."""
    ordered = sorted(rungs, key=lambda rung: -rung.coverage_ppm)
    labels = spread([frame.y(rung.coverage_ppm) + 4 for rung in ordered], LABEL_GAP)
    end = WIDTH - RIGHT
    return format_html_join(
        "",
        '<line class="rung" x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}"/>'
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}" stroke-width=".75"/>'
        '<text class="rung-label" x="{}" y="{}" fill="{}">{} {} %</text>',
        (
            (
                LEFT, end, _n(y), _n(y), rung.colour,
                end, end + 10, _n(y), _n(label - 4), rung.colour,
                end + 13, _n(label), rung.colour, rung.label, _percent(rung.coverage_ppm),
            )
            for rung, label in zip(ordered, labels, strict=True)
            for y in [frame.y(rung.coverage_ppm)]
        ),
    )  # fmt: skip


def _series(frame: Frame, points: Sequence[Point]) -> SafeString:
    """The coverage as lines, interrupted where there is none; a day alone is a dot."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point.coverage_ppm is None:
            if runs[-1]:
                runs.append([])
        else:
            runs[-1].append((frame.x(point.day), frame.y(point.coverage_ppm)))
    lines = format_html_join(
        "",
        '<polyline class="series" points="{}"/>',
        ((" ".join(f"{_n(x)},{_n(y)}" for x, y in run),) for run in runs if len(run) > 1),
    )
    dots = format_html_join(
        "",
        '<circle class="series" cx="{}" cy="{}" r="2"/>',
        ((_n(run[0][0]), _n(run[0][1])) for run in runs if len(run) == 1),
    )
    return format_html("{}{}", lines, dots)


def _markers(frame: Frame, points: Sequence[Point], markers: Sequence[Marker]) -> SafeString:
    known = {point.day: point.coverage_ppm for point in points}
    drawn = []
    for marker in markers:
        if not frame.first <= marker.day <= frame.last:
            continue
        ppm = known.get(marker.day)
        x = frame.x(marker.day)
        y = frame.y(ppm) if ppm is not None else float(HEIGHT - BOTTOM - 8)
        drawn.append(
            (
                marker.href,
                _shape(marker.shape, x, y),
                marker.colour,
                f"{marker.day.isoformat()} {marker.label}",
            )
        )
    return format_html_join(
        "",
        '<a href="{}"><polygon points="{}" fill="{}" stroke="#fff" stroke-width="1"><title>{}</title>'
        "</polygon></a>",
        drawn,
    )


def _shape(name: str, x: float, y: float) -> str:
    if name == "triangle":
        corners = [(x, y - 3), (x - 6, y - 14), (x + 6, y - 14)]
    else:
        corners = [(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)]
    return " ".join(f"{_n(cx)},{_n(cy)}" for cx, cy in corners)


def _percent(ppm: int) -> str:
    whole, part = divmod(ppm // 1_000, 10)
    return f"{whole}.{part}" if part else str(whole)


def _n(value: float) -> str:
    """A place on paper to a tenth."""
    return f"{value:.1f}"
