"""What is held on the accounts of a contract when its liquidation begins."""

from collections.abc import Sequence
from datetime import date

from clearing.liquidation.models import Liquidation
from contracts.models import FinancingContract
from ledger.models import Hold
from ledger.services.holds import release_holds_on


def free_held_cash(*, liquidations: Sequence[Liquidation], business_date: date, actor_id: int) -> int:
    """Release every hold on the clients' accounts of these liquidations' contracts: the claims come first.

    Joins the caller's transaction; locks the balances in account order. A withdrawal that was requested can
    no longer be released: it is cancelled, and asked for anew when the liquidation leaves something.

    :returns: how many holds were released.
    Source: DESIGN 7 (waterfall: the pot is the contract's cash in every currency), decision 24.
    """
    released = 0
    for book_id in sorted({liquidation.book_id for liquidation in liquidations}):
        held = list(
            Hold.objects.filter(
                book_id=book_id,
                open_minor__gt=0,
                account__ring="client",
                account__contract_code__in=FinancingContract.objects.filter(
                    id__in=[liquidation.contract_id for liquidation in liquidations], book_id=book_id
                ).values("code"),
            ).values_list("account_id", flat=True)
        )
        if held:
            released += len(
                release_holds_on(
                    account_ids=held,
                    reason="a liquidation was released: its claims come first",
                    business_date=business_date,
                    caller="liquidation",
                    idempotency_key=f"liquidation/{business_date}",
                    maker_id=actor_id,
                )
            )
    return released
