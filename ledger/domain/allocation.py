"""Sharing an amount out so that the parts add up to it, to the last minor unit.

A single amount is shared by largest remainder. A stream of amounts is shared by differences of cumulative
shares: largest remainder on each day by itself drifts (50/30/20 over a year is off by more than a unit).

Source: DESIGN 5 (sharing); vector I12.
"""

from collections.abc import Sequence


class InvalidWeights(ValueError):
    """The weights cannot share the amount: there are none, one is negative, or all are zero."""


def allocate_largest_remainder(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Share ``total_minor`` in proportion to ``weights``; the parts add up to it exactly.

    Every part is first rounded toward zero; the units left over go one each to the largest remainders, the
    lower index first among equals. A negative total is the mirror image of the positive one. A zero weight
    receives nothing. No part differs from its exact share by a whole minor unit, and none exceeds its own
    weight while the total does not exceed their sum.

    :raises InvalidWeights: no weights, a negative weight, or only zeros for a total that is not zero.
    """
    whole = _checked_sum(total_minor, weights)
    if total_minor == 0:
        return [0] * len(weights)
    magnitude = abs(total_minor)
    parts = [magnitude * weight // whole for weight in weights]
    remainders = [magnitude * weight % whole for weight in weights]
    left_over = magnitude - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[:left_over]:
        parts[index] += 1
    return [-part for part in parts] if total_minor < 0 else parts


def next_shares(shared_before_minor: int, amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Share the next amount of a stream of which ``shared_before_minor`` has been shared already.

    The parts are the differences of the cumulative shares, so they add up to ``amount_minor`` and the parts
    of a whole stream add up to one largest-remainder sharing of its sum. With amounts of a few minor units a
    part may be minus one: it takes back what a rounding had given.

    :raises InvalidWeights: see :func:`allocate_largest_remainder`.
    """
    before = allocate_largest_remainder(shared_before_minor, weights)
    after = allocate_largest_remainder(shared_before_minor + amount_minor, weights)
    return [new - old for new, old in zip(after, before, strict=True)]


def cumulative_shares(amounts_minor: Sequence[int], weights: Sequence[int]) -> list[list[int]]:
    """Share a stream of amounts: one row of parts per amount, by differences of cumulative shares.

    :raises InvalidWeights: see :func:`allocate_largest_remainder`.
    """
    rows: list[list[int]] = []
    shared_minor = 0
    for amount_minor in amounts_minor:
        rows.append(next_shares(shared_minor, amount_minor, weights))
        shared_minor += amount_minor
    return rows


def _checked_sum(total_minor: int, weights: Sequence[int]) -> int:
    if not weights:
        raise InvalidWeights("nothing to share among: no weights")
    if any(weight < 0 for weight in weights):
        raise InvalidWeights(f"a weight is negative: {list(weights)}")
    whole = sum(weights)
    if whole == 0 and total_minor != 0:
        raise InvalidWeights(f"every weight is zero, but {total_minor} is to be shared")
    return whole
