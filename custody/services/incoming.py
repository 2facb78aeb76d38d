"""Book what a statement reports as come in from outside: the evening's deposits, in one go."""

import datetime as dt

from django.db import connection, transaction

from custody.models import Payment, PaymentKind, Statement, StatementKind
from custody.queries.statements import is_superseded, is_usable
from custody.services.payments import ReceiptDraft, receive_payments
from custody.services.transfers import StatementNotUsable, UnknownStatement

# Up to its first slash the remitter's reference names the contract (client ring) or the funder (funder ring).
# What comes from one of our own accounts carries one of our references and is no deposit.
_INCOMING = """
SELECT
    e.custody_account_id,
    n.code,
    n.kind,
    c.ring,
    e.amount_minor,
    e.bank_reference,
    e.value_date,
    (
        SELECT min(a.id)
        FROM ledger_account AS a
        LEFT JOIN accounts_party AS owner ON owner.id = a.owner_id
        WHERE a.book_id = c.book_id AND a.ring = c.ring AND a.unit_id = e.unit_id
            AND (
                (c.ring = 'client' AND a.role = 'entitlement' AND a.contract_code <> ''
                    AND a.contract_code = split_part(e.account_reference, '/', 1))
                OR (c.ring = 'funder' AND a.role = 'funder_available'
                    AND owner.code = split_part(e.account_reference, '/', 1))
            )
        HAVING count(*) = 1
    ) AS entitlement_account_id,
    s.kind
FROM custody_statemententry AS e
INNER JOIN custody_statement AS s ON s.id = e.statement_id
INNER JOIN custody_custodyaccount AS c ON c.id = e.custody_account_id
INNER JOIN ledger_unit AS n ON n.id = e.unit_id
WHERE e.statement_id = %s AND e.type = 'incoming_payment' AND e.amount_minor > 0
    AND NOT EXISTS (
        SELECT FROM custody_transferinstruction AS t WHERE t.reference = e.account_reference
    )
ORDER BY e.sequence
"""


def book_incoming_payments(*, statement_id: int, booking_date: dt.date, maker_id: int) -> list[Payment]:
    """Book every receipt that a statement reports and nobody booked yet, in a fixed number of statements.

    Joins the caller's transaction, else is its own. A client's cash whose remitter names no contract stays
    unallocated. What no account can take (a funder or securities not recognised, money for the reserve) is
    not booked and shows as a break. The house's own is capital. Receipts booked before are returned as they
    are.

    :raises UnknownStatement: there is no such statement.
    :raises StatementNotUsable: the statement was unreadable, failed a check that stops it, or was superseded.
    :raises BankReferenceTaken: a reference belongs to a receipt of other content.
    :raises LedgerRefusal: any rule of the ledger.
    Source: DESIGN 4 (client deposit, unidentified receipt, funder in, securities in), 8.
    """
    statement = Statement.objects.defer("original").filter(pk=statement_id).first()
    if statement is None:
        raise UnknownStatement(str(statement_id))
    if not is_usable(statement) or is_superseded(statement):
        raise StatementNotUsable(str(statement))
    with transaction.atomic():
        return receive_payments(
            book_id=statement.book_id,
            booking_date=booking_date,
            drafts=incoming_drafts(statement_id=statement_id),
            maker_id=maker_id,
        )


def incoming_drafts(*, statement_id: int) -> list[ReceiptDraft]:
    """Return what a statement reports as come in and an account can take, in its order. Reads only."""
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING, [statement_id])
        rows = cursor.fetchall()
    drafts = []
    for account_id, unit, unit_kind, ring, amount, reference, value_date, whose_id, statement_kind in rows:
        kind = _kind(statement_kind, ring, unit_kind, whose_id)
        if kind is not None:
            drafts.append(ReceiptDraft(account_id, unit, amount, reference, value_date, whose_id, kind))
    return drafts


def _kind(statement_kind: str, ring: str, unit_kind: str, entitlement_id: int | None) -> PaymentKind | None:
    """What a receipt is booked as; None where no account can take it."""
    if statement_kind == StatementKind.HOLDINGS or unit_kind == "security":
        return PaymentKind.SECURITIES_IN if ring == "client" and entitlement_id is not None else None
    if ring == "client":
        return PaymentKind.CLIENT_DEPOSIT
    if ring == "funder":
        return PaymentKind.FUNDER_DEPOSIT if entitlement_id is not None else None
    return PaymentKind.HOUSE_CAPITAL if ring == "house" else None
