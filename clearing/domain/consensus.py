"""The official price of a session, from what several sources say, or a hold with its reason.

Prices are integers in the instrument's price scale (``price_exponent`` decimals, one scale for all quotes of
one instrument). Tolerances are parts per million. Every quote is kept with a verdict; nothing is dropped in
silence.

- three or more valid quotes: those further than the tolerance from the median are dropped, two must be left,
the mark is the median of the rest;
- two: accepted only if ``(max - min) / min`` is within the tolerance (the distance from the middle would let
through nearly twice as much);
- one: usable for valuation with a flag, for liquidation only where it lies within the day's price limits;
- a valid quote of another corporate-action epoch than the quantity it would be multiplied with: hold.

Source: DESIGN 6 (marks); vectors P1, P2, P6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from fractions import Fraction

from clearing.domain.reference_prices import PriceLimits, round_to_tick

_PPM = 1_000_000


class Verdict(Enum):
    """What became of one quote."""

    ACCEPTED = "ACCEPTED"
    """It is in the mark."""
    NOT_POSITIVE = "NOT_POSITIVE"
    """Zero or negative: a missing price in disguise."""
    STALE = "STALE"
    """Older than the session's window."""
    LATE = "LATE"
    """After the session's window."""
    EPOCH_MISMATCH = "EPOCH_MISMATCH"
    """Of another corporate-action epoch than the quantity."""
    OUTSIDE_LIMITS = "OUTSIDE_LIMITS"
    """Beyond the day's price limits."""
    DUPLICATE = "DUPLICATE"
    """A later quote of the same source stands in its place."""
    OUTLIER = "OUTLIER"
    """Further than the tolerance from the median."""
    NO_CONSENSUS = "NO_CONSENSUS"
    """Valid by itself, but the sources do not agree."""


class MarkState(Enum):
    """What the quotes amount to."""

    OFFICIAL = "OFFICIAL"
    SINGLE_SOURCE = "SINGLE_SOURCE"
    HOLD = "HOLD"
    """No price: stops liquidation and withdrawals alike."""


class HoldReason(Enum):
    """Why there is no mark."""

    NO_PRICE = "NO_PRICE"
    """Not one valid quote."""
    NO_CONSENSUS = "NO_CONSENSUS"
    EPOCH_MISMATCH = "EPOCH_MISMATCH"


@dataclass(frozen=True, slots=True)
class Quote:
    """What one source says. ``epoch`` counts the corporate actions that the price already reflects."""

    source: str
    price_minor: int
    quoted_at: datetime
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class ConsensusRule:
    """The parameters that a mark is fixed by.

    ``tolerance_ppm``: 3 % is 30,000; a deviation of exactly that much is within it. ``tick_minor``: the price
    step that a midpoint is rounded to. ``fresh_from`` and ``fresh_until``: the session's window, both ends
    in; None is open.
    """

    tolerance_ppm: int
    tick_minor: int = 1
    fresh_from: datetime | None = None
    fresh_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class JudgedQuote:
    """A quote with its verdict; ``deviation`` from the median, exact, where one was taken."""

    quote: Quote
    verdict: Verdict
    deviation: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The decision with everything it was made from. ``price_minor`` is None exactly on HOLD."""

    state: MarkState
    price_minor: int | None
    reason: HoldReason | None
    usable_for_liquidation: bool
    quotes: tuple[JudgedQuote, ...]
    """One per quote given, in the order given."""


def fix_mark(
    quotes: Sequence[Quote], *, rule: ConsensusRule, quantity_epoch: int, limits: PriceLimits | None = None
) -> Mark:
    """Return the mark of one instrument and session, or its hold.

    ``limits`` are the day's price limits against the previous close, None where the market or the close has
    none. Judged in this order: sign, window, epoch, limits, duplicates (of one source the latest valid quote
    stands, the first given among equals), consensus.
    """
    verdicts = _judge_each(quotes, rule, quantity_epoch, limits)
    if Verdict.EPOCH_MISMATCH in verdicts:
        return _hold(HoldReason.EPOCH_MISMATCH, quotes, verdicts)
    valid = [index for index, verdict in enumerate(verdicts) if verdict is Verdict.ACCEPTED]
    match len(valid):
        case 0:
            return _hold(HoldReason.NO_PRICE, quotes, verdicts)
        case 1:
            return _single(quotes, verdicts, valid[0], limits)
        case 2:
            return _of_two(quotes, verdicts, valid, rule)
        case _:
            return _of_many(quotes, verdicts, valid, rule)


def median(prices_minor: Sequence[int]) -> Fraction:
    """Return the exact median; of an even count the midpoint of the two in the middle.

    :raises ValueError: there are no prices.
    """
    if not prices_minor:
        raise ValueError("nothing has no median")
    ordered = sorted(prices_minor)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return Fraction(low + high, 2)


def pairwise_spread(prices_minor: Sequence[int]) -> Fraction:
    """Return ``(max - min) / min`` of positive prices."""
    return Fraction(max(prices_minor) - min(prices_minor), min(prices_minor))


def _judge_each(
    quotes: Sequence[Quote], rule: ConsensusRule, quantity_epoch: int, limits: PriceLimits | None
) -> list[Verdict]:
    """Return each quote's verdict before consensus: ACCEPTED, or why not."""
    verdicts = [_judge_alone(quote, rule, quantity_epoch, limits) for quote in quotes]
    standing: dict[str, int] = {}
    for index, quote in enumerate(quotes):
        if verdicts[index] is not Verdict.ACCEPTED:
            continue
        other = standing.setdefault(quote.source, index)
        if other != index:
            newest, older = (index, other) if quote.quoted_at > quotes[other].quoted_at else (other, index)
            standing[quote.source] = newest
            verdicts[older] = Verdict.DUPLICATE
    return verdicts


