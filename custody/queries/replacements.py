"""What differs between a statement and the one that took its place. Reads only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from custody.models import Statement, StatementBalance, StatementEntry


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A line told otherwise: `was` or `corrected` is empty where only one of the two has it. Minor units.

    `what` is "entry", "opening" or "closing"; `reference` is the bank's, of an entry. `differs` names the
    columns of an entry that are not the same.
    """

    what: str
    account: str
    unit: str
    exponent: int
    reference: str
    was_minor: int | None
    corrected_minor: int | None
    differs: tuple[str, ...] = ()


_Key = tuple[str, str, str, int]
_ENTRY_COLUMNS = (
    "amount_minor",
    "booking_date",
    "value_date",
    "type",
    "account_reference",
    "description",
)


def differences_of(*, replaced: Statement, replacement: Statement) -> Sequence[LineDifference]:
    """Return what the replacement tells otherwise: entries added, gone and changed, then balances.

    An entry is known by account, unit and the bank's reference; a reference that a file repeats, by its turn.
    """
    was, corrected = _entries(replaced), _entries(replacement)
    found = []
    for key in sorted(was.keys() | corrected.keys()):
        old, new = was.get(key), corrected.get(key)
        differs = tuple(
            column
            for column in _ENTRY_COLUMNS
            if old is not None and new is not None and getattr(old, column) != getattr(new, column)
        )
        one = old or new
        if one is not None and (old is None or new is None or differs):
            account, unit, reference, _turn = key
            found.append(
                LineDifference(
                    "entry",
                    account,
                    unit,
                    one.unit.exponent,
                    reference,
                    None if old is None else old.amount_minor,
                    None if new is None else new.amount_minor,
                    differs,
                )
            )
    return [*found, *_balance_differences(replaced, replacement)]


def _entries(statement: Statement) -> dict[_Key, StatementEntry]:
    told: Counter[tuple[str, str, str]] = Counter()
    found: dict[_Key, StatementEntry] = {}
    for entry in statement.entries.select_related("custody_account", "unit").order_by("sequence"):
        key = (entry.custody_account.external_number, entry.unit.code, entry.bank_reference)
        found[*key, told[key]] = entry
        told[key] += 1
    return found


def _balance_differences(replaced: Statement, replacement: Statement) -> list[LineDifference]:
    was, corrected = _balances(replaced), _balances(replacement)
    found = []
    for key in sorted(was.keys() | corrected.keys()):
        old, new = was.get(key), corrected.get(key)
        one = old or new
        for what in ("opening", "closing"):
            before = None if old is None else int(getattr(old, f"{what}_minor"))
            after = None if new is None else int(getattr(new, f"{what}_minor"))
            if one is not None and before != after:
                found.append(LineDifference(what, *key, one.unit.exponent, "", before, after))
    return found


def _balances(statement: Statement) -> dict[tuple[str, str], StatementBalance]:
    return {
        (balance.custody_account.external_number, balance.unit.code): balance
        for balance in statement.balances.select_related("custody_account", "unit")
    }
