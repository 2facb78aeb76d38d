"""Which terms contracts are held to on a day: those that they were opened with, or the newest amendment's."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max

from contracts.models import FinancingContract, TermsVersion
from ledger.models import BusinessDay

_ON = """
SELECT c.id, coalesce(amended.terms_id, c.terms_id)
FROM contracts_financingcontract AS c
LEFT JOIN contracts_amended_terms(%(on)s) AS amended ON amended.contract_id = c.id
WHERE c.id = ANY(%(contract_ids)s)
"""

_SPANS = """
SELECT s.terms_id, s.from_date, s.until_date
FROM contracts_termsinforce AS s
WHERE s.contract_id = %(contract_id)s
ORDER BY s.from_date
"""


@dataclass(frozen=True, slots=True)
class TermsSpan:
    """Terms and the days on which they are in force; `until_date` is the first on which they are not."""

    terms_id: int
    from_date: dt.date
    until_date: dt.date | None


def terms_in_force(*, contract_ids: Iterable[int], on: dt.date) -> dict[int, TermsVersion]:
    """Return the terms of a day by contract id, in two statements for any number of contracts.

    A day before the opening has the terms of the opening.

    :raises FinancingContract.DoesNotExist: one of them is not there; names it.
    """
    ids = sorted(set(contract_ids))
    with connection.cursor() as cursor:
        cursor.execute(_ON, {"contract_ids": ids, "on": on})
        by_contract: dict[int, int] = dict(cursor.fetchall())
    missing = [contract_id for contract_id in ids if contract_id not in by_contract]
    if missing:
        raise FinancingContract.DoesNotExist(f"no contract {missing}")
    terms = TermsVersion.objects.select_related("product", "unit").in_bulk(set(by_contract.values()))
    return {contract_id: terms[terms_id] for contract_id, terms_id in by_contract.items()}


def terms_of(*, contract_id: int, on: dt.date) -> TermsVersion:
    """Return the terms that one contract is held to on a day; as `terms_in_force`."""
    return terms_in_force(contract_ids=[contract_id], on=on)[contract_id]


def present_terms(*, contract: FinancingContract) -> TermsVersion:
    """Return what a contract is held to on the newest business day of its book, opened or closed."""
    newest = BusinessDay.objects.filter(book_id=contract.book_id).aggregate(newest=Max("business_date"))
    return terms_of(contract_id=contract.pk, on=newest["newest"] or contract.opened_on)


def spans_of_terms(*, contract_id: int) -> list[TermsSpan]:
    """Return every span of one contract's terms, ascending; they follow one another without a gap."""
    with connection.cursor() as cursor:
        cursor.execute(_SPANS, {"contract_id": contract_id})
        return [TermsSpan(*row) for row in cursor.fetchall()]
