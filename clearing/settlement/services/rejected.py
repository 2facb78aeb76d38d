"""Keep reported trades that could not be booked."""

from collections.abc import Sequence
from datetime import date

from clearing.domain.csv_lines import RejectedLine
from clearing.settlement.models import RejectedTrade


def keep_rejected(
    *, book_id: int, file_id: int | None, business_date: date, lines: Sequence[RejectedLine]
) -> int:
    """Write rejected lines down, each once per file (or day, where there is no file); return how many.

    Joins the caller's transaction.
    """
    if not lines:
        return 0
    known = set(
        RejectedTrade.objects.filter(
            book_id=book_id,
            file_id=file_id,
            business_date=business_date,
            line_number__in={line.number for line in lines},
        ).values_list("line_number", "raw", "reason")
    )
    new = [line for line in lines if (line.number, line.raw, line.reason) not in known]
    RejectedTrade.objects.bulk_create(
        RejectedTrade(
            book_id=book_id,
            file_id=file_id,
            business_date=business_date,
            line_number=line.number,
            raw=line.raw,
            reason=line.reason,
            explanation=line.explanation,
        )
        for line in new
    )
    return len(new)
