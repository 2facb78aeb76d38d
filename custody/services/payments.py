"""Money and securities that came in, as the custodian reports them: booked once, allocated, or left
unallocated.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.services.violations import refusing
from custody.models import Payment, PaymentDirection, PaymentKind, PaymentState
from custody.queries.custody_accounts import CustodyLine, UnitNotHeld, custody_lines, home_account
from custody.queries.receipts import times_reversed
from ledger.models import Account
from ledger.queries.accounts import account_ids
from ledger.services.posting import (
    EntryDraft,
    PostedEntry,
    PostingDraft,
    post_journal_entries,
    post_journal_entry,
)

CALLER = "custody.payments"
NARRATIONS = {
    "client_deposit": "client deposit",
    "unidentified_receipt": "receipt not yet identified",
    "funder_deposit": "funder deposit",
    "house_capital": "house capital paid in",
    "securities_in": "securities delivered in",
}


class NotAnAmount(Exception):
    """A payment is of a positive amount; its direction says which way it goes."""


class BankReferenceTaken(Exception):
    """The custodian's reference belongs to another receipt: look at that payment first."""


class WrongEntitlement(Exception):
    """The account is not one of this book, ring and unit in which somebody's own value stands."""


class UnknownPayment(Exception):
    """There is no such payment."""


class NotUnidentified(Exception):
    """Only a receipt that is still unallocated can be identified or returned."""


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """One receipt. No `entitlement_account_id`: client cash not identified, or the house's capital."""

    custody_account_id: int
    unit_code: str
    amount_minor: int
    bank_reference: str
    value_date: dt.date
    entitlement_account_id: int | None = None
    kind: PaymentKind = PaymentKind.CLIENT_DEPOSIT


def receive_payments(
    *, book_id: int, booking_date: dt.date, drafts: Sequence[ReceiptDraft], maker_id: int
) -> list[Payment]:
    """Book any number of receipts, all or none, in a fixed number of statements.

    Joins the caller's transaction, else is its own. Amounts: positive minor units. A receipt that is known by
    the custodian's reference is returned as it is and not booked again.

    :returns: one payment per draft, in the order given.
    :raises NotAnAmount: an amount is not positive.
    :raises UnitNotHeld: a custody account is not of this book, or not tied in the unit.
    :raises BankReferenceTaken: a reference is known with another content, or given twice.
    :raises WrongEntitlement: an entitlement is of another book, ring or unit.
    :raises LedgerRefusal: any rule of the ledger.
    Source: DESIGN 4 (client deposit, unidentified receipt, funder in, securities in).
    """
    for draft in drafts:
        if draft.amount_minor <= 0:
            raise NotAnAmount(str(draft.amount_minor))
    lines = _lines(book_id, drafts)
    refusals = {
        "custody_payment_bank_reference_unique": BankReferenceTaken("another session books it"),
        "custody_payment_ring_matches": WrongEntitlement(),
        "custody_payment_account_matches": WrongEntitlement(
            "the kind does not fit the custody account's ring"
        ),
        "custody_payment_names_whose_money": WrongEntitlement("it has to be named"),
    }
    with refusing(refusals=refusals):
        keys = [_key(draft, lines) for draft in drafts]
        known = _known_receipts(drafts, lines)
        fresh = {key: draft for key, draft in zip(keys, drafts, strict=True) if key not in known}
        if len({key for key in keys if key not in known}) < sum(key not in known for key in keys):
            raise BankReferenceTaken("one call gives a reference twice")
        known |= _book(
            book_id=book_id, booking_date=booking_date, drafts=fresh, lines=lines, maker_id=maker_id
        )
    return [known[key] for key in keys]


def receive_client_deposits(
    *, book_id: int, booking_date: dt.date, drafts: Sequence[ReceiptDraft], maker_id: int
) -> list[Payment]:
    """Book client deposits, any number; without an entitlement the money stays unallocated.

    As `receive_payments`.
    """
    return receive_payments(book_id=book_id, booking_date=booking_date, drafts=drafts, maker_id=maker_id)


