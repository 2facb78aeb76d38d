"""From a foreign journal to entries of one book: accounts mapped, amounts exact, or refused by name."""

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.foreign_journal import (
    ForeignBalance,
    ForeignPosting,
    ForeignTransaction,
    Item,
    Unbookable,
    UnreadableFile,
    refused,
)
from ledger.domain.money import InvalidAmount, minor_to_decimal_string, parse_amount_minor
from ledger.domain.text_journal import commodity
from ledger.models import Account, Unit
from ledger.services.posting import EntryDraft, PostingDraft

FIRST_DATE, LAST_DATE = dt.date(1900, 1, 1), dt.date(2999, 12, 31)


class _Refused(Exception):
    """A leg or transaction that is not booked: line, code, detail."""

    def __init__(self, line_no: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.line_no, self.code, self.detail = line_no, code, detail


@dataclass(frozen=True, slots=True)
class Target:
    """An account of the book, as far as a plan needs to know it."""

    account_id: int
    ring: str
    contract_code: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A transaction that can be posted, with its legs as the file names them."""

    item: ForeignTransaction
    draft: EntryDraft
    legs: Sequence[tuple[str, str, int]]
    """Foreign account, foreign unit, minor units."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What the book knows: units by code, accounts by address and unit, and the mapping to them."""

    units: Mapping[str, tuple[int, int]]
    accounts: Mapping[tuple[str, int], Target]
    addresses: Mapping[str, str]


def chart_of(*, book_id: int, mapping: str) -> Chart:
    """The book's accounts under the mapping's names. Reads only.

    :raises UnreadableFile: the mapping has no columns `account` and `address`, or maps an account twice.
    """
    units: dict[str, tuple[int, int]] = {}
    for code, unit_id, exponent in Unit.objects.order_by("code").values_list("code", "id", "exponent"):
        units[code] = (unit_id, exponent)
        units.setdefault(commodity(code), (unit_id, exponent))
    accounts = {
        (address, unit_id): Target(account_id, ring, contract_code if ring == "principal" else "")
        for account_id, address, unit_id, ring, contract_code in Account.objects.filter(
            book_id=book_id
        ).values_list("id", "address", "unit_id", "ring", "contract_code")
    }
    return Chart(units, accounts, _addresses(mapping))


def _addresses(mapping: str) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        rows = list(csv.DictReader(io.StringIO(mapping, newline=""), strict=True))
    except csv.Error as error:
        raise UnreadableFile(f"The mapping is no CSV: {error}.") from error
    for row in rows:
        account, address = (row.get("account") or "").strip(), (row.get("address") or "").strip()
        if not account or not address:
            raise UnreadableFile("The mapping needs the columns account and address in every row.")
        if found.setdefault(account, address) != address:
            raise UnreadableFile(f"The mapping gives {account[:80]} two addresses.")
    return found


def plan(
    *, items: Iterable[Item], chart: Chart, kind: str, sha256: str, booking_date: dt.date
) -> list[Planned | ForeignBalance | Unbookable]:
    """Each item as an entry to be posted, an assertion to be checked, or what it is refused for. Pure."""
    found: list[Planned | ForeignBalance | Unbookable] = []
    for item in items:
        if not isinstance(item, ForeignTransaction):
            found.append(item)
            continue
        try:
            found.append(_planned(item, chart, kind, sha256, booking_date))
        except _Refused as why:
            found.append(refused(why.line_no, why.code, why.detail, item.text))
    return found


def _planned(
    item: ForeignTransaction, chart: Chart, kind: str, sha256: str, booking_date: dt.date
) -> Planned:
    value_date = item.date or booking_date
    if not FIRST_DATE <= value_date <= LAST_DATE:
        raise _Refused(item.line_no, "ledger_import_date", "a value date lies between 1900 and 2999")
    legs = [(leg, amount_minor) for leg, amount_minor in _amounts(item, chart) if amount_minor]
    if len(legs) < 2:
        raise _Refused(item.line_no, "ledger_import_no_postings", "fewer than two amounts other than nought")
    targets = [_target(leg, chart) for leg, _ in legs]
    _refuse_imbalance(item, legs, targets, chart)
    draft = EntryDraft(
        kind=kind,
        value_date=value_date,
        # Neutral: what is booked is sealed, and a foreign narration may name a person. It stays there.
        narration=f"imported from line {item.line_no} of {sha256[:12]}",
        source_reference=f"ledger.import:{sha256[:32]}:{item.line_no}",
        idempotency_key=f"{sha256}:{item.line_no}",
        postings=[
            PostingDraft(target.account_id, amount_minor)
            for target, (_, amount_minor) in zip(targets, legs, strict=True)
        ],
    )
    return Planned(item, draft, [(leg.account, leg.unit, amount_minor) for leg, amount_minor in legs])


def _amounts(item: ForeignTransaction, chart: Chart) -> list[tuple[ForeignPosting, int]]:
    """Every leg in minor units; the one that is left out takes the rest, in each unit."""
    found = [(leg, _amount_of(leg, chart)) for leg in item.postings if leg.amount is not None]
    left_out = [leg for leg in item.postings if leg.amount is None]
    if len(left_out) > 1:
        raise _Refused(left_out[1].line_no, "ledger_import_two_left_out", "two amounts are left out")
    sums: dict[str, int] = defaultdict(int)
    for leg, amount_minor in found:
        sums[leg.unit] += amount_minor
    priced = next((leg for leg in item.postings if leg.priced), None)
    if priced is not None and (left_out or any(sums.values())):
        raise _Refused(
            priced.line_no,
            "ledger_import_exchange",
            "an exchange at a cost or price does not balance in each unit; book it as an exchange",
        )
    for leg in left_out:
        found += [
            (ForeignPosting(leg.line_no, leg.account, "", unit), -total)
            for unit, total in sorted(sums.items())
            if total
        ]
    return found


def _amount_of(leg: ForeignPosting | ForeignBalance, chart: Chart) -> int:
    """The minor units of a leg.

    :raises _Refused: the unit is not known, or the amount is not one of it.
    """
    if leg.unit not in chart.units:
        raise _Refused(leg.line_no, "ledger_import_unit_unknown", f"there is no unit {leg.unit[:40]!r}")
    try:
        return parse_amount_minor(leg.amount or "", exponent=chart.units[leg.unit][1])
    except InvalidAmount as error:
        raise _Refused(leg.line_no, "ledger_import_amount", str(error)) from error


def _target(leg: ForeignPosting, chart: Chart) -> Target:
    address = chart.addresses.get(leg.account)
    if address is None:
        raise _Refused(
            leg.line_no, "ledger_import_account_unmapped", f"the mapping has no account {leg.account[:120]}"
        )
    target = chart.accounts.get((address, chart.units[leg.unit][0]))
    if target is None:
        raise _Refused(
            leg.line_no,
            "ledger_import_account_unknown",
            f"the book has no account {address[:120]} in {leg.unit}",
        )
    return target


def _refuse_imbalance(
    item: ForeignTransaction,
    legs: Sequence[tuple[ForeignPosting, int]],
    targets: Sequence[Target],
    chart: Chart,
) -> None:
    """As the posting rule: nought per unit, ring and contract. A difference is named, never plugged."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for (leg, amount_minor), target in zip(legs, targets, strict=True):
        sums[leg.unit, target.ring, target.contract_code] += amount_minor
    for (unit, ring, contract), total in sorted(sums.items()):
        if total:
            difference = minor_to_decimal_string(total, chart.units[unit][1])
            of = f", contract {contract}" if contract else ""
            raise _Refused(
                item.line_no,
                "ledger_posting_entry_balances",
                f"ring {ring}, unit {unit}{of}: the legs sum to {difference}, not nought",
            )


def check_balances(
    *, plan: Sequence[Planned | ForeignBalance | Unbookable], taken: set[int], chart: Chart
) -> dict[int, str]:
    """What each assertion of the file misses, by its line; nothing where it holds. Over what was taken only.

    An assertion is about the start of its day, and about the accounts below the one that it names as well.
    """
    held: dict[tuple[str, str], int] = defaultdict(int)
    booked = sorted(
        (one for one in plan if isinstance(one, Planned) and one.item.line_no in taken and one.item.date),
        key=lambda one: one.draft.value_date,
    )
    missed: dict[int, str] = {}
    place = 0
    for balance in sorted((one for one in plan if isinstance(one, ForeignBalance)), key=lambda one: one.date):
        while place < len(booked) and booked[place].draft.value_date < balance.date:
            for account, unit, amount_minor in booked[place].legs:
                held[account, unit] += amount_minor
            place += 1
        try:
            expected = _amount_of(balance, chart)
        except _Refused as why:
            missed[balance.line_no] = why.detail
            continue
        below = balance.account + ":"
        found = sum(
            total
            for (account, unit), total in held.items()
            if unit == balance.unit and (account == balance.account or account.startswith(below))
        )
        if found != expected:
            exponent = chart.units[balance.unit][1]
            missed[balance.line_no] = (
                f"{balance.account[:120]} holds {minor_to_decimal_string(found, exponent)} {balance.unit} "
                f"by what was taken, {minor_to_decimal_string(expected, exponent)} is asserted"
            )
    return missed
