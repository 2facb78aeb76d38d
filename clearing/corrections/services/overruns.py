"""The house lends what reversed receipts take beyond the clients' cash, and gets back what is booked anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clearing.corrections.models import Correction
from clearing.corrections.services.plans import Carrying
from clearing.settlement.domain.postings import overrun_funded
from clearing.settlement.services.house import house_accounts
from clearing.settlement.services.legs import drafts_of
from contracts.models import FinancingContract
from ledger.queries.holds import account_balances
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entries, reverse_journal_entry

CALLER = "clearing.corrections"


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """What the house lent a contract's cash. Minor units."""

    contract: FinancingContract
    entry_id: int
    amount_minor: int


def fund_shortfalls(
    *, correction: Correction, carrying: Carrying, taken_minor: Mapping[int, int]
) -> Sequence[Funding]:
    """Lend each contract's cash what is about to be taken beyond what is available.

    Requires the run's transaction; `taken_minor` by account. Accounts that are no contract's cash are left to
    the ledger's limits.

    Source: DESIGN 3 (what has already happened is never refused).
    """
    contracts = FinancingContract.objects.select_related("custodian").filter(
        book_id=correction.book_id, cash_account_id__in=taken_minor
    )
    held = account_balances(account_ids=taken_minor)
    short = [
        (contract, taken_minor[contract.cash_account_id] - max(0, available))
        for contract in contracts.order_by("pk")
        if (available := held[contract.cash_account_id].available_minor or 0)
        < taken_minor[contract.cash_account_id]
    ]
    posted = _lend(correction, carrying, short, "overrun")
    return [
        Funding(contract=contract, entry_id=one.entry_id, amount_minor=amount)
        for (contract, amount), one in zip(short, posted, strict=True)
    ]


def settle_funding(
    *, correction: Correction, carrying: Carrying, funded: Sequence[Funding]
) -> tuple[int, ...]:
    """Give back what booking anew brought: lend only the rest, and reverse the first loan. Minor units.

    Requires the run's transaction. A contract that got nothing back keeps its loan as it is.
    """
    held = account_balances(account_ids=[one.contract.cash_account_id for one in funded])
    spare = [(one, max(0, held[one.contract.cash_account_id].available_minor or 0)) for one in funded]
    changed = [(one, max(0, one.amount_minor - minor)) for one, minor in spare if minor > 0]
    still = [(one.contract, left) for one, left in changed if left > 0]
    posted = [one.entry_id for one in _lend(correction, carrying, still, "rest")]
    for one, _left in changed:
        posted.append(
            reverse_journal_entry(
                entry_id=one.entry_id,
                booking_date=carrying.booking_date,
                narration="what was booked anew covers it",
                caller=CALLER,
                idempotency_key=f"correction/{correction.reference}/{one.contract.code}/given-back",
                maker_id=carrying.maker_id,
            ).entry_id
        )
    return tuple(posted)


def _lend(
    correction: Correction, carrying: Carrying, short: Sequence[tuple[FinancingContract, int]], what: str
) -> list[PostedEntry]:
    house = house_accounts(
        book_id=correction.book_id,
        banks={(contract.custodian.code, contract.unit_id) for contract, _amount in short},
    )
    return post_journal_entries(
        book_id=correction.book_id,
        booking_date=carrying.booking_date,
        drafts=[
            EntryDraft(
                kind="overrun_funded",
                value_date=correction.effective_on,
                narration="A receipt that never was has been spent",
                source_reference=f"corrections:{correction.reference}",
                idempotency_key=f"correction/{correction.reference}/{contract.code}/{what}",
                postings=drafts_of(
                    legs=overrun_funded(
                        house[contract.custodian.code, contract.unit_id], contract.cash_account_id, amount
                    )
                ),
            )
            for contract, amount in short
        ],
        caller=CALLER,
        maker_id=carrying.maker_id,
    )