def _judge_alone(
    quote: Quote, rule: ConsensusRule, quantity_epoch: int, limits: PriceLimits | None
) -> Verdict:
    if quote.price_minor <= 0:
        return Verdict.NOT_POSITIVE
    if rule.fresh_from is not None and quote.quoted_at < rule.fresh_from:
        return Verdict.STALE
    if rule.fresh_until is not None and quote.quoted_at > rule.fresh_until:
        return Verdict.LATE
    if quote.epoch != quantity_epoch:
        return Verdict.EPOCH_MISMATCH
    if limits is not None and not limits.contains(quote.price_minor):
        return Verdict.OUTSIDE_LIMITS
    return Verdict.ACCEPTED


def _single(
    quotes: Sequence[Quote], verdicts: Sequence[Verdict], index: int, limits: PriceLimits | None
) -> Mark:
    return Mark(
        state=MarkState.SINGLE_SOURCE,
        price_minor=quotes[index].price_minor,
        reason=None,
        usable_for_liquidation=limits is not None,
        quotes=_judged(quotes, verdicts),
    )


def _of_two(
    quotes: Sequence[Quote], verdicts: list[Verdict], valid: Sequence[int], rule: ConsensusRule
) -> Mark:
    prices = [quotes[index].price_minor for index in valid]
    if pairwise_spread(prices) * _PPM > rule.tolerance_ppm:
        return _no_consensus(quotes, verdicts, valid, {})
    return _official(quotes, verdicts, valid, rule, {})


def _of_many(
    quotes: Sequence[Quote], verdicts: list[Verdict], valid: Sequence[int], rule: ConsensusRule
) -> Mark:
    middle = median([quotes[index].price_minor for index in valid])
    deviations = {index: abs(quotes[index].price_minor - middle) / middle for index in valid}
    kept = [index for index in valid if deviations[index] * _PPM <= rule.tolerance_ppm]
    for index in valid:
        if index not in kept:
            verdicts[index] = Verdict.OUTLIER
    if len(kept) < 2:
        return _no_consensus(quotes, verdicts, kept, deviations)
    return _official(quotes, verdicts, kept, rule, deviations)


def _official(
    quotes: Sequence[Quote],
    verdicts: Sequence[Verdict],
    kept: Sequence[int],
    rule: ConsensusRule,
    deviations: dict[int, Fraction],
) -> Mark:
    middle = median([quotes[index].price_minor for index in kept])
    return Mark(
        state=MarkState.OFFICIAL,
        price_minor=middle.numerator if len(kept) % 2 else round_to_tick(middle, rule.tick_minor),
        reason=None,
        usable_for_liquidation=True,
        quotes=_judged(quotes, verdicts, deviations),
    )


def _no_consensus(
    quotes: Sequence[Quote], verdicts: list[Verdict], kept: Sequence[int], deviations: dict[int, Fraction]
) -> Mark:
    for index in kept:
        verdicts[index] = Verdict.NO_CONSENSUS
    return _hold(HoldReason.NO_CONSENSUS, quotes, verdicts, deviations)


def _hold(
    reason: HoldReason,
    quotes: Sequence[Quote],
    verdicts: Sequence[Verdict],
    deviations: dict[int, Fraction] | None = None,
) -> Mark:
    return Mark(
        state=MarkState.HOLD,
        price_minor=None,
        reason=reason,
        usable_for_liquidation=False,
        quotes=_judged(quotes, verdicts, deviations),
    )


def _judged(
    quotes: Sequence[Quote], verdicts: Sequence[Verdict], deviations: dict[int, Fraction] | None = None
) -> tuple[JudgedQuote, ...]:
    known = deviations or {}
    return tuple(
        JudgedQuote(quote, verdict, known.get(index))
        for index, (quote, verdict) in enumerate(zip(quotes, verdicts, strict=True))
    )
