"""What a custodian can be told. A command is one line of its books; the books are the commands in order."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal

EXTERNAL = "EXTERNAL"
"""The account of somebody at another bank whom this custodian does not know."""

Side = Literal["buy", "sell"]


@dataclass(frozen=True, slots=True)
class OpenBooks:
    """The first line: whose books, and the decimals of every unit that has any."""

    code: str
    exponents: dict[str, int]


@dataclass(frozen=True, slots=True)
class OpenAccount:
    reference: str
    """The account number."""
    ring: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money or securities arrive from outside on a day."""

    reference: str
    account: str
    unit: str
    amount: int
    due_on: date
    description: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A payment order; executed at the next day's opening, once the account covers it."""

    reference: str
    from_account: str
    to_account: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Fill:
    """An executed trade to settle against payment. `cash_minor_net` is what is paid or got, unsigned."""

    reference: str
    account: str
    side: Side
    instrument: str
    quantity: int
    cash_minor_net: int
    currency: str
    trade_date: date
    settlement_date: date


@dataclass(frozen=True, slots=True)
class Dividend:
    """`amount_micro` millionths of a minor unit a share, before tax."""

    reference: str
    instrument: str
    ex_date: date
    pay_date: date
    currency: str
    amount_micro: int
    tax_ppm: int


@dataclass(frozen=True, slots=True)
class Split:
    """`numerator` new shares for `denominator` old ones."""

    reference: str
    instrument: str
    ex_date: date
    pay_date: date
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Advance:
    to_date: date


@dataclass(frozen=True, slots=True)
class IssueStatement:
    statement_date: date


Order = OpenAccount | Incoming | Transfer | Fill | Dividend | Split
Command = OpenBooks | Order | Advance | IssueStatement

KINDS: dict[str, type[Any]] = {
    "open_books": OpenBooks,
    "open_account": OpenAccount,
    "incoming": Incoming,
    "transfer": Transfer,
    "fill": Fill,
    "dividend": Dividend,
    "split": Split,
    "advance": Advance,
    "issue_statement": IssueStatement,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def encode(command: Command) -> dict[str, Any]:
    values = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(command).items()
    }
    return {"command": NAMES[type(command)], **values}


def decode(line: dict[str, Any]) -> Command:
    """:raises KeyError, TypeError, ValueError: the line is no command of this version."""
    values = dict(line)
    kind = KINDS[values.pop("command")]
    for field in fields(kind):
        if field.type is date:
            values[field.name] = date.fromisoformat(values[field.name])
    command: Command = kind(**values)
    return command
