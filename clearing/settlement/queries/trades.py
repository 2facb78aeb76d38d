"""Trades by what is still to happen to them."""

from datetime import date

from django.db.models import QuerySet, Sum

from clearing.settlement.models import Trade


def due_trades(*, book_id: int, business_date: date) -> QuerySet[Trade]:
    """Return the trades to settle on the day, those of missed days included, with all that booking needs."""
    return (
        Trade.objects.filter(
            book_id=book_id,
            settled_entry__isnull=True,
            settlement_date__lte=business_date,
            cancellation__isnull=True,
        )
        .select_related("contract__client", "contract__custodian", "instrument__unit")
        .order_by("settlement_date", "pk")
    )


def trades_of_order(*, book_id: int, order_reference: str) -> QuerySet[Trade]:
    """Return the executions of a liquidation order, in the order of their booking."""
    return Trade.objects.filter(book_id=book_id, liquidation_order_reference=order_reference).order_by("pk")


def filled_quantities(*, book_id: int, order_references: list[str]) -> dict[str, int]:
    """Return how much of each liquidation order was executed; orders without executions are absent."""
    rows = (
        Trade.objects.filter(book_id=book_id, liquidation_order_reference__in=order_references)
        .order_by()
        .values("liquidation_order_reference")
        .annotate(filled=Sum("quantity"))
    )
    return {row["liquidation_order_reference"]: row["filled"] for row in rows}


def has_unsettled_trades(*, contract_id: int) -> bool:
    """Return whether a trade of the contract is still to settle."""
    return Trade.objects.filter(
        contract_id=contract_id, settled_entry__isnull=True, cancellation__isnull=True
    ).exists()
