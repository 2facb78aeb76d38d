"""What the custodians said. Reads only."""

import datetime as dt

from django.db.models import QuerySet

from custody.domain.statement_checks import Predecessor
from custody.models import Statement, StatementBalance, StatementReplacement, StatementState

READ_STATES = (StatementState.ACCEPTED, StatementState.MARKED)


def is_usable(statement: Statement) -> bool:
    """Whether its entries may confirm anything: it was read, and no finding stops it. See `is_superseded`."""
    return statement.state != StatementState.UNREADABLE and not any(
        finding["stops"] for finding in statement.findings
    )


def is_superseded(statement: Statement) -> bool:
    """Whether another took its place: from then on that one speaks for the day."""
    return StatementReplacement.objects.filter(replaced_id=statement.pk).exists()


def statements_of_day(*, book_id: int, custodian_id: int, statement_date: dt.date) -> QuerySet[Statement]:
    """Every statement for a day, unreadable ones by the day they came, in order of arrival."""
    return Statement.objects.filter(
        book_id=book_id, custodian_id=custodian_id, statement_date=statement_date
    ).order_by("id")


def usable_statement(
    *, book_id: int, custodian_id: int, kind: str, statement_date: dt.date
) -> Statement | None:
    """The day's statement of one kind that nothing stops and none superseded; the first if several came."""
    candidates = statements_of_day(
        book_id=book_id, custodian_id=custodian_id, statement_date=statement_date
    ).filter(kind=kind, superseded_by__isnull=True)
    return next((one for one in candidates.defer("original") if is_usable(one)), None)


def predecessor_of(*, book_id: int, custodian_id: int, kind: str, sequence: int) -> Predecessor | None:
    """The read statement with the next lower number of the custodian's; of several, the one that came
    first, where none took its place.
    """
    found = (
        Statement.objects.filter(
            book_id=book_id,
            custodian_id=custodian_id,
            kind=kind,
            state__in=READ_STATES,
            sequence_number__lt=sequence,
            superseded_by__isnull=True,
        )
        .order_by("-sequence_number", "id")
        .values_list("id", "external_number", "sequence_number")
        .first()
    )
    if found is None:
        return None
    statement_id, number, before = found
    closing = StatementBalance.objects.filter(statement_id=statement_id).values_list(
        "custody_account__external_number", "unit__code", "closing_minor"
    )
    return Predecessor(
        number=number,
        sequence=int(before or 0),
        closing_minor={(account, unit): closing_minor for account, unit, closing_minor in closing},
    )
