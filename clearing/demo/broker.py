"""The demo's broker: executes what was ordered at the session's real opening price and reports the trades.

Clients' orders come from their plans, liquidation orders from the platform. A session's volume is the limit
of nothing here: the demo's orders are small beside it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from clearing.demo.market import Market
from clearing.demo.plans import ContractPlan
from clearing.liquidation.queries.liquidations import open_orders
from clearing.settlement.domain.trade_lines import COLUMNS, OPTIONAL
from ledger.domain.money import round_half_up

EXTERNAL_BUY_PPM = 10
EXTERNAL_SELL_PPM = 810
_PPM = 1_000_000
_KEPT_BACK_PPM = 15_000
"""Of the money a client buys with, what stays in cash for commission and the first interest."""


@dataclass(frozen=True, slots=True)
class Order:
    """A market order of one session; `order_reference` where the platform liquidates."""

    contract_code: str
    instrument_code: str
    side: str
    quantity: int
    reference: str
    order_reference: str = ""


def purchases(plan: ContractPlan, market: Market, session: date) -> Iterator[Order]:
    """Yield what a client buys with own and financed money once it is drawn."""
    spent = (plan.own_minor + plan.financed_minor) * (_PPM - _KEPT_BACK_PPM) // _PPM
    for instrument_code, share_ppm in plan.weights:
        price_minor = market.bar(instrument_code, session).open_minor
        quantity = spent * share_ppm // _PPM // price_minor
        if quantity:
            stock = instrument_code.split(":")[1]
            yield Order(plan.code, instrument_code, "buy", quantity, f"{plan.code}-B-{stock}")


def liquidation_orders(book_id: int) -> Iterator[Order]:
    """Yield the platform's open liquidation orders."""
    for order in open_orders(book_id=book_id):
        yield Order(
            order.contract,
            order.security,
            "sell",
            order.quantity,
            f"L-{order.reference}",
            order.reference,
        )


def report(orders: Iterable[Order], market: Market, session: date) -> bytes:
    """Return the broker's trade file of a session: every order filled at the opening price."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *OPTIONAL])
    for order in orders:
        price_minor = market.bar(order.instrument_code, session).open_minor
        rate_ppm = EXTERNAL_BUY_PPM if order.side == "buy" else EXTERNAL_SELL_PPM
        cost_minor = round_half_up(order.quantity * price_minor * rate_ppm, _PPM)
        writer.writerow(
            [
                order.contract_code,
                order.instrument_code,
                order.side,
                order.quantity,
                _money(price_minor),
                session.isoformat(),
                order.reference,
                _money(cost_minor),
                "",
                order.order_reference,
            ]
        )
    return text.getvalue().encode()


def _money(amount_minor: int) -> str:
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"
