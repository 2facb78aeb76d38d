"""Money that goes out: requested by one person, approved by another, released, and confirmed by the
statement.

Nothing is booked at the request, but what a withdrawal asks for is held on the account from then on. The
release posts through the hold as a payment under way and makes it an instruction to the bank;
`custody.services.transfers.confirm_from_statement` closes it. Who gives the request up frees the hold.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import ApprovalKind
from accounts.services.approvals import ApprovalMissing, execute_approval, propose_approval
from accounts.services.violations import refusing
from custody.models import Payment, PaymentDirection, PaymentKind, PaymentState
from custody.queries.custody_accounts import UnitNotHeld, custody_line, home_account
from custody.services.payments import (
    CALLER,
    NotAnAmount,
    NotUnidentified,
    WrongEntitlement,
    locked_payment,
    unallocated_account_id,
)
from custody.services.references import lock_references, reference_stem
from ledger.models import Account, Book, Hold, Restriction
from ledger.queries.accounts import account_id
from ledger.queries.days import open_business_date
from ledger.queries.holds import account_balances
from ledger.services.hold_draws import HoldDraw
from ledger.services.holds import HoldDraft, place_hold, release_hold
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from ledger.services.refusals import AccountRestricted, LimitExceeded
from ledger.services.refusals_holds import HoldExceedsAvailable, HoldOverdrawn

ENTRY_KINDS = {
    PaymentKind.CLIENT_WITHDRAWAL.value: "client_withdrawal",
    PaymentKind.FUNDER_WITHDRAWAL.value: "funder_withdrawal",
    PaymentKind.RECEIPT_RETURN.value: "receipt_returned",
}
APPROVED_AS = {PaymentKind.FUNDER_WITHDRAWAL.value: ApprovalKind.PAY_FUNDER_OUT}
"""What two people decide where it is not the release of a withdrawal: funders have limits of their own."""


def approval_kind(*, payment_kind: str) -> ApprovalKind:
    """Return the kind of approval by which a payment out is released."""
    return APPROVED_AS.get(payment_kind, ApprovalKind.RELEASE_WITHDRAWAL)


class WithdrawalRestricted(Exception):
    """Money may not leave this account now: see the restriction's reason, and lift it at its source."""


class WithdrawalExceedsCash(Exception):
    """The account does not have this much settled cash available: what is held for other requests is not."""


class WithdrawalNoLongerHeld(Exception):
    """What was asked for is not held any more, because something came first: cancel it, and ask anew."""


class NotRequested(Exception):
    """Only a payment that is requested and not yet released can be released or cancelled."""


def request_withdrawal(
    *,
    book_id: int,
    entitlement_account_id: int,
    custody_account_id: int,
    amount_minor: int,
    counterparty_account: str,
    requested_on: dt.date,
    maker_id: int,
) -> Payment:
    """Ask for a client's money to be paid out, and propose it to a second person.

    Joins the caller's transaction, else is its own; locks the account's balance. Amount: positive minor units
    of the entitlement's currency. It is held from now on, so that nothing else takes it before the release.
    Restrictions are asked about here for a better sentence; the ledger keeps them itself at the release.

    :raises NotAnAmount: the amount is not positive.
    :raises WrongEntitlement: the account is not a client's cash of this book.
    :raises UnitNotHeld: the custody account does not hold the currency, or is of another book.
    :raises WithdrawalRestricted: a restriction stops outflow.
    :raises WithdrawalExceedsCash: there is not enough settled cash available.
    Source: DESIGN 4 (client withdraws), 6 (what may leave is settled cash), 1 rule 9.
    """
    return _request(
        book_id=book_id,
        kind=PaymentKind.CLIENT_WITHDRAWAL,
        source=_entitlement(book_id, entitlement_account_id, ring="client", role="entitlement"),
        custody_account_id=custody_account_id,
        amount_minor=amount_minor,
        counterparty_account=counterparty_account,
        requested_on=requested_on,
        maker_id=maker_id,
    )


def request_funder_withdrawal(
    *,
    book_id: int,
    funder_id: int,
    unit_code: str,
    amount_minor: int,
    counterparty_account: str,
    requested_on: dt.date,
    maker_id: int,
) -> Payment:
    """Ask for a funder's available money to be paid out from its home bank. As `request_withdrawal`.

    What it has lent, and what is held of its money, is not available. Two people decide by the kind
    `pay_funder_out`, with its own limits; the payment is released as any other.

    :raises NoHome: the funder has no home bank in the book.
    :raises WrongEntitlement: the funder has no account in the currency.
    """
    home = home_account(book_id=book_id, ring="funder", owner_id=funder_id)
    available = Account.objects.filter(
        book_id=book_id, ring="funder", role="funder_available", owner_id=funder_id, unit__code=unit_code
    ).first()
    if available is None:
        raise WrongEntitlement(f"funder {funder_id} has no account in {unit_code}")
    return _request(
        book_id=book_id,
        kind=PaymentKind.FUNDER_WITHDRAWAL,
        source=available,
        custody_account_id=home.pk,
        amount_minor=amount_minor,
        counterparty_account=counterparty_account,
        requested_on=requested_on,
        maker_id=maker_id,
    )


