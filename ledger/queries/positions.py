"""Positions: the order in which a book's entries were committed."""

from ledger.models import PositionHead


def last_position(*, book_id: int) -> int:
    """The last position stamped in the book, 0 if none."""
    return PositionHead.objects.values_list("last_position", flat=True).get(book_id=book_id)