def receive_client_deposit(
    *,
    book_id: int,
    booking_date: dt.date,
    value_date: dt.date,
    custody_account_id: int,
    unit_code: str,
    amount_minor: int,
    entitlement_account_id: int | None,
    bank_reference: str,
    maker_id: int,
) -> Payment:
    """Book one client deposit; without an entitlement the money stays unallocated. As `receive_payments`."""
    draft = ReceiptDraft(
        custody_account_id=custody_account_id,
        unit_code=unit_code,
        amount_minor=amount_minor,
        bank_reference=bank_reference,
        value_date=value_date,
        entitlement_account_id=entitlement_account_id,
    )
    return receive_payments(book_id=book_id, booking_date=booking_date, drafts=[draft], maker_id=maker_id)[0]


def receive_securities(
    *,
    book_id: int,
    booking_date: dt.date,
    value_date: dt.date,
    custody_account_id: int,
    unit_code: str,
    quantity: int,
    entitlement_account_id: int,
    bank_reference: str,
    maker_id: int,
) -> Payment:
    """Book securities that a client delivered in. Quantity in the unit's scale. As `receive_payments`."""
    draft = ReceiptDraft(
        custody_account_id=custody_account_id,
        unit_code=unit_code,
        amount_minor=quantity,
        bank_reference=bank_reference,
        value_date=value_date,
        entitlement_account_id=entitlement_account_id,
        kind=PaymentKind.SECURITIES_IN,
    )
    return receive_payments(book_id=book_id, booking_date=booking_date, drafts=[draft], maker_id=maker_id)[0]


def receive_funder_deposit(
    *,
    book_id: int,
    booking_date: dt.date,
    value_date: dt.date,
    funder_id: int,
    unit_code: str,
    amount_minor: int,
    bank_reference: str,
    maker_id: int,
) -> Payment:
    """Book a funder's money in at its home bank, as available. As `receive_payments`.

    :raises NoHome: the funder has no home bank in the book.
    :raises WrongEntitlement: the funder has no account in the currency.
    """
    home = home_account(book_id=book_id, ring="funder", owner_id=funder_id)
    available = Account.objects.filter(
        book_id=book_id, ring="funder", role="funder_available", owner_id=funder_id, unit__code=unit_code
    ).first()
    if available is None:
        raise WrongEntitlement(f"funder {funder_id} has no account in {unit_code}")
    draft = ReceiptDraft(
        custody_account_id=home.pk,
        unit_code=unit_code,
        amount_minor=amount_minor,
        bank_reference=bank_reference,
        value_date=value_date,
        entitlement_account_id=available.pk,
        kind=PaymentKind.FUNDER_DEPOSIT,
    )
    return receive_payments(book_id=book_id, booking_date=booking_date, drafts=[draft], maker_id=maker_id)[0]


def receive_house_capital(
    *,
    book_id: int,
    booking_date: dt.date,
    value_date: dt.date,
    unit_code: str,
    amount_minor: int,
    bank_reference: str,
    maker_id: int,
) -> Payment:
    """Book capital that the house paid in at its home bank. As `receive_payments`.

    :raises NoHome: the house has no home bank in the book.
    """
    draft = ReceiptDraft(
        custody_account_id=home_account(book_id=book_id, ring="house").pk,
        unit_code=unit_code,
        amount_minor=amount_minor,
        bank_reference=bank_reference,
        value_date=value_date,
        kind=PaymentKind.HOUSE_CAPITAL,
    )
    return receive_payments(book_id=book_id, booking_date=booking_date, drafts=[draft], maker_id=maker_id)[0]


def contribute_reserve(
    *,
    book_id: int,
    booking_date: dt.date,
    value_date: dt.date,
    unit_code: str,
    amount_minor: int,
    idempotency_key: str,
    maker_id: int,
) -> PostedEntry:
    """Put house money into the reserve fund; the next sweep moves it from bank account to bank account.

    Joins the caller's transaction, else is its own. Amount: positive minor units.

    :raises NotAnAmount: the amount is not positive.
    :raises NoHome: the house or the reserve has no home bank in the book.
    :raises LedgerRefusal: any rule of the ledger.
    Source: DESIGN 4 (reserve contribution), 4 (moves between rings run through transit).
    """
    if amount_minor <= 0:
        raise NotAnAmount(str(amount_minor))
    house = home_account(book_id=book_id, ring="house").custodian.code
    reserve = home_account(book_id=book_id, ring="reserve").custodian.code
    signed = {
        "house/expense/reserve": amount_minor,
        f"house/transit/{house}": -amount_minor,
        f"reserve/transit/{reserve}": amount_minor,
        "reserve/fund": -amount_minor,
    }
    ids = account_ids(book_id=book_id, addresses=[(address, unit_code) for address in signed])
    draft = EntryDraft(
        kind="reserve_contribution",
        value_date=value_date,
        narration="contribution to the reserve fund",
        source_reference=f"reserve:{idempotency_key}"[:80],
        idempotency_key=f"reserve/{idempotency_key}",
        postings=[PostingDraft(ids[address, unit_code], amount) for address, amount in signed.items()],
    )
    return post_journal_entry(
        book_id=book_id, booking_date=booking_date, draft=draft, caller=CALLER, maker_id=maker_id
    )