def return_receipt(
    *, payment_id: int, counterparty_account: str, requested_on: dt.date, maker_id: int
) -> Payment:
    """Ask for an unallocated receipt to be sent back, whole, and propose it to a second person.

    Joins the caller's transaction, else is its own; locks the receipt.

    :raises UnknownPayment: there is no such payment.
    :raises NotUnidentified: it is identified or returned already, or its return is under way.
    Source: DESIGN 4 (returned), 1 rule 9.
    """
    with refusing(refusals={"custody_payment_returned_once": NotUnidentified(str(payment_id))}):
        receipt = locked_payment(payment_id=payment_id)
        if receipt.state != PaymentState.UNIDENTIFIED:
            raise NotUnidentified(str(receipt))
        return _request(
            book_id=receipt.book_id,
            kind=PaymentKind.RECEIPT_RETURN,
            source=Account.objects.get(pk=unallocated_account_id(payment=receipt)),
            custody_account_id=receipt.custody_account_id,
            amount_minor=receipt.amount_minor,
            counterparty_account=counterparty_account,
            requested_on=requested_on,
            maker_id=maker_id,
            returns=receipt,
        )


def release_withdrawal(
    *, payment_id: int, approval_id: int, booking_date: dt.date, value_date: dt.date, maker_id: int
) -> Payment:
    """Use the approval up, book the payment as under way, and make it an instruction to the bank.

    Joins the caller's transaction, else is its own; locks payment, then approval. For a client's or funder's
    withdrawal, which posts through its hold, and for the return of a receipt alike.

    :raises UnknownPayment: there is no such payment.
    :raises NotRequested: it was released or cancelled before.
    :raises ApprovalMissing: the approval is not this payment's. Other refusals as `execute_approval`.
    :raises NotUnidentified: the receipt to be returned was identified meanwhile.
    :raises WithdrawalRestricted: a restriction stops outflow now.
    :raises WithdrawalNoLongerHeld: its hold was given up, for a liquidation say.
    :raises WithdrawalExceedsCash: there is not enough to return.
    :raises LedgerRefusal: any other rule of the ledger.
    Source: DESIGN 4 (client withdraws, returned), 1 rule 9.
    """
    with transaction.atomic(), _named_withdrawal_refusals():
        payment = locked_payment(payment_id=payment_id)
        if payment.state != PaymentState.REQUESTED:
            raise NotRequested(str(payment))
        if payment.approval_id != approval_id:
            raise ApprovalMissing
        execute_approval(
            approval_id=approval_id,
            kind=approval_kind(payment_kind=payment.kind),
            subject=f"custody.payment:{payment.reference}",
            payload=_payload(payment),
        )
        posted = post_journal_entry(
            book_id=payment.book_id,
            booking_date=booking_date,
            draft=_release_draft(payment, value_date),
            caller=CALLER,
            maker_id=maker_id,
        )
        payment.state = PaymentState.INSTRUCTED
        payment.value_date = value_date
        payment.booked_entry_id = posted.entry_id
        payment.save(update_fields=["state", "value_date", "booked_entry"])
        if payment.returns_id is not None:
            _mark_returned(payment.returns_id, posted.entry_id)
    return payment


def cancel_withdrawal(*, payment_id: int, reason: str, business_date: dt.date, maker_id: int) -> Payment:
    """Give up a payment that was requested and not released; nothing was booked, and its hold is released.

    Joins the caller's transaction, else is its own; locks the payment. Its approval can no longer be used.

    :raises UnknownPayment: there is no such payment.
    :raises NotRequested: it was released or cancelled before.
    """
    with transaction.atomic():
        payment = locked_payment(payment_id=payment_id)
        if payment.state != PaymentState.REQUESTED:
            raise NotRequested(str(payment))
        if payment.hold_id is not None and Hold.objects.get(pk=payment.hold_id).open_minor:
            release_hold(
                hold_id=payment.hold_id,
                reason=reason,
                business_date=max(business_date, payment.requested_on),
                caller=CALLER,
                idempotency_key=f"cancel/{payment.reference}",
                maker_id=maker_id,
            )
        payment.state = PaymentState.REJECTED
        payment.save(update_fields=["state"])
    return payment


@contextmanager
def _named_withdrawal_refusals() -> Iterator[None]:
    try:
        yield
    except AccountRestricted as error:
        raise WithdrawalRestricted(error.detail) from error
    except HoldOverdrawn as error:
        raise WithdrawalNoLongerHeld(error.detail) from error
    except LimitExceeded as error:
        raise WithdrawalExceedsCash(error.detail) from error


def _entitlement(book_id: int, account_id: int, *, ring: str, role: str) -> Account:
    account = Account.objects.filter(
        pk=account_id, book_id=book_id, ring=ring, role=role, unit__kind="currency"
    ).first()
    if account is None:
        raise WrongEntitlement(str(account_id))
    return account


