"""Names and amounts as Beancount and hledger want them. Pure text; the meaning stays the ledger's.

Beancount allows letters, digits and dashes in an account's segments, each beginning with a capital or digit;
hledger nearly anything. Both get the address segment by segment, so that reports read alike.
"""

import re

from ledger.domain.money import minor_to_decimal_string

ROOT_OF_TYPE = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
    "memo": "Equity:Memo",
}
"""Beancount knows five roots; memo accounts stand outside the balance sheet under equity, at zero in sum."""


def beancount_account(category_type: str, address: str) -> str:
    """`client/C1/F1/cash` of a liability becomes `Liabilities:Client:C1:F1:Cash`."""
    segments = (re.sub(r"[^A-Za-z0-9-]", "-", segment) for segment in address.split("/"))
    return ":".join(
        [ROOT_OF_TYPE[category_type], *(segment[:1].upper() + segment[1:] for segment in segments)]
    )


def hledger_account(category_type: str, address: str) -> str:
    """`client/C1/F1/cash` of a liability becomes `liabilities:client:C1:F1:cash`."""
    return ":".join([ROOT_OF_TYPE[category_type].lower(), *address.split("/")])


def commodity(unit_code: str) -> str:
    """A unit's code as Beancount's commodity: `XNYS:IBM` becomes `XNYS.IBM`."""
    return unit_code.replace(":", ".")


def hledger_commodity(unit_code: str) -> str:
    """As `commodity`, in the quotes that hledger needs about anything but letters."""
    name = commodity(unit_code)
    return name if name.isalpha() else f'"{name}"'


def amount_text(amount_minor: int, exponent: int) -> str:
    """Signed decimal with exactly the unit's places, debit positive."""
    return minor_to_decimal_string(amount_minor, exponent)


def quoted(text: str) -> str:
    """A Beancount string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def one_line(text: str) -> str:
    """hledger ends a description at a line's end and begins a comment at a semicolon."""
    return re.sub(r"[\r\n;]+", " ", text)