def identify_receipt(
    *, payment_id: int, entitlement_account_id: int, booking_date: dt.date, maker_id: int
) -> Payment:
    """Give an unallocated receipt to the contract that it was meant for, with its own value date.

    Joins the caller's transaction, else is its own; locks the payment.

    :raises UnknownPayment: there is no such payment.
    :raises NotUnidentified: it is identified or returned already, or its return is under way.
    :raises WrongEntitlement: the account is of another book, ring or unit.
    :raises LedgerRefusal: any rule of the ledger.
    Source: DESIGN 4 (identified).
    """
    with refusing(refusals={"custody_payment_ring_matches": WrongEntitlement()}):
        payment = locked_payment(payment_id=payment_id)
        returning = Payment.objects.filter(returns_id=payment_id).exclude(state=PaymentState.REJECTED)
        if payment.state != PaymentState.UNIDENTIFIED or returning.exists():
            raise NotUnidentified(str(payment))
        posted = post_journal_entry(
            book_id=payment.book_id,
            booking_date=booking_date,
            draft=EntryDraft(
                kind="receipt_identified",
                value_date=payment.value_date,
                narration="receipt identified",
                source_reference=f"receipt:{payment.bank_reference}",
                idempotency_key=f"identify/{payment.pk}",
                postings=[
                    PostingDraft(unallocated_account_id(payment=payment), payment.amount_minor),
                    PostingDraft(entitlement_account_id, -payment.amount_minor),
                ],
            ),
            caller=CALLER,
            maker_id=maker_id,
        )
        payment.state = PaymentState.RECEIVED
        payment.entitlement_account_id = entitlement_account_id
        payment.resolved_entry_id = posted.entry_id
        payment.save(update_fields=["state", "entitlement_account", "resolved_entry"])
    return payment


def locked_payment(*, payment_id: int) -> Payment:
    """The payment, locked to the end of the caller's transaction, which it requires.

    :raises UnknownPayment: there is no such payment.
    """
    payment = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("book", "custodian", "unit", "custody_account")
        .filter(pk=payment_id)
        .first()
    )
    if payment is None:
        raise UnknownPayment(str(payment_id))
    return payment


def unallocated_account_id(*, payment: Payment) -> int:
    """The ledger account where receipts at the payment's custodian wait to be identified."""
    address = (f"client/unallocated/{payment.custodian.code}", payment.unit.code)
    return account_ids(book_id=payment.book_id, addresses=[address])[address]


def _lines(book_id: int, drafts: Iterable[ReceiptDraft]) -> dict[tuple[int, str], CustodyLine]:
    wanted = {(draft.custody_account_id, draft.unit_code) for draft in drafts}
    lines = {
        (line.custody_account_id, line.unit_code): line
        for line in custody_lines(book_id=book_id, custody_account_ids={account for account, _ in wanted})
    }
    for account, unit_code in sorted(wanted - lines.keys()):
        raise UnitNotHeld(f"custody account {account}, {unit_code}")
    return lines


_Key = tuple[int, str]
"""Custodian and its reference: what a receipt is known by."""


def _key(draft: ReceiptDraft, lines: dict[tuple[int, str], CustodyLine]) -> _Key:
    return lines[draft.custody_account_id, draft.unit_code].custodian_id, draft.bank_reference


