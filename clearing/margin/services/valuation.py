"""Value the contracts of a book: one row per contract and business date, with every input it was made
from.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from clearing.margin.services.valuation_statement import VALUE_CONTRACTS
from contracts.domain.interest import EVERY_DENOMINATOR
from contracts.services.interest import ContractRange
from ledger.services.days import stamp_positions

WHOLE_BOOK = ContractRange(first_id=0, last_id=2**63 - 1)


@dataclass(frozen=True, slots=True)
class ValuationResult:
    """What a run wrote: `valued` rows in all, `held` of them without a level."""

    valued: int
    held: int
    ledger_position: int


def value_contracts(
    *, book_id: int, business_date: date, contract_range: ContractRange | None = None
) -> ValuationResult:
    """Value every running contract of the book (or of a chunk) at the date's
    marks.

    Cash and securities count by trade date: settled and unsettled entitlements, receivables of corporate
    actions among them; D is principal, accrued and pending interest, penalty and fees due, all in minor units
    of the contract's currency. A missing mark, a mark on hold, an epoch that is not the quantity's, a short
    holding, a currency without a rate or a calendar that ends is a hold: no level, a reason, never zero.
    Contracts valued already on the date are left as they are.

    Owns its transaction or joins one. Source: DESIGN 6 (valuation), 1 (rules 6 to 8).
    """
    chunk = contract_range or WHOLE_BOOK
    with transaction.atomic():
        position = stamp_positions(book_id=book_id)
        with connection.cursor() as cursor:
            cursor.execute(
                VALUE_CONTRACTS,
                {
                    "book_id": book_id,
                    "business_date": business_date,
                    "interest_denominator": EVERY_DENOMINATOR,
                    "first_id": chunk.first_id,
                    "last_id": chunk.last_id,
                    "ledger_position": position,
                },
            )
            valued, held = cursor.fetchone()
    return ValuationResult(valued=valued, held=held, ledger_position=position)
