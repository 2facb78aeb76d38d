"""The chart is text: its lines, marks and gaps can be read off it."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

from clearing.margin.admin.coverage_chart import (
    BOTTOM,
    HEIGHT,
    LABEL_GAP,
    Marker,
    Point,
    Rung,
    coverage_chart,
    frame_of,
    spread,
)

MONDAY = dt.date(2008, 9, 15)
RUNGS = [Rung("Call", 1_400_000, "#ea580c"), Rung("Liquidation", 1_300_000, "#dc2626")]


def days(*coverages: int | None) -> list[Point]:
    return [
        Point(MONDAY + dt.timedelta(days=number), coverage, is_held=coverage is None)
        for number, coverage in enumerate(coverages)
    ]


def drawn(points: list[Point], *markers: Marker) -> ET.Element:
    return ET.fromstring(coverage_chart(points, RUNGS, markers, description="Coverage of F0001"))


class TestCoverageChart:
    def test_is_one_well_formed_image_that_says_what_it_shows(self) -> None:
        svg = drawn(days(1_600_000, 1_350_000))
        assert svg.tag == "svg"
        assert svg.get("aria-label") == "Coverage of F0001"

    def test_labels_each_line_with_its_coverage(self) -> None:
        labels = [
            one.text for one in drawn(days(1_600_000)).findall("text") if one.get("class") == "rung-label"
        ]
        assert labels == ["Call 140 %", "Liquidation 130 %"]

    def test_draws_the_higher_coverage_higher(self) -> None:
        line = drawn(days(1_600_000, 1_200_000)).find("polyline")
        assert line is not None
        (_, first), (_, last) = (pair.split(",") for pair in str(line.get("points")).split())
        assert float(first) < float(last)

    def test_leaves_a_gap_and_a_shade_where_the_coverage_is_not_known(self) -> None:
        svg = drawn(days(1_600_000, 1_550_000, None, 1_500_000, 1_450_000))
        assert len(svg.findall("polyline")) == 2
        assert [one.findtext("title") for one in svg.findall("rect")] == ["2008-09-17"]

    def test_shows_a_day_alone_as_a_dot(self) -> None:
        assert len(drawn(days(1_600_000, None)).findall("circle")) == 1

    def test_marks_calls_and_liquidations_and_leads_to_them(self) -> None:
        call = Marker(MONDAY, "Margin call", "#ea580c", "triangle", "/calls/7/")
        sale = Marker(MONDAY + dt.timedelta(days=1), "Liquidation", "#b91c1c", "diamond", "/sales/9/")
        svg = drawn(days(1_390_000, 1_290_000), call, sale)
        assert [one.get("href") for one in svg.findall("a")] == ["/calls/7/", "/sales/9/"]
        assert [len(str(one.get("points")).split()) for one in svg.iter("polygon")] == [3, 4]

    def test_leaves_out_what_happened_on_other_days(self) -> None:
        earlier = Marker(MONDAY - dt.timedelta(days=1), "Margin call", "#ea580c", "triangle")
        assert drawn(days(1_390_000), earlier).findall("a") == []

    def test_escapes_what_it_is_told(self) -> None:
        rungs = [Rung("<script>", 1_400_000, "#000")]
        assert "<script>" not in coverage_chart(days(1_600_000), rungs, [], description='"><script>')

    def test_marks_days_on_a_short_span_and_months_on_a_long_one(self) -> None:
        short = coverage_chart(days(1_600_000, 1_500_000, 1_400_000), RUNGS, [], description="")
        long = coverage_chart(
            [Point(MONDAY, 1_600_000), Point(MONDAY + dt.timedelta(days=400), 1_400_000)],
            RUNGS,
            [],
            description="",
        )
        assert "2008-09-16" in short
        assert re.findall(r">(\d{4}-\d\d)<", long)[:2] == ["2008-11", "2009-01"]


class TestFrame:
    def test_cuts_off_coverage_far_above_the_lines(self) -> None:
        frame = frame_of(days(40_000_000, 1_350_000), RUNGS)
        assert frame.high_ppm < 3_000_000
        assert frame.y(40_000_000) == frame.y(frame.high_ppm)

    def test_holds_the_lowest_coverage(self) -> None:
        frame = frame_of(days(700_000), RUNGS)
        assert frame.low_ppm < 700_000
        assert frame.y(700_000) < HEIGHT - BOTTOM


class TestSpread:
    def test_keeps_labels_apart_and_in_their_order(self) -> None:
        placed = spread([100, 104, 106, 200], LABEL_GAP)
        assert placed == [100, 113, 126, 200]

    def test_moves_up_what_would_fall_off_the_edge(self) -> None:
        bottom = HEIGHT - BOTTOM
        placed = spread([bottom, bottom + 1, bottom + 2], LABEL_GAP)
        assert placed[-1] <= bottom + 4
        assert placed == sorted(placed)
