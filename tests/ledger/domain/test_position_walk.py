"""Positions walked at one rate and at another, in figures: USD (two decimals) in a book in CNY."""

from fractions import Fraction

from ledger.domain.position_walk import (
    Booked,
    Deal,
    Event,
    Milestone,
    Moved,
    Revalued,
    Standing,
    TakenOver,
    walk_positions,
)

USD, HKD, RATE = 1, 2, 9
BOUGHT = Deal(entry_id=1, quantities=((USD, 98_000),), paid_minor=700_000)


def revalued(number: int, *units: int) -> Revalued:
    return Revalued(revaluation_id=number, rate_ids=dict.fromkeys(units, RATE), entry_id=100 + number)


def walked(*events: Event, rate: str, start: dict[int, Standing] | None = None) -> list[Milestone]:
    """Every rate is the same one."""
    return walk_positions(
        start or {},
        events,
        rate_of=lambda _unit_id, _rate_id: Fraction(rate),
        exponents={USD: 2, HKD: 2},
        base_exponent=2,
    )


class TestWalkPositions:
    def test_says_what_stands_after_each_revaluation_and_at_the_end(self) -> None:
        sold = Deal(entry_id=2, quantities=((USD, -98_000),), paid_minor=-710_000)
        first, end = walked(BOUGHT, revalued(1, USD), sold, rate="7.2")
        assert (first.revaluation_id, end.revaluation_id) == (1, None)
        assert first.units[USD] == Standing(98_000, 700_000, 5_600)
        assert end.units[USD] == Standing(0, 0, 5_600, 10_000)

    def test_leaves_nothing_unrealised_of_what_is_not_held(self) -> None:
        sold = Deal(entry_id=2, quantities=((USD, -98_000),), paid_minor=-710_000)
        *_, end = walked(BOUGHT, revalued(1, USD), sold, revalued(2), rate="7.2")
        assert end.units[USD] == Standing(0, 0, 0, 10_000)

    def test_takes_a_result_over_at_the_rate(self) -> None:
        """100.00 USD of income, a credit."""
        earned = TakenOver(
            entry_id=2, address="house/income/fee", unit_id=USD, rate_id=RATE, balance_minor=-10_000
        )
        (end,) = walked(earned, rate="7.2")
        assert end.units[USD] == Standing(10_000, 72_000, taken_over={"house/income/fee": -72_000})

    def test_exchanges_two_currencies_at_what_was_sold_is_worth(self) -> None:
        swap = Deal(entry_id=2, quantities=((USD, -9_800), (HKD, 80_000)), sold_at=(USD, RATE))
        (end,) = walked(BOUGHT, swap, rate="7.2")
        assert end.units[HKD] == Standing(80_000, 70_560)
        assert end.units[USD] == Standing(88_200, 630_000, 0, 560)

    def test_takes_back_what_an_entry_changed_on_this_walk(self) -> None:
        swap = Deal(entry_id=2, quantities=((USD, -9_800), (HKD, 80_000)), sold_at=(USD, RATE))
        back = Moved(entry_id=3, reverses_id=2, booked=(Booked(USD, 9_800, 70_000, 0),))
        (end,) = walked(BOUGHT, swap, back, rate="7.5")
        assert (end.units[USD], end.units[HKD]) == (Standing(98_000, 700_000), Standing())

    def test_takes_what_it_did_not_see_as_it_was_booked(self) -> None:
        """The reversal of a deal before the start; what is not among the units of a revaluation stays."""
        back = Moved(entry_id=3, reverses_id=-1, booked=(Booked(USD, -8_000, -50_000, 0),))
        start = {USD: Standing(98_000, 700_000, 5_600)}
        *_, end = walked(back, revalued(1), rate="7", start=start)
        assert end.units[USD] == Standing(90_000, 650_000, 5_600)
        assert start[USD] == Standing(98_000, 700_000, 5_600)

    def test_realises_what_a_sold_position_left_of_its_cost(self) -> None:
        left = Moved(entry_id=2, booked=(Booked(USD, -98_000, -690_000, 0),))
        *_, end = walked(BOUGHT, left, revalued(1), rate="7")
        assert end.units[USD] == Standing(0, 0, 0, -10_000)
