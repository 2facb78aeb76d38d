"""Disputes that are open, by contract, and what they hold back: the side state DISPUTED is read from them."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from contracts.models import Dispute, DisputeState, DisputeSubject


def disputed(*, contract_ids: Iterable[int], on: dt.date) -> dict[int, tuple[Dispute, ...]]:
    """Return the disputes open on a day, by contract; contracts without one are left out. One statement.

    Open on the day: opened by then, and not decided before the day's end. Source: DESIGN 6 (side states).
    """
    found: dict[int, list[Dispute]] = {}
    rows = Dispute.objects.filter(contract_id__in=set(contract_ids), opened_on__lte=on).order_by("id")
    for dispute in rows:
        if dispute.decided_on is None or dispute.decided_on > on:
            found.setdefault(dispute.contract_id, []).append(dispute)
    return {contract_id: tuple(disputes) for contract_id, disputes in found.items()}


def is_disputed(*, contract_id: int, subject: DisputeSubject, reference: str) -> bool:
    """Whether the very call, fee, interest or liquidation has an open dispute."""
    return Dispute.objects.filter(
        contract_id=contract_id, subject_kind=subject, subject_reference=reference, state=DisputeState.OPEN
    ).exists()


def open_disputes(*, book_id: int) -> QuerySet[Dispute]:
    """Return the disputes that wait for an answer, the earliest due first."""
    rows = Dispute.objects.filter(book_id=book_id, state=DisputeState.OPEN)
    return rows.select_related("contract__client").order_by("answer_due_on", "id")


def overdue_disputes(*, book_id: int, on: dt.date) -> list[Dispute]:
    """Return open disputes whose answer was due before a day, the oldest first."""
    rows = Dispute.objects.filter(book_id=book_id, state=DisputeState.OPEN, answer_due_on__lt=on)
    return list(rows.select_related("contract").order_by("answer_due_on", "id"))


def disputed_amounts(*, contract_ids: Iterable[int]) -> dict[int, int]:
    """Return what is disputed of contracts' debts, by the account on which it is owed; minor units.

    More may be disputed than is still owed. Source: DESIGN 7 (a client may dispute).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, amount_minor FROM contracts_disputedamount WHERE contract_id = ANY(%s)",
            [sorted(set(contract_ids))],
        )
        return dict(cursor.fetchall())
