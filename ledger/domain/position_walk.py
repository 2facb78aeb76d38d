"""The house's positions walked again from what was booked, at the official rates as known or as put right.

Representation: events in the order of booking, quantities and amounts as they were booked where no official
rate had a part in them. A rate is named by the stated one that was used, so that the caller says what it is.

Invariant: walked at the rates that were used, the positions end as they stand. Quantities do not depend on
rates; costs do where a result was taken over or one foreign currency was exchanged for another, and with them
what later sales realise.

Source: docs/decisions/0028 (average cost), 0042 (corrected rates).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.domain.exchange import Position, convert_minor, trade_position, unrealised_minor

RateOf = Callable[[int, int], Fraction]
"""The rate of a unit, by its id, from a stated rate, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """An exchange: what came in of each foreign unit, negative what went out.

    `paid_minor` is what was given for it in the base currency; None where both sides are foreign, and then
    `sold_at` names the unit and the stated rate that said what it was worth.
    """

    entry_id: int
    quantities: tuple[tuple[int, int], ...]
    paid_minor: int | None = None
    sold_at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """A result in a foreign unit, debit positive, that moved into the position at a stated rate."""

    entry_id: int
    address: str
    unit_id: int
    rate_id: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Booked:
    """What an entry changed of a position; long, cost and gain positive."""

    unit_id: int
    quantity_minor: int
    cost_minor: int
    unrealised_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What stands as it was booked; or what takes back an entry, with what that one changed on this walk."""

    entry_id: int
    booked: tuple[Booked, ...]
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalued:
    """A revaluation, its entries, and the stated rates that it used by unit."""

    revaluation_id: int
    rate_ids: Mapping[int, int]
    entry_id: int | None = None
    translated_entry_id: int | None = None


Event = Deal | TakenOver | Moved | Revalued


@dataclass(slots=True)
class Standing:
    """One unit on the way: what is held, its cost, what is unrealised; and since the start what was realised
    and what was taken over, by the address of the result. Gains are positive, results debit."""

    quantity_minor: int = 0
    cost_minor: int = 0
    unrealised_minor: int = 0
    realised_minor: int = 0
    taken_over: dict[str, int] = field(default_factory=dict)

    def copied(self) -> "Standing":
        return Standing(
            self.quantity_minor,
            self.cost_minor,
            self.unrealised_minor,
            self.realised_minor,
            dict(self.taken_over),
        )


@dataclass(frozen=True, slots=True)
class Milestone:
    """What stands after a revaluation, or at the end (None), by unit."""

    revaluation_id: int | None
    units: Mapping[int, Standing]


@dataclass(frozen=True, slots=True)
class _Effect:
    unit_id: int
    quantity_minor: int = 0
    cost_minor: int = 0
    realised_minor: int = 0
    unrealised_minor: int = 0
    taken_minor: int = 0
    address: str = ""


def walk_positions(
    start: Mapping[int, Standing],
    events: Iterable[Event],
    *,
    rate_of: RateOf,
    exponents: Mapping[int, int],
    base_exponent: int,
) -> list[Milestone]:
    """Return what stands after each revaluation and, last, at the end.

    `exponents` are those of the units, by id. Amounts in minor units, rounded where they are posted.
    """
    walker = _Walker(rate_of, exponents, base_exponent)
    walker.units = {unit_id: standing.copied() for unit_id, standing in start.items()}
    milestones = []
    for event in events:
        walker.take(event)
        if isinstance(event, Revalued):
            milestones.append(Milestone(event.revaluation_id, walker.standing()))
    return [*milestones, Milestone(None, walker.standing())]


@dataclass(slots=True)
class _Walker:
    rate_of: RateOf
    exponents: Mapping[int, int]
    base_exponent: int
    units: dict[int, Standing] = field(default_factory=dict)
    effects: dict[int, list[_Effect]] = field(default_factory=dict)

    def standing(self) -> dict[int, Standing]:
        return {unit_id: standing.copied() for unit_id, standing in self.units.items()}

    def take(self, event: Event) -> None:
        match event:
            case Deal():
                self._deal(event)
            case TakenOver():
                self._take_over(event)
            case Moved():
                self._move(event)
            case Revalued():
                for unit_id in sorted(self.units):
                    self._revalue(event, unit_id)

    def _of(self, unit_id: int) -> Standing:
        return self.units.setdefault(unit_id, Standing())

    def _do(self, entry_id: int | None, effect: _Effect) -> None:
        one = self._of(effect.unit_id)
        one.quantity_minor += effect.quantity_minor
        one.cost_minor += effect.cost_minor
        one.realised_minor += effect.realised_minor
        one.unrealised_minor += effect.unrealised_minor
        if effect.address:
            one.taken_over[effect.address] = one.taken_over.get(effect.address, 0) + effect.taken_minor
        if entry_id is not None:
            self.effects.setdefault(entry_id, []).append(effect)

    def _worth(self, unit_id: int, rate_id: int, amount_minor: int) -> int:
        return convert_minor(
            amount_minor,
            rate=self.rate_of(unit_id, rate_id),
            exponent=self.exponents[unit_id],
            base_exponent=self.base_exponent,
        )

    def _trade(self, entry_id: int, unit_id: int, quantity_minor: int, paid_minor: int) -> None:
        one = self._of(unit_id)
        change = trade_position(
            Position(one.quantity_minor, one.cost_minor), quantity_minor=quantity_minor, paid_minor=paid_minor
        )
        self._do(
            entry_id,
            _Effect(
                unit_id,
                quantity_minor=quantity_minor,
                cost_minor=change.position.cost_minor - one.cost_minor,
                realised_minor=change.realised_minor,
            ),
        )

    def _deal(self, deal: Deal) -> None:
        base_minor = 0
        if deal.paid_minor is None and deal.sold_at is not None:
            unit_id, rate_id = deal.sold_at
            base_minor = self._worth(unit_id, rate_id, abs(dict(deal.quantities)[unit_id]))
        for unit_id, quantity_minor in deal.quantities:
            paid_minor = deal.paid_minor
            if paid_minor is None:
                paid_minor = base_minor if quantity_minor > 0 else -base_minor
            self._trade(deal.entry_id, unit_id, quantity_minor, paid_minor)

    def _take_over(self, one: TakenOver) -> None:
        base_minor = self._worth(one.unit_id, one.rate_id, one.balance_minor)
        self._trade(one.entry_id, one.unit_id, -one.balance_minor, -base_minor)
        taken = _Effect(one.unit_id, taken_minor=base_minor, address=one.address)
        self._do(one.entry_id, taken)

    def _move(self, moved: Moved) -> None:
        undone = self.effects.get(moved.reverses_id) if moved.reverses_id is not None else None
        if undone is None:
            for one in moved.booked:
                self._do(
                    moved.entry_id,
                    _Effect(one.unit_id, one.quantity_minor, one.cost_minor, 0, one.unrealised_minor),
                )
            return
        for effect in undone:
            self._do(
                moved.entry_id,
                _Effect(
                    effect.unit_id,
                    -effect.quantity_minor,
                    -effect.cost_minor,
                    -effect.realised_minor,
                    -effect.unrealised_minor,
                    -effect.taken_minor,
                    effect.address,
                ),
            )

    def _revalue(self, event: Revalued, unit_id: int) -> None:
        one = self.units[unit_id]
        if not one.quantity_minor and one.cost_minor:
            left = -one.cost_minor
            self._do(event.translated_entry_id, _Effect(unit_id, cost_minor=left, realised_minor=left))
        if one.quantity_minor and unit_id not in event.rate_ids:
            return
        rate = self.rate_of(unit_id, event.rate_ids[unit_id]) if one.quantity_minor else None
        target = unrealised_minor(
            Position(one.quantity_minor, one.cost_minor),
            rate=rate,
            exponent=self.exponents[unit_id],
            base_exponent=self.base_exponent,
        )
        self._do(event.entry_id, _Effect(unit_id, unrealised_minor=target - one.unrealised_minor))
