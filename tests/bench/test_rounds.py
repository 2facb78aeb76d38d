"""Contenders take turns."""

import pytest

from bench.rounds import Times, take_turns


class TestTakeTurns:
    def test_lets_each_run_in_every_round_and_forgets_the_warming_up(self) -> None:
        order: list[str] = []

        def contender(name: str) -> float:
            order.append(name)
            return float(len(order))

        times = take_turns(
            {"raw": lambda _number: contender("raw"), "service": lambda _number: contender("service")},
            rounds=2,
            told=lambda _what: None,
        )
        assert order == ["raw", "service"] * 3
        assert times.seconds == {"raw": [3.0, 5.0], "service": [4.0, 6.0]}

    def test_tells_whose_turn_it_is(self) -> None:
        told: list[str] = []
        take_turns({"raw": lambda _number: 1.0}, rounds=2, told=told.append)
        assert told == ["raw warming up", "raw 1/2", "raw 2/2"]


class TestTimes:
    def test_compare_medians(self) -> None:
        times = Times({"service": [9.0, 2.0, 1.0], "raw": [1.0, 1.0, 5.0]})
        assert times.median("service") == 2.0
        assert times.ratio("service", "raw") == pytest.approx(2.0)
