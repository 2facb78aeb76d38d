"""Book corporate actions: what is due to whom on ex-date, and its arrival on the pay date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.services.violations import refusing
from clearing.marks.models import CorporateAction, CorporateActionKind
from clearing.marks.queries.marks import prices_before
from clearing.settlement.models import CorporateActionEntry, CorporateActionStep, Stage
from clearing.settlement.queries.corporate_actions import actions_to_book, contracts_lacking_unsettled
from clearing.settlement.services import corporate_action_sql as select
from clearing.settlement.services.accounts import Holding, accounts_of_holdings
from clearing.settlement.services.trades import CALLER
from custody.models import Custodian
from ledger.services.posting import EntryHeader, PostedEntry, post_journal_entries_from_select

_DELIVERY_OF = {"dividend_ex": "dividend_paid", "split_effective": "split_credited"}


class FractionWithoutPrice(LookupError):
    """A split may leave fractions and there is no price to pay them at: fix a mark of an earlier session."""


class StepAlreadyReached(RuntimeError):
    """Another run booked this step at the same time: run it again, it will find it done."""


@dataclass(frozen=True, slots=True)
class ActionBooked:
    """A stage that was reached now, with its entries; none where nobody held anything."""

    action_id: int
    kind: str
    entry_ids: tuple[int, ...]


def book_ex_date(*, book_id: int, business_date: date, maker_id: int) -> list[ActionBooked]:
    """Book what every corporate action whose ex-date has come makes due, one entry per custodian and kind.

    Owns its transaction, or joins one; a constant number of statements per action, whatever the number of
    holders. Idempotent: a stage is reached once. Entitled is who holds on trade date as the ex-date opens,
    settled or not, so the day's own trades do not count. A dividend and its tax are rounded half up on all
    that a custodian holds, as it will pay them, and shared by largest remainder. A split gives whole shares,
    rounded down, and cash in lieu of the fraction of a new share at the last price before the ex-date.

    Source: DESIGN 4 (dividend, split); walk.json (dividend ex, split eff.).

    :raises FractionWithoutPrice: cash in lieu may be due and no price is known.
    :raises StepAlreadyReached: another run was faster.
    :raises LedgerRefusal: the ledger refuses, and nothing was booked.
    """
    with transaction.atomic():
        actions = list(actions_to_book(book_id=book_id, stage=Stage.EX, business_date=business_date))
        banks = _banks() if actions else {}
        return [_book_ex(action, banks, business_date, maker_id) for action in actions]


def book_payments(*, book_id: int, business_date: date, maker_id: int) -> list[ActionBooked]:
    """Book the arrival of every corporate action whose pay date has come, and remit the tax on it.

    Owns its transaction, or joins one; a constant number of statements per action. Idempotent. What arrives
    is what the ex-date entries promised: their postings are turned round, nothing is computed again.

    Source: DESIGN 4 (dividend paid, tax remitted, split credited); walk.json.

    :raises StepAlreadyReached: another run was faster.
    :raises LedgerRefusal: the ledger refuses, and nothing was booked.
    """
    with transaction.atomic():
        actions = actions_to_book(book_id=book_id, stage=Stage.DELIVERED, business_date=business_date)
        promised = actions.filter(steps__stage=Stage.EX)
        return [_book_delivery(action, business_date, maker_id) for action in promised]


def _banks() -> dict[int, str]:
    return dict(Custodian.objects.values_list("pk", "code"))


def _book_ex(
    action: CorporateAction, banks: dict[int, str], business_date: date, maker_id: int
) -> ActionBooked:
    params = _params(action)
    if action.kind == CorporateActionKind.DIVIDEND:
        runs = [("dividend_ex", select.DIVIDEND_EX, "ex")]
    else:
        _open_lacking_accounts(action)
        runs = [("split_effective", select.SPLIT_EX, "ex")]
        if params["denominator"] != 1:
            params["price_minor"] = _price_before(action)
            # Before the shares: computed after them, the position would include what is being booked.
            runs.insert(0, ("dividend_ex", select.CASH_IN_LIEU, "lieu"))
    written: list[tuple[int, int]] = []
    for kind, statement, part in runs:
        headers = [
            EntryHeader(
                entry_no=custodian_id,
                kind=kind,
                value_date=action.ex_date,
                narration=f"{action.kind} of {action.instrument.unit.code}, ex {action.ex_date}",
                source_reference=f"corporate-action:{action.pk}/{bank}",
                idempotency_key=f"corporate-action/{action.pk}/{part}/{custodian_id}",
            )
            for custodian_id, bank in sorted(banks.items())
        ]
        entries = post_journal_entries_from_select(
            book_id=action.book_id,
            booking_date=business_date,
            headers=headers,
            postings_sql=statement,
            params=params,
            caller=CALLER,
            maker_id=maker_id,
        )
        written.extend((_custodian_of(entry), entry.entry_id) for entry in entries)
    return _record(action, Stage.EX, business_date, written)


def _params(action: CorporateAction) -> dict[str, object]:
    return {
        "instrument_id": action.instrument_id,
        "security_id": action.instrument.unit_id,
        "currency_id": action.instrument.currency_id,
        "scale": 10**action.instrument.unit.exponent,
        "ex_date": action.ex_date,
        "amount_micro": action.amount_micro,
        "tax_ppm": action.tax_ppm,
        "numerator": action.ratio_numerator,
        "denominator": action.ratio_denominator,
    }


def _open_lacking_accounts(action: CorporateAction) -> None:
    instrument = action.instrument
    lacking = contracts_lacking_unsettled(book_id=action.book_id, security_id=instrument.unit_id)
    accounts_of_holdings(
        book_id=action.book_id,
        holdings=[Holding(contract, instrument.unit_id, instrument.currency_id) for contract in lacking],
    )


def _price_before(action: CorporateAction) -> int:
    marks = prices_before(
        book_id=action.book_id, session_date=action.ex_date, instrument_ids=[action.instrument_id]
    )
    mark = marks.get(action.instrument_id)
    if mark is None or mark.price_minor is None:
        raise FractionWithoutPrice(f"{action.instrument.unit.code} before {action.ex_date}")
    return mark.price_minor


def _custodian_of(entry: PostedEntry) -> int:
    return int(entry.idempotency_key.rsplit("/", 1)[1])


def _record(
    action: CorporateAction, stage: Stage, business_date: date, written: Sequence[tuple[int, int]]
) -> ActionBooked:
    taken = StepAlreadyReached(f"{action} {stage}")
    with refusing(refusals={"settlement_corporateactionstep_reached_once": taken}):
        step = CorporateActionStep.objects.create(action=action, stage=stage, business_date=business_date)
        CorporateActionEntry.objects.bulk_create(
            CorporateActionEntry(step=step, custodian_id=custodian_id, entry_id=entry_id)
            for custodian_id, entry_id in written
        )
    return ActionBooked(action.pk, action.kind, tuple(entry_id for _, entry_id in written))


def _book_delivery(action: CorporateAction, business_date: date, maker_id: int) -> ActionBooked:
    promised = list(
        CorporateActionEntry.objects.filter(step__action=action, step__stage=Stage.EX)
        .select_related("entry", "custodian", "step")
        .order_by("pk")
    )
    if not promised:
        return _record(action, Stage.DELIVERED, business_date, [])
    headers: list[EntryHeader] = []
    for number, row in enumerate(promised):
        bank = row.custodian.code
        for offset, kind in enumerate((_DELIVERY_OF[row.entry.kind_id], "tax_remitted")):
            headers.append(
                EntryHeader(
                    entry_no=2 * number + offset,
                    kind=kind,
                    value_date=action.pay_date,
                    narration=(
                        f"{action.kind} of {action.instrument.unit.code}, ex {action.ex_date}: "
                        + kind.replace("_", " ")
                    ),
                    source_reference=f"corporate-action:{action.pk}/{bank}",
                    idempotency_key=f"corporate-action/{action.pk}/{kind}/{row.entry_id}/{row.custodian_id}",
                )
            )
    entries = post_journal_entries_from_select(
        book_id=action.book_id,
        booking_date=business_date,
        headers=headers,
        postings_sql=select.DELIVERY,
        params={
            "ex_number": list(range(len(promised))),
            "ex_entry_id": [row.entry_id for row in promised],
            "ex_bank": [row.custodian.code for row in promised],
            "ex_booked_on": promised[0].step.business_date,
        },
        caller=CALLER,
        maker_id=maker_id,
    )
    written = [(_custodian_of(entry), entry.entry_id) for entry in entries]
    return _record(action, Stage.DELIVERED, business_date, written)
