"""The trial balance in the book's currency: what a trial balance per unit is worth at a day's official rates.

Each line is translated at the rate of its unit and rounded half up by itself, debits and credits apart, so
that a ring may be off by the rounding: shown as a line of its own, never pushed into another. Securities are
not translated (a mark is no official rate) and are named; a currency without a rate is named, its lines are
left out, and the whole is incomplete: never at one, never at zero.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.domain.exchange import convert_minor
from ledger.models import Book, Unit
from ledger.queries.official_rates import rates_of_day
from ledger.queries.trial_balance import RINGS, TrialBalanceLine, TrialBalanceSection


@dataclass(frozen=True, slots=True)
class BookCurrencyLine:
    """One category of a ring over all currencies, in the book's. Both sides positive."""

    category_number: int
    category_name: str
    category_type: str
    accounts: int
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class BookCurrencySection:
    """The lines of one ring. `rounding_minor` is what debits exceed credits by for rounding alone."""

    ring: str
    lines: Sequence[BookCurrencyLine]
    rounding_minor: int

    @property
    def debit_minor(self) -> int:
        """The debits, with the rounding where it belongs there."""
        return sum(line.debit_minor for line in self.lines) + max(-self.rounding_minor, 0)

    @property
    def credit_minor(self) -> int:
        """The credits, with the rounding where it belongs there."""
        return sum(line.credit_minor for line in self.lines) + max(self.rounding_minor, 0)


@dataclass(frozen=True, slots=True)
class BookCurrencyTrialBalance:
    """The rings in their order, and what is not in them."""

    base_code: str
    base_exponent: int
    rate_date: dt.date
    sections: Sequence[BookCurrencySection]
    securities: Sequence[str]
    """Securities held: not translated."""
    missing: Sequence[str]
    """Currencies without an official rate of the day."""

    @property
    def is_complete(self) -> bool:
        """Whether every currency is in it."""
        return not self.missing


def in_book_currency(
    *, book_id: int, sections: Sequence[TrialBalanceSection], rate_date: dt.date
) -> BookCurrencyTrialBalance:
    """Return a trial balance per unit translated at the official rates of a day. Three statements.

    Source: DESIGN 3 (multi-currency), 1 rule 6; IAS 21.39 (presentation at the closing rate).
    """
    book = Book.objects.select_related("base_unit").get(pk=book_id)
    codes = {section.unit_code for section in sections}
    currencies = set(
        Unit.objects.filter(code__in=codes, kind=Unit.Kind.CURRENCY).values_list("code", flat=True)
    )
    day = rates_of_day(book_id=book_id, rate_date=rate_date)
    rates = {code: day.find(unit_code=code) for code in currencies}
    found: dict[str, list[BookCurrencyLine]] = {}
    for section in sections:
        rate = rates.get(section.unit_code)
        if rate is not None:
            lines = found.setdefault(section.ring, [])
            lines += [
                _translated(line, rate=rate.rate, base_exponent=book.base_unit.exponent)
                for line in section.lines
            ]
    in_order = [ring for ring in RINGS if ring in found]
    return BookCurrencyTrialBalance(
        book.base_unit.code,
        book.base_unit.exponent,
        rate_date,
        tuple(_section(ring, found[ring]) for ring in in_order),
        tuple(sorted(codes - currencies)),
        tuple(sorted(code for code, rate in rates.items() if rate is None)),
    )


def _translated(line: TrialBalanceLine, *, rate: Fraction, base_exponent: int) -> BookCurrencyLine:
    debit_minor, credit_minor = (
        convert_minor(amount, rate=rate, exponent=line.unit_exponent, base_exponent=base_exponent)
        for amount in (line.debit_minor, line.credit_minor)
    )
    return BookCurrencyLine(
        line.category_number,
        line.category_name,
        line.category_type,
        line.accounts,
        debit_minor,
        credit_minor,
    )


def _section(ring: str, lines: Sequence[BookCurrencyLine]) -> BookCurrencySection:
    """The currencies of a category together, and what rounding leaves between the two sides."""
    by_category = {line.category_number: line for line in lines}
    sums: Counter[tuple[int, str]] = Counter()
    for line in lines:
        for name in ("accounts", "debit_minor", "credit_minor"):
            sums[line.category_number, name] += getattr(line, name)
    together = [
        BookCurrencyLine(
            number,
            line.category_name,
            line.category_type,
            sums[number, "accounts"],
            sums[number, "debit_minor"],
            sums[number, "credit_minor"],
        )
        for number, line in sorted(by_category.items())
    ]
    rounding = sum(line.debit_minor - line.credit_minor for line in together)
    return BookCurrencySection(ring, together, rounding)
