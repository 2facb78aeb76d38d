"""Corrected statements that were kept and wait for somebody to propose them. Reads only."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from custody.models import Statement, StatementState
from custody.queries.statements import is_usable

MOST = 100


def kept_corrections() -> Sequence[Statement]:
    """Return the files that were stopped because an accepted one of their day and number stands."""
    accepted = Statement.objects.filter(
        book_id=OuterRef("book_id"),
        custodian_id=OuterRef("custodian_id"),
        kind=OuterRef("kind"),
        statement_date=OuterRef("statement_date"),
        sequence_number=OuterRef("sequence_number"),
        superseded_by__isnull=True,
        state=StatementState.ACCEPTED,
    )
    found = (
        Statement.objects.filter(Exists(accepted), state=StatementState.MARKED, superseded_by__isnull=True)
        .select_related("book", "custodian")
        .defer("original")
        .order_by("-pk")[:MOST]
    )
    return [one for one in found if not is_usable(one)]
