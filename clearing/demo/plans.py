"""Who the demo's clients are and what they mean to do: drawn once from the seed, acted on day by day.

Amounts in US cents, shares in parts per million, pure values.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clearing.demo.chance import between, draw

CLOSE_HAULED = "MARGIN-X"
"""The product with thin lines and a long deadline: what its contracts lose can exceed what they have."""
_PPM = 1_000_000


class Temper(enum.Enum):
    """What a client does when called for margin."""

    DEPOSITS = "deposits what is asked"
    DEPOSITS_HALF = "deposits half of what is asked"
    SELLS = "sells what is asked"
    IGNORES = "does nothing"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A stretch of real market and the people in it."""

    book_code: str
    contract_letter: str
    title: str
    first_session: date
    last_session: date
    stocks: tuple[str, ...]
    banks: tuple[str, str]
    """Each book has banks of its own: a bank numbers its statements once."""
    clients: int
    contracts: int
    funders: int
    openings: int
    """Contracts open over this many sessions, most of them in the first fifth."""
    seed: str
    defects_ppm: int
    """How many of a million lines of its statements the second bank misstates."""


CRASH = Scenario(
    book_code="CRASH08",
    banks=("ASHFORD", "BELLWEATHER"),
    contract_letter="F",
    title="The crash of 2008",
    first_session=date(2007, 10, 1),
    last_session=date(2009, 3, 9),
    stocks=("XNAS:AAPL", "XNAS:GOOG", "XNYS:IBM", "XNAS:MSFT"),
    clients=60,
    contracts=300,
    funders=4,
    openings=330,
    seed="plimsoll-2008",
    defects_ppm=1_500,
)
SPLIT = Scenario(
    book_code="SPLIT05",
    banks=("CARRICK", "DUNMORE"),
    contract_letter="S",
    title="Apple's split of February 2005",
    first_session=date(2005, 2, 14),
    last_session=date(2005, 3, 18),
    stocks=("XNAS:AAPL", "XNAS:GOOG", "XNYS:IBM", "XNAS:MSFT"),
    clients=8,
    contracts=20,
    funders=2,
    openings=4,
    seed="plimsoll-2005",
    defects_ppm=0,
)


@dataclass(frozen=True, slots=True)
class ContractPlan:
    """One contract: who, where, with how much, in what."""

    code: str
    client_code: str
    bank_code: str
    product_code: str
    funder_shares: tuple[tuple[str, int], ...]
    """Funder code and share in ppm; the rest is the house's."""
    opens_on: date
    own_minor: int
    financed_minor: int
    weights: tuple[tuple[str, int], ...]
    """Stock and share of the money spent on it, in ppm."""
    temper: Temper
    remits_legibly: bool
    """False: the first deposit names no contract and has to be identified by staff."""


def client_code(number: int) -> str:
    return f"C{number:06d}"


def funder_code(number: int) -> str:
    return f"P{number:04d}"


def funder_bank(scenario: Scenario, number: int) -> str:
    return scenario.banks[number % len(scenario.banks)]


def contract_plans(scenario: Scenario, sessions: Sequence[date]) -> list[ContractPlan]:
    """Return the contracts of a scenario in the order of their numbers."""
    return [_plan(scenario, sessions, number) for number in range(1, scenario.contracts + 1)]


def _plan(scenario: Scenario, sessions: Sequence[date], number: int) -> ContractPlan:
    def pick(low: int, high: int, what: str) -> int:
        return between(low, high, scenario.seed, number, what)

    early = pick(1, 100, "when") <= 60
    last = min(scenario.openings, len(sessions) - 8)
    opens_at = pick(0, last // 5, "early") if early else pick(last // 5, last, "late")
    # Cents that tell each client's money apart, as account numbers would.
    own = pick(40, 400, "own") * 1_000_00 + number * 1_00
    # Financed between 0.5 and 1.75 of own money; a few borrow little and may withdraw, a few sail close.
    product = _product(pick(1, 16, "product"))
    times_ppm = 250_000 if pick(1, 20, "careful") == 1 else pick(50, 175, "leverage") * 10_000
    if product == CLOSE_HAULED:
        times_ppm = pick(185, 198, "leverage") * 10_000
    names = sorted(scenario.stocks, key=lambda stock: draw(_PPM, scenario.seed, number, stock))
    first_share = _PPM if product == CLOSE_HAULED else pick(45, 100, "weight") * 10_000
    weights = ((names[0], first_share), (names[1], _PPM - first_share))
    return ContractPlan(
        code=f"{scenario.contract_letter}{number:06d}",
        client_code=client_code(1 + (number - 1) % scenario.clients),
        bank_code=scenario.banks[number % len(scenario.banks)],
        product_code=product,
        funder_shares=_shares(scenario, number),
        opens_on=sessions[opens_at],
        own_minor=own,
        financed_minor=own * times_ppm // _PPM // 100_00 * 100_00,
        weights=tuple((name, share) for name, share in weights if share),
        temper=Temper.IGNORES if product == CLOSE_HAULED else _temper(pick(1, 100, "temper")),
        remits_legibly=pick(1, 25, "remits") != 1,
    )


def _shares(scenario: Scenario, number: int) -> tuple[tuple[str, int], ...]:
    first = draw(scenario.funders, scenario.seed, number, "funder")
    second = (first + 1) % scenario.funders
    house_ppm = 100_000 if draw(10, scenario.seed, number, "house") == 0 else 0
    senior_ppm = between(5, 8, scenario.seed, number, "share") * 100_000
    return (
        (funder_code(first + 1), senior_ppm),
        (funder_code(second + 1), _PPM - senior_ppm - house_ppm),
    )


def _product(sixteenth: int) -> str:
    if sixteenth == 1:
        return CLOSE_HAULED
    return "MARGIN-S" if sixteenth <= 4 else "MARGIN"


def _temper(percent: int) -> Temper:
    for temper, upto in ((Temper.DEPOSITS, 35), (Temper.DEPOSITS_HALF, 50), (Temper.SELLS, 60)):
        if percent <= upto:
            return temper
    return Temper.IGNORES
