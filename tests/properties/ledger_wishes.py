"""What people ask of the ledger in tests: entries as they occur, some bent so that a rule refuses."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.properties.ledger_model import Request

Leg = tuple[str, int]
DAY = dt.timedelta(1)


def legs(**amounts: int) -> Callable[[int], list[Leg]]:
    """Legs of so many times the amount that is asked for."""
    return lambda amount: [(name, times * amount) for name, times in amounts.items()]


USUAL: list[tuple[str, Callable[[int], list[Leg]]]] = [
    ("client_deposit", legs(bank=1, wang=-1)),
    ("client_deposit", legs(bank=3, wang=-1, okafor=-2)),
    ("client_deposit", legs(bank=1, wang_other=-1)),
    ("client_deposit", legs(bank=2, unallocated=-2)),
    ("client_deposit", legs(bank=2, wang_unsettled=-2)),
    ("client_withdrawal", legs(bank=-1, wang=1)),
    ("client_withdrawal", legs(bank=-1, okafor=1)),
    ("client_withdrawal", legs(bank=-2, wang=1, wang_other=1)),
    ("receipt_identified", legs(unallocated=1, okafor=-1)),
    ("receipt_identified", legs(wang=1, wang_other=-1)),
    ("securities_in", legs(vault=1, wang_shares=-1)),
    ("trade_buy_settled", legs(wang=2, bank=-2, vault=1, wang_shares=-1)),
    ("funder_deposit", legs(funder_bank=4, harbour=-4)),
    ("drawdown", legs(loan=1, funded=-1, harbour=1, funder_bank=-1, bank=1, wang=-1)),
    ("repayment", legs(loan=-1, funded=1, harbour=-1, funder_bank=1, bank=-1, wang=1)),
    ("interest_accrued", legs(interest=1, spread=-1)),
    ("interest_adjusted", legs(interest=-1, spread=1)),
    ("interest_collected", legs(wang=1, bank=-1, house_bank=1, interest=-1)),
    ("house_capital", legs(house_bank=5, capital=-5)),
    ("payment_confirmed", legs(payments=1, bank=-1)),
    ("interest_capitalised", legs(loan=1, funded=-1)),
]
STRANGE: list[tuple[str, Callable[[int], list[Leg]]]] = [
    ("receipt_identified", legs(wang=1, okafor=-1)),
    ("trade_buy_settled", legs(wang_unsettled=1, okafor=-1)),
    ("client_deposit", legs(bank=1, capital=-1)),
    ("drawdown", legs(loan=1, loan_2=-1)),
    ("interest_collected", legs(capital=1, house_bank=-1, funder_bank=1, harbour=-1)),
    ("repayment", legs(funded=1, loan=-1, bank=1, wang=-1)),
    ("client_deposit", legs(vault=1, wang=-1)),
]
TWISTS = ("a_cent_more", "other_kind", "kind_of_my_own", "ghost", "stranger", "zero", "one_leg", "twice")


@dataclass(frozen=True)
class Wish:
    """An entry somebody wants: which of the usual or strange ones, how much, valued how many days off."""

    number: int
    amount: int
    days_off: int
    twist: str = ""

    def request(self, *, book: str, day: dt.date, key: str) -> Request:
        everything = USUAL + STRANGE
        kind, made = everything[self.number % len(everything)]
        asked = [(f"{book}/{name}", amount) for name, amount in made(self.amount)]
        if self.twist == "a_cent_more":
            asked[-1] = (asked[-1][0], asked[-1][1] + 1)
        elif self.twist == "other_kind":
            kind = everything[(self.number + self.amount) % len(everything)][0]
        elif self.twist == "kind_of_my_own":
            kind = "of_my_own"
        elif self.twist == "ghost":
            asked[0] = (f"{book}/ghost", asked[0][1])
        elif self.twist == "stranger":
            other = "OTHER" if book == "MAIN" else "MAIN"
            asked[0] = (asked[0][0].replace(book, other), asked[0][1])
        elif self.twist == "zero":
            asked.append((f"{book}/wang", 0))
        elif self.twist == "one_leg":
            asked = asked[:1]
        elif self.twist == "twice":
            asked += asked
        return Request(kind, day + self.days_off * DAY, key, tuple(asked))


def wish_of(dice: random.Random) -> Wish:
    """One that is mostly honest."""
    number = dice.randrange(len(USUAL)) if dice.random() < 0.9 else dice.randrange(100)
    twist = dice.choice(TWISTS) if dice.random() < 0.1 else ""
    return Wish(number, dice.randint(1, 300), dice.randint(-40, 9), twist)


def other_payload(request: Request) -> list[Request]:
    """The same key for something else: another narration, value date, amount, kind."""
    (first, amount), (second, opposite), *rest = request.legs
    return [
        replace(request, narration="as amended"),
        replace(request, value_date=request.value_date - DAY),
        replace(request, legs=((first, amount + 1), (second, opposite - 1), *rest)),
        replace(request, kind="house_capital" if request.kind != "house_capital" else "client_deposit"),
    ]
