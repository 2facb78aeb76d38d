"""What the command asks for each kind of correction, and the service that it calls."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import CommandError

from clearing.corrections.models import Correction
from clearing.corrections.services.marks import propose_mark_correction
from clearing.marks.models import Instrument
from ledger.domain.money import parse_amount_minor

DAY: dict[str, Any] = {"required": True, "type": dt.date.fromisoformat}

ASKED: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "mark": {
        "--security": {"required": True, "help": "the security's code"},
        "--session": {**DAY, "help": "the session whose mark was wrong"},
        "--price": {"help": "what is right, as a decimal; left out: there was no price"},
    },
}


def propose(*, book_id: int, maker_id: int, options: Mapping[str, Any]) -> Correction:
    """Call the service of the kind that was asked for.

    :raises CommandError: an amount cannot be read.
    :raises CorrectionRefusal: as the service.
    """
    signed = {
        "book_id": book_id,
        "maker_id": maker_id,
        "reason": options["reason"],
        "evidence": options["evidence"],
    }
    return _PROPOSERS[options["kind"]](options, signed)


def _mark(options: Mapping[str, Any], signed: Mapping[str, Any]) -> Correction:
    instrument = Instrument.objects.select_related("currency").filter(unit__code=options["security"]).first()
    exponent = instrument.currency.exponent if instrument else 2
    return propose_mark_correction(
        security_code=options["security"],
        session_date=options["session"],
        price_minor=None if options["price"] is None else minor(options["price"], exponent),
        **signed,
    )


def minor(written: str, exponent: int) -> int:
    """Return an amount in minor units.

    :raises CommandError: it cannot be read exactly.
    """
    try:
        return parse_amount_minor(written, exponent=exponent)
    except ValueError as error:
        raise CommandError(str(error), returncode=2) from error


_PROPOSERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Correction]] = {
    "mark": _mark,
}
