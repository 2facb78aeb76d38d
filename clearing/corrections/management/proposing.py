"""What the command asks for each kind of correction, and the service that it calls."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from clearing.corrections.models import Correction
from clearing.corrections.services.marks import propose_mark_correction
from clearing.corrections.services.official_rates import propose_official_rate_correction
from clearing.corrections.services.rates import propose_rate_correction
from clearing.corrections.services.statements import propose_statement_correction, propose_statement_file
from clearing.corrections.services.trades import propose_trade_correction
from clearing.marks.models import Instrument
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Trade
from contracts.models import FundingTranche, TermsVersion
from custody.services.statements import EmptyStatement, UnknownCustodian
from ledger.domain.money import parse_amount_minor
from ledger.queries.days import open_business_date

DAY: dict[str, Any] = {"required": True, "type": dt.date.fromisoformat}

ASKED: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "mark": {
        "--security": {"required": True, "help": "the security's code"},
        "--session": {**DAY, "help": "the session whose mark was wrong"},
        "--price": {"help": "what is right, as a decimal; left out: there was no price"},
    },
    "rate": {
        "--terms": {"help": "the terms whose client rate was wrong, as PRODUCT/vN"},
        "--contract": {"help": "or the contract of the tranche whose rate was wrong"},
        "--funder": {"help": "the funder of that tranche"},
        "--from": {**DAY, "dest": "from_date", "help": "the day since when it was wrong"},
        "--rate": {"required": True, "help": "what is right, in per cent a year: 6.05"},
    },
    "trade": {
        "--trade": {"required": True, "help": "the broker's reference of the trade that was wrong"},
        "--as": {"dest": "again", "help": "the broker's reference of what was; left out: it never was"},
        "--contract": {"help": "what is right where it differs: the contract"},
        "--side": {"choices": ["buy", "sell"], "help": "the side"},
        "--quantity": {"type": int, "help": "the quantity, in the security's scale"},
        "--price": {"help": "the price, as a decimal"},
        "--traded": {"type": dt.date.fromisoformat, "help": "the trade date"},
    },
    "statement": {
        "--kept": {"type": int, "help": "the number of the corrected statement, if it came by itself"},
        "--file": {"type": Path, "help": "or the corrected file, to be kept now"},
        "--custodian": {"help": "whose file it is"},
    },
    "fx": {
        "--pair": {"required": True, "help": "the pair as it was stated, such as USD/CNY"},
        "--on": {**DAY, "dest": "rate_date", "help": "the day whose official rate was wrong"},
        "--rate": {"required": True, "help": "what is right, as a plain decimal"},
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


def _rate(options: Mapping[str, Any], signed: Mapping[str, Any]) -> Correction:
    product, _slash, version = (options["terms"] or "").partition("/v")
    terms = TermsVersion.objects.filter(
        product__code=product, version=int(version) if version.isdigit() else 0
    )
    tranche = FundingTranche.objects.filter(
        contract__book_id=signed["book_id"],
        contract__code=options["contract"] or "",
        funder__code=options["funder"] or "",
    )
    return propose_rate_correction(
        terms_id=terms.values_list("pk", flat=True).first(),
        tranche_id=tranche.values_list("pk", flat=True).first(),
        from_date=options["from_date"],
        rate_ppm=minor(options["rate"], 4),
        **signed,
    )


def _trade(options: Mapping[str, Any], signed: Mapping[str, Any]) -> Correction:
    found = (
        Trade.objects.select_related("contract__unit", "instrument__unit")
        .filter(book_id=signed["book_id"], broker_reference=options["trade"])
        .first()
    )
    replacement = None
    if options["again"] and found is not None:
        price = options["price"]
        replacement = TradeRow(
            contract_code=options["contract"] or found.contract.code,
            instrument_code=found.instrument.unit.code,
            side=options["side"] or found.side,
            quantity=options["quantity"] or found.quantity,
            price_minor=minor(price, found.contract.unit.exponent) if price else found.price_minor,
            trade_date=options["traded"] or found.trade_date,
            broker_reference=options["again"],
        )
    return propose_trade_correction(broker_reference=options["trade"], replacement=replacement, **signed)


def _statement(options: Mapping[str, Any], signed: Mapping[str, Any]) -> Correction:
    if options["kept"] is not None:
        return propose_statement_correction(corrected_id=options["kept"], **signed)
    day = open_business_date(book_id=signed["book_id"])
    if options["file"] is None or not options["custodian"] or day is None:
        raise CommandError("name --kept, or --file and --custodian on an open day", returncode=2)
    try:
        raw = options["file"].read_bytes()
    except OSError as error:
        raise CommandError(f"{options['file']}: {error.strerror}", returncode=2) from error
    try:
        return propose_statement_file(
            custodian_code=options["custodian"],
            raw=raw,
            file_name=options["file"].name,
            received_on=day,
            **signed,
        )
    except (UnknownCustodian, EmptyStatement) as error:
        raise CommandError(f"{error.__doc__} {error}", returncode=2) from error


def _official_rate(options: Mapping[str, Any], signed: Mapping[str, Any]) -> Correction:
    unit_code, _slash, base_code = options["pair"].partition("/")
    return propose_official_rate_correction(
        unit_code=unit_code,
        base_code=base_code,
        rate_date=options["rate_date"],
        rate=options["rate"],
        **signed,
    )


_PROPOSERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Correction]] = {
    "mark": _mark,
    "rate": _rate,
    "trade": _trade,
    "statement": _statement,
    "fx": _official_rate,
}
