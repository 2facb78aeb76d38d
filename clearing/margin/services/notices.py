"""Margin call notices: the call, its three amounts and what it rests on, as a document for the client."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from django.db.models import QuerySet

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
    call = _calls().get(pk=call_id)
    return _issue(call, _Seen.of([call]), locale=locale, issued_on=issued_on, maker_id=maker_id)


def issue_call_notices(
    *, book_id: int, opened_on: dt.date, issued_on: dt.date, maker_id: int
) -> Iterator[Callable[[], Document]]:
    """Yield, for each call of a day by contract, what makes its notice in the client's language.

    What they are made from is read by a few statements for all of them. Each owns its transaction, so that a
    refusal of one (`GlyphMissing`) leaves the others.
    """
    calls = list(_calls().filter(book_id=book_id, opened_on=opened_on).order_by("contract__code", "pk"))
    seen = _Seen.of(calls)
    for call in calls:
        yield partial(
            _issue, call, seen, locale=call.contract.client.locale, issued_on=issued_on, maker_id=maker_id
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """Marks and instruments of any number of valuations, in two statements."""

    marks: Mapping[int, Mark]
    instruments: Mapping[int, Instrument]

    @classmethod
    def of(cls, calls: Iterable[MarginCall]) -> "_Seen":
        valued = [call.valuation for call in calls]
        marks = {key for one in valued for key in one.mark_ids if key is not None}
        instruments = {key for one in valued for key in one.instrument_ids}
        return cls(
            Mark.objects.in_bulk(marks),
            Instrument.objects.select_related("unit", "currency").in_bulk(instruments),
        )


def _calls() -> QuerySet[MarginCall]:
    return MarginCall.objects.select_related(
        "book", "contract__client", "contract__unit", "valuation__terms", "valuation__contract"
    )


def _issue(call: MarginCall, seen: _Seen, *, locale: str, issued_on: dt.date, maker_id: int) -> Document:
    return issue_document(
        book_id=call.book_id,
        kind="margin_call_notice",
        locale=locale,
        issued_on=issued_on,
        client_id=call.contract.client_id,
        contract_id=call.contract_id,
        subject=f"call/{call.contract.code}/{call.opened_on}",
        inputs=_inputs(call, seen),
        maker_id=maker_id,
    )


def _inputs(call: MarginCall, seen: _Seen) -> CallNoticeInputs:
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
        holdings=_holdings(valued, seen),
        answer_within_days=ANSWER_WITHIN_DAYS,
    )


def _holdings(valued: Valuation, seen: _Seen) -> list[HoldingInputs]:
    """The securities with their marks."""
    found = []
    for instrument_id, quantity, mark_id in zip(
        valued.instrument_ids, valued.quantities, valued.mark_ids, strict=True
    ):
        instrument = seen.instruments[instrument_id]
        mark = None if mark_id is None else seen.marks.get(mark_id)
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
