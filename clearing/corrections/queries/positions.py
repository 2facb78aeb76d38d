"""What earlier corrections of official rates adjusted. Reads only."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Sum

from clearing.corrections.models import PositionAdjustment
from ledger.domain.position_walk import Standing


def adjusted_before(*, book_id: int, since: dt.date) -> Mapping[int, Standing]:
    """Return by currency what was booked since a day for revaluations before it. One statement."""
    rows = (
        PositionAdjustment.objects.filter(
            run__book_id=book_id, run__booking_date__gte=since, revaluation__business_date__lt=since
        )
        .order_by()
        .values_list("unit_id")
        .annotate(cost=Sum("cost_minor"), unrealised=Sum("unrealised_minor"))
    )
    return {
        unit_id: Standing(cost_minor=int(cost), unrealised_minor=int(unrealised))
        for unit_id, cost, unrealised in rows
    }