def _request(
    *,
    book_id: int,
    kind: PaymentKind,
    source: Account,
    custody_account_id: int,
    amount_minor: int,
    counterparty_account: str,
    requested_on: dt.date,
    maker_id: int,
    returns: Payment | None = None,
) -> Payment:
    if amount_minor <= 0:
        raise NotAnAmount(str(amount_minor))
    line = custody_line(book_id=book_id, custody_account_id=custody_account_id, unit_code=source.unit.code)
    if line.ring != source.ring:
        raise UnitNotHeld(f"{line.external_number} is not of the {source.ring} ring")
    if returns is None:
        _refuse_restricted(source)
    book = Book.objects.get(pk=book_id)
    with transaction.atomic():
        lock_references(book=book)
        stem = reference_stem(book=book, letter="P", day=requested_on)
        number = Payment.objects.filter(reference__startswith=stem).count() + 1
        payment = Payment(
            book=book,
            custodian_id=line.custodian_id,
            custody_account_id=custody_account_id,
            direction=PaymentDirection.OUT,
            kind=kind,
            unit_id=line.unit_id,
            amount_minor=amount_minor,
            entitlement_account=source,
            counterparty_account=counterparty_account,
            reference=f"{stem}{number:04d}",
            state=PaymentState.REQUESTED,
            requested_on=requested_on,
            value_date=requested_on,
            returns=returns,
            maker_id=maker_id,
        )
        if returns is None:
            payment.hold = _hold(payment, source)
        payment.approval = propose_approval(
            book_code=book.code,
            kind=approval_kind(payment_kind=kind),
            subject=f"custody.payment:{payment.reference}",
            payload=_payload(payment),
            maker_id=maker_id,
            amount_minor=amount_minor,
            currency=source.unit.code,
        )
        payment.save(force_insert=True)
    return payment


def _refuse_restricted(source: Account) -> None:
    """What the ledger would refuse at the release, said at the request."""
    restriction = Restriction.objects.filter(
        account=source, scope=Restriction.Scope.OUTFLOW, lifted_on__isnull=True
    ).first()
    if restriction is not None:
        raise WithdrawalRestricted(restriction.reason)


def _hold(payment: Payment, source: Account) -> Hold:
    """Held in the open day at the latest, so that it can be released in it."""
    day = open_business_date(book_id=payment.book_id) or payment.requested_on
    draft = HoldDraft(
        account_id=source.pk,
        amount_minor=payment.amount_minor,
        reason="withdrawal requested",
        source=f"payment:{payment.reference}",
        idempotency_key=f"hold/{payment.reference}",
        placed_on=min(day, payment.requested_on),
    )
    try:
        return place_hold(book_id=payment.book_id, draft=draft, caller=CALLER, maker_id=payment.maker_id)
    except HoldExceedsAvailable as error:
        found = account_balances(account_ids=[source.pk])[source.pk]
        raise WithdrawalExceedsCash(
            f"{found.available_minor} available in {source.address}, {found.held_minor} held; "
            f"{payment.amount_minor} asked for"
        ) from error


def _payload(payment: Payment) -> dict[str, str | int]:
    """What two people agree on; a payment that differs in any of it is another payment."""
    return {
        "reference": payment.reference or "",
        "kind": str(payment.kind),
        "custody_account_id": payment.custody_account_id,
        "unit_id": payment.unit_id,
        "amount_minor": payment.amount_minor,
        "entitlement_account_id": payment.entitlement_account_id or 0,
        "counterparty_account": payment.counterparty_account,
        "returns_payment_id": payment.returns_id or 0,
    }


def _release_draft(payment: Payment, value_date: dt.date) -> EntryDraft:
    under_way = account_id(
        book_id=payment.book_id,
        address=f"{payment.custody_account.ring}/payments/{payment.custodian.code}",
        unit_code=payment.unit.code,
    )
    kind = ENTRY_KINDS[payment.kind]
    return EntryDraft(
        kind=kind,
        value_date=value_date,
        narration=f"{kind.replace('_', ' ')} released",
        source_reference=f"payment:{payment.reference}",
        idempotency_key=f"release/{payment.reference}",
        postings=[
            PostingDraft(payment.entitlement_account_id or 0, payment.amount_minor),
            PostingDraft(under_way, -payment.amount_minor),
        ],
        hold_draws=[] if payment.hold_id is None else [HoldDraw(payment.hold_id, payment.amount_minor)],
    )


def _mark_returned(receipt_id: int, entry_id: int) -> None:
    receipt = locked_payment(payment_id=receipt_id)
    if receipt.state != PaymentState.UNIDENTIFIED:
        raise NotUnidentified(str(receipt))
    receipt.state = PaymentState.RETURNED
    receipt.resolved_entry_id = entry_id
    receipt.save(update_fields=["state", "resolved_entry"])
