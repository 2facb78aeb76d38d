"""Carry a year's result to equity."""

from collections.abc import Sequence

from django.db import connection, transaction

from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import execute_approval, propose_approval
from ledger.domain.months import year_end
from ledger.models import Book, YearEndTransfer
from ledger.queries.days import open_business_date
from ledger.queries.months import months_away
from ledger.queries.periods import YearResult, year_results
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.period_refusals import MonthsDetached, NothingToTransfer
from ledger.services.periods import by_two
from ledger.services.posting import EntryHeader, post_journal_entries_from_select
from ledger.services.refusals import DayNotOpen, named_refusals

CALLER = "ledger.year_end"
RETAINED = "house/retained-earnings"
RETAINED_CATEGORY = 3020

_POSTINGS = """
WITH result AS MATERIALIZED (
    -- What no entry may move, however large, reaches the posting rule as too much, and is refused by name.
    SELECT
        a.id AS account_id, a.unit_id,
        greatest(least(sum(p.amount_minor), 1e16), -1e16)::bigint AS amount_minor
    FROM ledger_account AS a
    INNER JOIN ledger_accountcategory AS c ON c.number = a.category_id AND c.type IN ('income', 'expense')
    INNER JOIN ledger_posting AS p
        ON p.account_id = a.id AND p.value_date BETWEEN make_date(%(year)s, 1, 1) AND %(year_end)s
    WHERE a.book_id = %(book_id)s
    GROUP BY a.id, a.unit_id
    HAVING sum(p.amount_minor) <> 0
)
SELECT 1 AS entry_no, r.account_id, -r.amount_minor AS amount_minor FROM result AS r
UNION ALL
SELECT 1, kept.account_id, r.amount_minor
FROM (
    SELECT unit_id, greatest(least(sum(amount_minor), 1e16), -1e16)::bigint AS amount_minor
    FROM result
    GROUP BY unit_id
) AS r
INNER JOIN unnest(%(retained_unit_id)s::bigint[], %(retained_account_id)s::bigint[])
    AS kept (unit_id, account_id)
    ON kept.unit_id = r.unit_id
WHERE r.amount_minor <> 0
"""


def propose_year_end_transfer(*, book_id: int, year: int, maker_id: int) -> Approval:
    """Propose to carry the year's result to equity, with its figure in each unit.

    Joins the caller's transaction, else is its own. What the proposal names is what may be carried: when an
    entry of the year comes in between, it is to be proposed anew.

    :raises MonthsDetached: the postings of a month are not at hand.
    :raises NothingToTransfer: income and expense of the year stand at zero.
    Source: DESIGN 3 (periods); DESIGN 1, rule 9.
    """
    book = Book.objects.get(pk=book_id)
    _refuse_detached_months(book_id)
    results = year_results(book_id=book_id, year=year)
    if not results:
        raise NothingToTransfer(str(year))
    return propose_approval(
        book_code=book.code,
        kind=ApprovalKind.TRANSFER_YEAR_END,
        subject=f"{book.code}/{year}",
        payload=_payload(book, year, results),
        maker_id=maker_id,
    )


def transfer_year_end(*, book_id: int, year: int, approval_id: int) -> YearEndTransfer:
    """Carry every account of income and expense of a book to retained earnings, per unit, by one entry.

    Joins the caller's transaction, else is its own; READ COMMITTED; holds entries off while it sums. Amounts
    are those value-dated in the calendar year, whenever booked; the entry has the value date 31 December. It
    is booked into the year's last day when that is soft-closed, else into the open day of a later year. A
    second approval carries the difference that came late; one that was used returns its transfer.

    :raises DayNotOpen: no day of the book takes entries.
    :raises YearNotOver: the day that takes entries is of the year, and not soft-closed in December.
    :raises MonthsDetached: the postings of a month are not at hand.
    :raises NothingToTransfer: income and expense of the year stand at zero.
    :raises ApprovalMissing: and its like (`execute_approval`), where it does not permit these figures.
    :raises LedgerRefusal: any other rule of the ledger.
    Source: DESIGN 3 (periods), decision 26.
    """
    with named_refusals(), transaction.atomic():
        book = Book.objects.get(pk=book_id)
        Approval.objects.select_for_update().filter(pk=approval_id).first()
        done = YearEndTransfer.objects.filter(book=book, year=year, approval_id=approval_id).first()
        if done is not None:
            return done
        _refuse_detached_months(book_id)
        _hold_result_still(book_id)
        booking_date = open_business_date(book_id=book_id)
        if booking_date is None:
            raise DayNotOpen
        results = year_results(book_id=book_id, year=year)
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.TRANSFER_YEAR_END,
            subject=f"{book.code}/{year}",
            payload=_payload(book, year, results),
        )
        if not results:
            raise NothingToTransfer(str(year))
        transfer_no = 1 + YearEndTransfer.objects.filter(book=book, year=year).count()
        retained = _open_retained_earnings(book_id, results)
        (posted,) = post_journal_entries_from_select(
            book_id=book_id,
            booking_date=booking_date,
            headers=[
                EntryHeader(
                    entry_no=1,
                    kind="year_end_transferred",
                    value_date=year_end(year),
                    narration=f"Result of {year} carried to equity, transfer {transfer_no}",
                    source_reference=f"accounts.approval:{approval_id}",
                    idempotency_key=f"year-end/{year}/{transfer_no}",
                )
            ],
            postings_sql=_POSTINGS,
            params={
                "year": year,
                "year_end": year_end(year),
                "retained_unit_id": list(retained),
                "retained_account_id": list(retained.values()),
            },
            caller=CALLER,
            maker_id=approval.maker_id,
        )
        made = YearEndTransfer.objects.create(
            book=book, year=year, entry_id=posted.entry_id, **by_two(approval=approval)
        )
    made.refresh_from_db()
    return made


def _payload(book: Book, year: int, results: Sequence[YearResult]) -> dict[str, object]:
    return {
        "book": book.code,
        "year": year,
        "result_minor": {one.unit_code: one.result_minor for one in results},
    }


def _refuse_detached_months(book_id: int) -> None:
    away = months_away(book_id=book_id)
    if away:
        raise MonthsDetached(", ".join(f"{month:%Y-%m}" for month in away))


def _hold_result_still(book_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_hold_result_still(%s)", [book_id])


def _open_retained_earnings(book_id: int, results: Sequence[YearResult]) -> dict[int, int]:
    """The account of retained earnings by unit, opened where it is not there."""
    drafts = [AccountDraft(RETAINED, one.unit_id, "house", "capital", RETAINED_CATEGORY) for one in results]
    opened = open_accounts(book_id=book_id, drafts=drafts)
    return {draft.unit_id: opened[draft.address, draft.unit_id] for draft in drafts}
