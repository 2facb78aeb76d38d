"""Create books and units."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from ledger.models import Book, Unit


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A currency or security; `exponent` is the number of decimal places of its smallest part."""

    code: str
    kind: str
    exponent: int
    name: str = ""


class UnitDiffers(Exception):
    """A unit of this code exists with another kind or number of decimal places."""


def create_units(*, drafts: Sequence[UnitDraft]) -> dict[str, int]:
    """Create units; those that exist alike are returned as they are. Joins the caller's transaction.

    :returns: unit id by code.
    :raises UnitDiffers: a code is taken by a unit of another kind or scale.
    """
    with transaction.atomic():
        Unit.objects.bulk_create(
            [
                Unit(code=draft.code, kind=draft.kind, exponent=draft.exponent, name=draft.name)
                for draft in drafts
            ],
            ignore_conflicts=True,
        )
        units = {unit.code: unit for unit in Unit.objects.filter(code__in=[draft.code for draft in drafts])}
        for draft in drafts:
            unit = units[draft.code]
            if (unit.kind, unit.exponent) != (draft.kind, draft.exponent):
                raise UnitDiffers(draft.code)
    return {code: unit.id for code, unit in units.items()}


def create_book(*, code: str, name: str, base_unit_code: str) -> Book:
    """Create a book that balances by itself. Joins the caller's transaction.

    :raises Unit.DoesNotExist: the base currency was not created before.
    """
    return Book.objects.create(code=code, name=name, base_unit=Unit.objects.get(code=base_unit_code))
