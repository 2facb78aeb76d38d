"""The picture of a book's life."""

import datetime as dt
import xml.etree.ElementTree as ET

from clearing.demo.plot import COLOURS, plot
from clearing.domain.ladder import Level
from clearing.reports.queries.risk import RiskDay

SVG = "{http://www.w3.org/2000/svg}"


def day(number: int, *levels: int, on_hold: int = 0) -> RiskDay:
    return RiskDay(
        business_date=dt.date(2008, 9, 1) + dt.timedelta(number),
        contracts=sum(levels) + on_hold,
        by_level=tuple(levels),
        on_hold=on_hold,
        collateral_minor=100_000_000_00,
        debt_minor=50_000_000_00,
        lowest_coverage_ppm=1_200_000,
        calls_issued=0,
        liquidations_proposed=0,
    )


class TestPlot:
    def test_stacks_every_level_and_the_holds(self) -> None:
        picture = ET.fromstring(
            plot([day(0, 4, 3, 2, 1, 0, 0, 0), day(1, 0, 0, 0, 0, 5, 4, 1)], title="A & B")
        )
        colours = [polygon.get("fill") for polygon in picture.iter(f"{SVG}polygon")]
        assert colours[:-1] == [COLOURS[level] for level in Level]
        assert "A & B" in [text.text for text in picture.iter(f"{SVG}text")]

    def test_fills_the_height_with_all_contracts(self) -> None:
        picture = ET.fromstring(plot([day(0, 4, 0, 0, 0, 0, 0, 0), day(1, 4, 0, 0, 0, 0, 0, 0)], title="t"))
        normal = next(picture.iter(f"{SVG}polygon")).get("points", "")
        heights = {point.split(",")[1] for point in normal.split()}
        assert heights == {"56.0", "330.0"}

    def test_passes_over_days_on_hold_where_amounts_lack(self) -> None:
        days = [
            day(0, 4, 0, 0, 0, 0, 0, 0),
            day(1, 0, 0, 0, 0, 0, 0, 0, on_hold=4),
            day(2, 4, 0, 0, 0, 0, 0, 0),
        ]
        line = next(ET.fromstring(plot(days, title="t")).iter(f"{SVG}polyline"))
        assert len(line.get("points", "").split()) == 2

    def test_is_a_picture_of_nothing_without_days(self) -> None:
        ET.fromstring(plot([], title="t"))