def _known_receipts(
    drafts: Sequence[ReceiptDraft], lines: dict[tuple[int, str], CustodyLine]
) -> dict[_Key, Payment]:
    """Receipts booked before under these references, each proved to be the same one."""
    found = {
        (payment.custodian_id, payment.bank_reference or ""): payment
        for payment in Payment.objects.filter(
            custodian_id__in={line.custodian_id for line in lines.values()},
            bank_reference__in=[draft.bank_reference for draft in drafts],
        ).exclude(state=PaymentState.REVERSED)
    }
    known = {}
    for draft in drafts:
        line = lines[draft.custody_account_id, draft.unit_code]
        payment = found.get((line.custodian_id, draft.bank_reference))
        if payment is None:
            continue
        if (payment.kind, payment.custody_account_id, payment.unit_id, payment.amount_minor) != (
            draft.kind,
            line.custody_account_id,
            line.unit_id,
            draft.amount_minor,
        ):
            raise BankReferenceTaken(draft.bank_reference)
        known[line.custodian_id, draft.bank_reference] = payment
    return known


def _book(
    *,
    book_id: int,
    booking_date: dt.date,
    drafts: dict[_Key, ReceiptDraft],
    lines: dict[tuple[int, str], CustodyLine],
    maker_id: int,
) -> dict[_Key, Payment]:
    credited = _credited_accounts(book_id, drafts.values(), lines)
    turns = times_reversed(keys=drafts)
    entries = []
    for key, draft in drafts.items():
        line = lines[draft.custody_account_id, draft.unit_code]
        kind = draft.kind.value
        if draft.kind == PaymentKind.CLIENT_DEPOSIT and draft.entitlement_account_id is None:
            kind = "unidentified_receipt"
        entries.append(
            EntryDraft(
                kind=kind,
                value_date=draft.value_date,
                narration=NARRATIONS[kind],
                source_reference=f"receipt:{draft.bank_reference}",
                idempotency_key=f"receipt/{line.custodian_code}/{draft.bank_reference}{turns.get(key, '')}",
                postings=[
                    PostingDraft(line.ledger_account_id, draft.amount_minor),
                    PostingDraft(credited[draft], -draft.amount_minor),
                ],
            )
        )
    posted = post_journal_entries(
        book_id=book_id, booking_date=booking_date, drafts=entries, caller=CALLER, maker_id=maker_id
    )
    payments = [
        Payment(
            book_id=book_id,
            custodian_id=lines[draft.custody_account_id, draft.unit_code].custodian_id,
            custody_account_id=draft.custody_account_id,
            direction=PaymentDirection.IN,
            kind=draft.kind,
            unit_id=lines[draft.custody_account_id, draft.unit_code].unit_id,
            amount_minor=draft.amount_minor,
            entitlement_account_id=draft.entitlement_account_id,
            bank_reference=draft.bank_reference,
            state=(
                PaymentState.UNIDENTIFIED if entry.kind == "unidentified_receipt" else PaymentState.RECEIVED
            ),
            requested_on=booking_date,
            value_date=draft.value_date,
            booked_entry_id=result.entry_id,
            maker_id=maker_id,
        )
        for draft, entry, result in zip(drafts.values(), entries, posted, strict=True)
    ]
    return dict(zip(drafts, Payment.objects.bulk_create(payments), strict=True))


def _credited_accounts(
    book_id: int, drafts: Iterable[ReceiptDraft], lines: dict[tuple[int, str], CustodyLine]
) -> dict[ReceiptDraft, int]:
    """The ledger account that each receipt is credited to: named, unallocated, or capital."""
    addresses: dict[ReceiptDraft, tuple[str, str]] = {}
    credited: dict[ReceiptDraft, int] = {}
    for draft in drafts:
        if draft.entitlement_account_id is not None:
            credited[draft] = draft.entitlement_account_id
        elif draft.kind == PaymentKind.HOUSE_CAPITAL:
            addresses[draft] = ("house/capital", draft.unit_code)
        elif draft.kind == PaymentKind.CLIENT_DEPOSIT:
            bank = lines[draft.custody_account_id, draft.unit_code].custodian_code
            addresses[draft] = (f"client/unallocated/{bank}", draft.unit_code)
        else:
            raise WrongEntitlement(f"{draft.kind.label} has to name whose it is")
    ids = account_ids(book_id=book_id, addresses=set(addresses.values())) if addresses else {}
    return credited | {draft: ids[address] for draft, address in addresses.items()}
