"""Mistakes that a custodian makes on purpose, so that reconciliation can be graded against their list.

The books stay right: only what the statement says is spoilt, by a seed, the same way each time it is written.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from custody.simulator.bank import Balances, Booking

DefectKind = Literal["missing", "doubled", "wrong_amount", "swapped_sign", "wrong_footing"]
LINE_DEFECTS: tuple[DefectKind, ...] = ("missing", "doubled", "wrong_amount", "swapped_sign")


@dataclass(frozen=True, slots=True)
class Defect:
    """`statement` is its number; `bank_reference` the line, empty for a wrong footing."""

    kind: DefectKind
    statement: str
    account: str
    unit: str
    bank_reference: str


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A booking and the amount that the statement gives for it."""

    amount: int
    booking: Booking


def spoil(
    lines: Sequence[StatedLine], *, number: str, seed: str, rate_ppm: int
) -> tuple[list[StatedLine], Balances, list[Defect]]:
    """Lines with defects, what to add to closing balances, and the list of what was done.

    A line is spoilt with a chance of `rate_ppm` in a million. The closing follows the lines as stated, so
    only `wrong_footing` does not foot; the next statement opens with what is true.
    """
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 a defect is no secret
    stated: list[StatedLine] = []
    shift: Balances = {}
    made: list[Defect] = []
    for line in lines:
        movement, reference = line.booking.movement, line.booking.bank_reference
        if chance.randrange(1_000_000) >= rate_ppm:
            stated.append(line)
            continue
        kind = chance.choice((*LINE_DEFECTS, "wrong_footing"))
        if kind == "wrong_footing":
            shift[movement.account, movement.unit] = 1
            stated.append(line)
            made.append(Defect(kind, number, movement.account, movement.unit, ""))
            continue
        made.append(Defect(kind, number, movement.account, movement.unit, reference))
        if kind == "doubled":
            stated += [line, line]
        elif kind == "wrong_amount":
            wrong = line.amount + chance.randint(1, 99)
            stated.append(StatedLine(wrong or line.amount + 100, line.booking))
        elif kind == "swapped_sign":
            stated.append(StatedLine(-line.amount, line.booking))
    return stated, shift, made
