"""Accrue interest for the whole book: exact, set-based, once a date.

Both sides of a contract are counted from the postings of its principal accounts by value date: the client's
side from the loan, each funder's from what it funded. What is posted is the rounded cumulative figure less
what was posted before, so a missed day and a weekend correct themselves with the next run. The spread takes
the residual. Postings of closed days never change and are carried as one sum from row to row (`closed_*`), so
a run reads only what has been booked since the last one (contracts/services/interest_statements.py).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from contracts.domain.interest import EVERY_DENOMINATOR
from contracts.domain.states import ACCRUING
from contracts.models import InterestRun
from contracts.services.entries import CALLER
from contracts.services.interest_accrual_statement import ACCRUE_STATEMENT
from contracts.services.interest_adjustments import AdjustmentCause, keep_adjustments, post_adjustments
from contracts.services.interest_statements import POSTINGS, SURVEY_STATEMENT
from contracts.services.refusals import ContractRefusal, named_contract_refusals
from ledger.services.posting import EntryHeader, post_journal_entries_from_select


class PrincipalValuedAhead(ContractRefusal):
    """A posting of principal has a value date after its booking date; interest on it can't be counted."""

    code = "contracts_interest_principal_not_valued_ahead"
    sentence = _("Principal was booked with a later value date; reverse it and book it on its day.")


@dataclass(frozen=True, slots=True)
class ContractRange:
    """A chunk of contracts by id, both ends included."""

    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True)
class AccrualResult:
    """What a run did. `contracts` is 0 where the date had been accrued before."""

    accrual_date: dt.date
    contracts: int
    client_minor: int
    """Posted to the clients' debit in all, adjustments included, of every currency."""
    entry_id: int | None
    adjusted_minor: int = 0
    """What of it puts earlier nights right: value-dated, in entries of their own."""
    held: int = 0
    """Contracts whose interest waits for a fixing; see :class:`contracts.models.InterestHold`."""


INTEREST_LOCK = 0x504C494E
"""First key ("PLIN") of the lock that accruals share and a correction of rates takes alone; then the book."""

_EVERY_CONTRACT = ContractRange(first_id=0, last_id=2**63 - 1)


def accrue_interest(
    *,
    book_id: int,
    business_date: dt.date,
    maker_id: int,
    contract_range: ContractRange | None = None,
) -> AccrualResult:
    """Accrue what every contract of the book, or of a chunk, has earned before `business_date`.

    Joins the caller's transaction, else is its own. Set-based, whatever the size: what is due is
    surveyed, what was changed back to an earlier day is worked out again, the figures are counted and
    kept, and one entry is posted of all changes; what puts earlier nights right goes into value-dated
    entries of its own, one adjustment a contract. Calendar days since the last run are covered, first day
    in, last day out. A contract that was accrued for the date or a later one is left alone: a second run
    does nothing. One whose benchmark lacks a fixing is held by name, while the others go on; the run
    after the fixing catches up.

    :raises PrincipalValuedAhead: principal was booked with a later value date; nothing is accrued.
    :raises AccruedTwice: another run did the same at the same time.
    :raises LedgerRefusal: the day is not open.
    Source: DESIGN 5 (interest), 4 (interest accrued).
    """
    chunk = contract_range or _EVERY_CONTRACT
    params: dict[str, Any] = {
        "book_id": book_id,
        "states": sorted(ACCRUING),
        "first_id": chunk.first_id,
        "last_id": chunk.last_id,
        "date": business_date,
        "denominator": EVERY_DENOMINATOR,
        "newest_run": _newest_run(book_id, business_date, chunk),
    }
    with named_contract_refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, %s), pg_advisory_xact_lock_shared(%s, 0)",
            [INTEREST_LOCK, book_id, INTEREST_LOCK],
        )
        # A million sides sorted and hashed in memory; compiling so long a statement would take seconds.
        cursor.execute("SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true)")
        cursor.execute(SURVEY_STATEMENT, params)
        due, params["since"], changed, since_when = cursor.fetchone()
        if due == 0:
            return AccrualResult(accrual_date=business_date, contracts=0, client_minor=0, entry_id=None)
        run = _start_run(book_id, business_date, chunk)
        cause = AdjustmentCause(run_id=run.id)
        again_minor = 0
        if changed:
            again_minor = keep_adjustments(
                contract_ids=changed, from_dates=since_when, cause=cause, params=params
            )
        cursor.execute(ACCRUE_STATEMENT, {**params, "run_id": run.id})
        contracts, client_minor, late_minor, held, ahead = cursor.fetchone()
        if ahead is not None:
            raise PrincipalValuedAhead(ahead)
        post_adjustments(book_id=book_id, booking_date=business_date, cause=cause, maker_id=maker_id)
        entry_id = _post(run, maker_id)
    adjusted_minor = again_minor + int(late_minor)
    return AccrualResult(
        accrual_date=business_date,
        contracts=contracts,
        client_minor=int(client_minor) + adjusted_minor,
        entry_id=entry_id,
        adjusted_minor=adjusted_minor,
        held=held,
    )


def _newest_run(book_id: int, business_date: dt.date, chunk: ContractRange) -> int | None:
    """Return the one run of the newest date before this one, whose rows then are the last of their contracts.

    None where that is not certain without looking at each: runs of this date or a later one, or several.
    """
    runs = InterestRun.objects.filter(book_id=book_id)
    newest = runs.aggregate(newest=Max("accrual_date"))["newest"]
    if newest is None or newest >= business_date:
        return None
    found = runs.filter(
        accrual_date=newest, sequence__gte=max(chunk.first_id, 1), sequence__lte=chunk.last_id
    ).values_list("id", flat=True)[:2]
    return found[0] if len(found) == 1 else None


def _start_run(book_id: int, business_date: dt.date, chunk: ContractRange) -> InterestRun:
    """Number the run by its contracts, so that chunks accrued side by side never wait for a number."""
    first = max(chunk.first_id, 1)
    earlier = InterestRun.objects.filter(
        book_id=book_id, accrual_date=business_date, sequence__gte=first, sequence__lte=chunk.last_id
    )
    newest = earlier.aggregate(newest=Max("sequence"))["newest"] or first - 1
    return InterestRun.objects.create(book_id=book_id, accrual_date=business_date, sequence=newest + 1)


def _post(run: InterestRun, maker_id: int) -> int | None:
    """Post the run's accruals as one entry, unless all of them are nought."""
    posted = post_journal_entries_from_select(
        book_id=run.book_id,
        booking_date=run.accrual_date,
        headers=[
            EntryHeader(
                entry_no=0,
                kind="interest_accrued",
                value_date=run.accrual_date,
                narration=f"Interest accrued up to {run.accrual_date}",
                source_reference=f"contracts.interestrun:{run.id}",
                idempotency_key=f"interest-accrued:{run.accrual_date}:{run.sequence}",
            )
        ],
        postings_sql=POSTINGS,
        params={"run_id": run.id},
        caller=CALLER,
        maker_id=maker_id,
    )
    if not posted:
        return None
    InterestRun.objects.filter(pk=run.id).update(entry_id=posted[0].entry_id)
    return posted[0].entry_id
