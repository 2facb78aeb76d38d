"""Register what is traded, who quotes it and how much of it trades."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.services.actor import acting
from clearing.marks.models import Instrument, PriceSource
from ledger.models import Unit


class UnitUnknown(LookupError):
    """No such unit: create it with ledger's create_units first."""


class WrongKindOfUnit(ValueError):
    """An instrument is a security quoted in a currency."""


@dataclass(frozen=True, slots=True)
class InstrumentDraft:
    """An instrument to be. ``unit_code`` and ``currency_code`` are units of the ledger; rates in ppm."""

    unit_code: str
    currency_code: str
    calendar_code: str
    settlement_days: int
    lot_size: int = 1
    haircut_ppm: int | None = None
    price_limit_ppm: int | None = None
    average_daily_volume: int | None = None


def register_instruments(
    *, drafts: Sequence[InstrumentDraft], actor_id: int, reason: str
) -> dict[str, Instrument]:
    """Register instruments and return them by unit code. Joins or opens a transaction.

    :raises UnitUnknown: a code is no unit of the ledger.
    :raises WrongKindOfUnit: the unit is no security, or the currency no currency.
    """
    codes = {draft.unit_code for draft in drafts} | {draft.currency_code for draft in drafts}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    if missing := sorted(codes - units.keys()):
        raise UnitUnknown(f"not units of the ledger: {', '.join(missing)}")
    for draft in drafts:
        if units[draft.unit_code].kind != Unit.Kind.SECURITY:
            raise WrongKindOfUnit(f"{draft.unit_code} is not a security")
        if units[draft.currency_code].kind != Unit.Kind.CURRENCY:
            raise WrongKindOfUnit(f"{draft.currency_code} is not a currency")
    with acting(actor_id=actor_id, reason=reason):
        created = Instrument.objects.bulk_create(
            Instrument(
                unit=units[draft.unit_code],
                currency=units[draft.currency_code],
                calendar_code=draft.calendar_code,
                settlement_days=draft.settlement_days,
                lot_size=draft.lot_size,
                haircut_ppm=draft.haircut_ppm,
                price_limit_ppm=draft.price_limit_ppm,
                average_daily_volume=draft.average_daily_volume,
            )
            for draft in drafts
        )
    return {instrument.unit.code: instrument for instrument in created}


def register_price_sources(*, labels: Mapping[str, str]) -> dict[str, PriceSource]:
    """Register price sources by code and label; those already there stay as they are. Owns its statement."""
    with transaction.atomic():
        PriceSource.objects.bulk_create(
            [PriceSource(code=code, label=label) for code, label in labels.items()], ignore_conflicts=True
        )
        return {source.code: source for source in PriceSource.objects.filter(code__in=labels)}


def record_average_daily_volumes(*, volumes: Mapping[int, int], actor_id: int, reason: str) -> int:
    """Set the average daily volume, in whole securities, of instruments by id; return how many changed.

    Joins or opens a transaction. It caps what a liquidation sells a day (DESIGN 7).
    """
    with acting(actor_id=actor_id, reason=reason):
        instruments = list(Instrument.objects.select_for_update().filter(pk__in=volumes).order_by("pk"))
        changed = [one for one in instruments if one.average_daily_volume != volumes[one.pk]]
        for instrument in changed:
            instrument.average_daily_volume = volumes[instrument.pk]
        Instrument.objects.bulk_update(changed, ["average_daily_volume"])
        return len(changed)
