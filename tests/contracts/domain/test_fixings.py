"""A sheet of fixings, line by line."""

import datetime as dt

import pytest

from contracts.domain.fixings import NotASheet, percent_of, percent_to_ppm, read_sheet

DAY = dt.date(2026, 1, 20)


class TestReadSheet:
    def test_says_of_each_line_what_is_wrong_with_it(self) -> None:
        lines = read_sheet(
            "\ufefffixing_date,rate_percent\n2026-01-20,3.0500\n\n2026-01-20,3\n20.01.2026,3\n"
            "2026-01-21,3.00001\n2026-01-22,NaN\n2026-01-23,-0.25\n2026-01-24\n2026-01-25,101\n"
        )
        assert [(line.number, line.day, line.rate_ppm, line.fault) for line in lines] == [
            (2, DAY, 30_500, ""),
            (3, DAY, 30_000, "twice"),
            (4, None, None, "day"),
            (5, dt.date(2026, 1, 21), None, "rate"),
            (6, dt.date(2026, 1, 22), None, "rate"),
            (7, dt.date(2026, 1, 23), -2_500, ""),
            (8, None, None, "columns"),
            (9, dt.date(2026, 1, 25), None, "rate"),
        ]

    @pytest.mark.parametrize("text", ["", "fixing_date,rate_percent\n", "day,rate\n2026-01-20,3\n"])
    def test_refuses_what_is_no_sheet(self, text: str) -> None:
        with pytest.raises(NotASheet):
            read_sheet(text)


class TestPercent:
    @pytest.mark.parametrize(
        ("written", "ppm"), [("0.0001", 1), ("-100", -1_000_000), ("3.0500", 30_500), ("-0.2500", -2_500)]
    )
    def test_goes_there_and_back(self, written: str, ppm: int) -> None:
        assert percent_to_ppm(written) == ppm
        assert percent_to_ppm(percent_of(ppm)) == ppm
