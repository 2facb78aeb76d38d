"""Margin call notices: the call, its three amounts and what it rests on, as a document for the client."""

import datetime as dt

from clearing.margin.models import MarginCall, Valuation
from clearing.marks.models import Instrument, Mark
from contracts.documents.inputs import CallNoticeInputs, HoldingInputs, PartyInputs, UnitInputs
from contracts.domain.disputes import ANSWER_WITHIN_DAYS
from contracts.models import Document
from contracts.services.documents import issue_document
from ledger.domain.money import format_amount
from ledger.models import Unit


def issue_call_notice(*, call_id: int, locale: str, issued_on: dt.date, maker_id: int) -> Document:
    """Make the notice of a margin call, on the figures that the call was made from.

    Owns its transaction or joins one.

    :raises MarginCall.DoesNotExist: there is no such call.
    :raises GlyphMissing: the fonts lack a character.
    Source: DESIGN 6 (CALL, actionable amounts).
    """
    call = MarginCall.objects.select_related(
        "book", "contract__client", "contract__unit", "valuation__terms"
    ).get(pk=call_id)
    return issue_document(
        book_id=call.book_id,
        kind="margin_call_notice",
        locale=locale,
        issued_on=issued_on,
        client_id=call.contract.client_id,
        contract_id=call.contract_id,
        subject=f"call/{call.contract.code}/{call.opened_on}",
        inputs=_inputs(call),
        maker_id=maker_id,
    )


def _inputs(call: MarginCall) -> CallNoticeInputs:
    contract, valued = call.contract, call.valuation
    terms = valued.terms
    return CallNoticeInputs(
        issuer=PartyInputs(code=call.book.code, name=call.book.name),
        client=PartyInputs(code=contract.client.code, name=contract.client.display_name),
        contract=contract.code,
        unit=UnitInputs(code=contract.unit.code, exponent=contract.unit.exponent),
        opened_on=call.opened_on.isoformat(),
        deadline_on=call.deadline_on.isoformat() if call.deadline_on else None,
        deposit_minor=call.deposit_minor,
        repay_minor=call.repay_minor,
        sell_minor=call.sell_minor,
        target_ppm=call.target_ppm,
        call_ppm=terms.call_ppm,
        liquidate_ppm=terms.liquidate_ppm,
        emergency_ppm=terms.emergency_ppm if terms.emergency_liquidation else None,
        valued_on=valued.business_date.isoformat(),
        valuation=valued.pk,
        ledger_position=valued.ledger_position,
        cash_minor=valued.cash_minor,
        securities_minor=valued.securities_minor or 0,
        collateral_minor=valued.collateral_minor or 0,
        principal_minor=valued.principal_minor,
        interest_minor=valued.interest_minor + valued.pending_interest_minor,
        penalty_minor=valued.penalty_minor,
        fees_minor=valued.fees_minor,
        debt_minor=valued.debt_minor,
        coverage_ppm=valued.coverage_ppm or 0,
        holdings=_holdings(valued),
        answer_within_days=ANSWER_WITHIN_DAYS,
    )


def _holdings(valued: Valuation) -> list[HoldingInputs]:
    """The securities with their marks, in two queries for any number of them."""
    marks = Mark.objects.in_bulk([key for key in valued.mark_ids if key is not None])
    instruments = Instrument.objects.select_related("unit", "currency").in_bulk(valued.instrument_ids)
    found = []
    for instrument_id, quantity, mark_id in zip(
        valued.instrument_ids, valued.quantities, valued.mark_ids, strict=True
    ):
        instrument, mark = instruments[instrument_id], marks.get(mark_id)
        price_minor = mark.price_minor if mark else None
        is_home = instrument.currency_id == valued.contract.unit_id
        found.append(
            HoldingInputs(
                security=instrument.unit.code,
                quantity=quantity,
                quantity_exponent=instrument.unit.exponent,
                price=_price(price_minor, instrument.currency),
                # In another currency the day's rate stands between; the sum of securities has its value.
                value_minor=(
                    quantity * price_minor // 10**instrument.unit.exponent
                    if price_minor is not None and is_home
                    else None
                ),
            )
        )
    return found


def _price(price_minor: int | None, currency: Unit) -> str:
    if price_minor is None:
        return ""
    return f"{currency.code}\u00a0{format_amount(price_minor, currency.exponent)}"
