"""Corporate actions by what has been booked of them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from clearing.marks.models import CorporateAction, CorporateActionKind
from clearing.settlement.models import CorporateActionEntry, CorporateActionStep, Stage
from contracts.models import FinancingContract
from ledger.models import Account, Posting


def actions_to_book(*, book_id: int, stage: Stage, business_date: date) -> QuerySet[CorporateAction]:
    """Return the actions whose stage is due and not reached, missed days included, in the order to book them.

    Of one instrument and ex-date a dividend comes before a split: it is paid on the old shares.
    """
    due = Q(ex_date__lte=business_date) if stage == Stage.EX else Q(pay_date__lte=business_date)
    reached = CorporateActionStep.objects.filter(action=OuterRef("pk"), stage=stage)
    return (
        CorporateAction.objects.filter(due, ~Exists(reached), book_id=book_id)
        .select_related("instrument__unit", "instrument__currency")
        .order_by("ex_date" if stage == Stage.EX else "pay_date", "kind", "pk")
    )


def instruments_awaiting_split(*, book_id: int, business_date: date) -> set[int]:
    """Return the instruments whose price is of a new epoch while quantities are not: hold (DESIGN 6)."""
    waiting = actions_to_book(book_id=book_id, stage=Stage.EX, business_date=business_date)
    return set(waiting.filter(kind=CorporateActionKind.SPLIT).values_list("instrument_id", flat=True))


def contracts_lacking_unsettled(*, book_id: int, security_id: int) -> list[FinancingContract]:
    """Return the contracts that hold the security settled and have no account yet for what is on its way."""
    own = Account.objects.filter(
        book_id=book_id, unit_id=security_id, contract_code=OuterRef("code"), ring="client"
    )
    return list(
        FinancingContract.objects.filter(
            Exists(own.filter(role="entitlement")), ~Exists(own.filter(role="unsettled")), book_id=book_id
        ).select_related("client", "custodian")
    )


@dataclass(frozen=True, slots=True)
class TaxRemittance:
    """Tax that one custodian has to pay on to the authority, in minor units."""

    reference: str
    custodian_code: str
    unit_code: str
    amount_minor: int


def tax_remitted_on(*, book_id: int, business_date: date) -> list[TaxRemittance]:
    """Return what was booked as remitted on the day: what the custodians have to be told to pay."""
    entries = CorporateActionEntry.objects.filter(
        step__action__book_id=book_id,
        step__stage=Stage.DELIVERED,
        step__business_date=business_date,
        entry__kind_id="tax_remitted",
    ).select_related("custodian", "entry", "step")
    by_entry = {row.entry_id: row for row in entries}
    legs = Posting.objects.filter(
        entry_id__in=list(by_entry), booking_date=business_date, amount_minor__gt=0
    ).select_related("unit")
    return [
        TaxRemittance(
            reference=by_entry[leg.entry_id].entry.source_reference,
            custodian_code=by_entry[leg.entry_id].custodian.code,
            unit_code=leg.unit.code,
            amount_minor=leg.amount_minor,
        )
        for leg in legs.order_by("entry_id")
    ]
