"""A line of a trade file.

Columns: contract, instrument, side, quantity, price, trade_date, broker_reference; and where the broker says
so external_cost, commission (in money; else by the terms' rates) and liquidation_order.
"""

from dataclasses import dataclass
from datetime import date

from clearing.domain.csv_lines import CsvLine, LineRefused, parse_day, parse_minor

COLUMNS = ("contract", "instrument", "side", "quantity", "price", "trade_date", "broker_reference")
OPTIONAL = ("external_cost", "commission", "liquidation_order")
_REFERENCE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A reported execution. Price and costs in minor units of the currency, quantity in the security's scale.

    Costs that are None follow from the terms. ``line_number`` and ``raw`` say where it came from.
    """

    contract_code: str
    instrument_code: str
    side: str
    quantity: int
    price_minor: int
    trade_date: date
    broker_reference: str
    external_cost_minor: int | None = None
    commission_minor: int | None = None
    liquidation_order_reference: str = ""
    line_number: int = 0
    raw: str = ""


def read_trade_line(line: CsvLine, *, currency_exponent: int, quantity_exponent: int) -> TradeRow:
    """Return the line's trade.

    :raises LineRefused: a field cannot be read; ``reason`` names it.
    """
    fields = line.fields
    side = fields["side"].lower()
    if side not in {"buy", "sell"}:
        raise LineRefused("side_unknown", f"side is buy or sell, not {fields['side']!r}.")
    reference = fields["broker_reference"]
    order = fields.get("liquidation_order", "")
    if not reference or len(reference) > _REFERENCE_LENGTH or len(order) > _REFERENCE_LENGTH:
        raise LineRefused(
            "reference_malformed", f"broker_reference has 1 to {_REFERENCE_LENGTH} characters: {reference!r}."
        )
    return TradeRow(
        contract_code=fields["contract"],
        instrument_code=fields["instrument"],
        side=side,
        quantity=parse_minor(fields["quantity"], exponent=quantity_exponent, column="quantity"),
        price_minor=parse_minor(fields["price"], exponent=currency_exponent, column="price"),
        trade_date=parse_day(fields["trade_date"], column="trade_date"),
        broker_reference=reference,
        external_cost_minor=_optional(fields.get("external_cost", ""), currency_exponent, "external_cost"),
        commission_minor=_optional(fields.get("commission", ""), currency_exponent, "commission"),
        liquidation_order_reference=order,
        line_number=line.number,
        raw=line.raw,
    )


def _optional(text: str, exponent: int, column: str) -> int | None:
    return parse_minor(text, exponent=exponent, column=column) if text else None
