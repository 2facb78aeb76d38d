"""Collect accrued interest from the contracts' cash, or add it to principal where the terms allow.

An amount is shared by largest remainder among what the funders have earned and the platform's spread.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from contracts.domain.states import ACCRUING
from contracts.queries.accounts import SharedAccounts, shared_accounts
from contracts.queries.balances import ContractBalances
from contracts.queries.terms_in_force import terms_of
from contracts.services.disputed_amounts import refuse_disputed
from contracts.services.entries import (
    CALLER,
    Legs,
    earlier_entry,
    limits_named,
    locked_balances,
    refuse_unfit,
)
from contracts.services.interest_shares import SHARED
from contracts.services.refusals import CashShort, ContractRefusal, MoreThanOwed
from ledger.domain.allocation import allocate_largest_remainder
from ledger.services.posting import (
    EntryDraft,
    EntryHeader,
    PostedEntry,
    post_journal_entries_from_select,
    post_journal_entry,
)

COLLECTING = ACCRUING - {"liquidating"}
"""A liquidation's cash belongs to its waterfall: the terms' order and the tranches' seniority hold there."""


class CapitalisationNotAllowed(ContractRefusal):
    """The terms do not let interest become principal."""

    code = "contracts_capitalisation_allowed_by_terms"
    sentence = _("These terms do not allow interest to be added to principal; collect it.")


@dataclass(frozen=True, slots=True)
class CollectionResult:
    """What was collected from the book; `entries` one per contract that paid."""

    entries: tuple[PostedEntry, ...]
    collected_minor: int


# Contracts with interest due and cash available to pay it that have not been asked on this date, by currency.
# What is disputed of it is left out.
_DUE = """
SELECT
    c.id,
    c.code,
    c.unit_id,
    least(
        interest.balance_minor - coalesce(disputed.amount_minor, 0), -cash.balance_minor - cash.held_minor
    ) AS amount_minor
FROM contracts_financingcontract AS c
INNER JOIN ledger_balance AS interest ON interest.account_id = c.interest_account_id
INNER JOIN ledger_balance AS cash ON cash.account_id = c.cash_account_id
LEFT JOIN contracts_disputedamount AS disputed ON disputed.account_id = c.interest_account_id
WHERE c.book_id = %(book_id)s
    AND c.state = ANY(%(states)s)
    AND interest.balance_minor > coalesce(disputed.amount_minor, 0)
    AND cash.balance_minor + cash.held_minor < 0
    AND NOT EXISTS (
        SELECT FROM ledger_journalentry AS e
        WHERE e.book_id = c.book_id AND e.caller = %(caller)s
            AND e.idempotency_key = 'interest-collected:' || c.code || ':' || %(date)s
    )
    -- Where interest becomes principal by the calendar it is not collected before the maturity.
    AND NOT EXISTS (
        SELECT FROM contracts_termsspan AS span
        INNER JOIN contracts_termsversion AS t ON t.id = span.terms_id AND t.capitalisation_months > 0
        WHERE span.contract_id = c.id AND span.from_date <= %(date)s::date
            AND span.until_date > %(date)s::date
            AND coalesce(c.matures_on > %(date)s::date, true)
    )
ORDER BY c.unit_id, c.id
"""

_COLLECT = """
{shared}, leg AS (
    SELECT s.entry_no, coalesce(s.transit_id, 0) AS account_id, s.share_minor AS amount_minor FROM shared AS s
    UNION ALL
    SELECT s.entry_no, s.interest_account_id, s.share_minor FROM shared AS s
    WHERE s.interest_account_id IS NOT NULL
    UNION ALL
    SELECT s.entry_no, s.available_account_id, -s.share_minor FROM shared AS s
    WHERE s.available_account_id IS NOT NULL
    UNION ALL
    SELECT asked.entry_no, own.account_id, own.sign * asked.amount_minor
    FROM asked
    INNER JOIN contracts_financingcontract AS c ON c.id = asked.contract_id
    LEFT JOIN unnest(%(custodian_ids)s::bigint[], %(client_transits)s::bigint[])
        AS bank(custodian_id, transit_id)
        ON bank.custodian_id = c.custodian_id
    CROSS JOIN LATERAL (
        VALUES (c.cash_account_id, 1), (c.interest_account_id, -1), (coalesce(bank.transit_id, 0), -1)
    ) AS own (account_id, sign)
)
SELECT leg.entry_no, leg.account_id, sum(leg.amount_minor)::bigint AS amount_minor
FROM leg
GROUP BY leg.entry_no, leg.account_id
HAVING sum(leg.amount_minor) <> 0
"""

_COLLECT_STATEMENT = _COLLECT.format(shared=SHARED.strip())


def collect_interest(*, book_id: int, business_date: dt.date, maker_id: int) -> CollectionResult:
    """Collect from every contract of the book what interest is due and its settled cash allows; once a date.

    Joins the caller's transaction, else is its own. One statement per currency, one entry per contract. A
    contract that paid on this date is not asked again; one that is being liquidated pays by its waterfall.

    :raises NoSharedAccount: the house's cash has no home.
    :raises UnknownAccount: a funder's cash has no home, or the client ring no account at a custodian.
    :raises CashShort: a contract's cash was spent by somebody else in the meantime; run again.
    Source: DESIGN 4 (interest collected), 5 (a single amount by largest remainder).
    """
    params: dict[str, int | str | list[str]] = {
        "book_id": book_id,
        "states": sorted(COLLECTING),
        "caller": CALLER,
        "date": business_date.isoformat(),
    }
    entries: list[PostedEntry] = []
    collected_minor = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DUE, params)
            due = cursor.fetchall()
        for unit_id in sorted({row[2] for row in due}):
            rows = [(contract_id, code, amount) for contract_id, code, unit, amount in due if unit == unit_id]
            entries += _collect(book_id, unit_id, rows, business_date, maker_id)
            collected_minor += sum(amount for _, _, amount in rows)
    return CollectionResult(entries=tuple(entries), collected_minor=collected_minor)


def _collect(
    book_id: int, unit_id: int, rows: Sequence[tuple[int, str, int]], business_date: dt.date, maker_id: int
) -> list[PostedEntry]:
    shared = shared_accounts(book_id=book_id, unit_id=unit_id)
    with limits_named(by_account={}):
        return post_journal_entries_from_select(
            book_id=book_id,
            booking_date=business_date,
            headers=[
                EntryHeader(
                    entry_no=number,
                    kind="interest_collected",
                    value_date=business_date,
                    narration=f"Interest of {code} collected",
                    source_reference=f"contract:{code}",
                    idempotency_key=f"interest-collected:{code}:{business_date}",
                )
                for number, (_, code, _) in enumerate(rows)
            ],
            postings_sql=_COLLECT_STATEMENT,
            params={
                "contract_ids": [contract_id for contract_id, _, _ in rows],
                "entry_nos": list(range(len(rows))),
                "amounts": [amount for _, _, amount in rows],
                "funder_ids": list(shared.transit_by_funder),
                "funder_transits": list(shared.transit_by_funder.values()),
                "custodian_ids": list(shared.transit_by_custodian),
                "client_transits": list(shared.transit_by_custodian.values()),
                "house_transit": shared.house_transit(),
                "into_principal": False,
            },
            caller=CALLER,
            maker_id=maker_id,
        )


def collect_interest_of(
    *, contract_id: int, amount_minor: int, booking_date: dt.date, maker_id: int, idempotency_key: str
) -> PostedEntry:
    """Collect interest from one contract's cash. Minor units.

    Joins the caller's transaction, else is its own; locks the contract.

    :raises AmountNotPositive: the amount is zero or negative.
    :raises MoreThanOwed: it exceeds the interest due.
    :raises AmountDisputed: it reaches into what the client disputes.
    :raises CashShort: the contract's settled cash does not cover it.
    Source: DESIGN 4 (interest collected).
    """
    refuse_unfit(amount_minor=amount_minor, booking_date=booking_date, value_date=booking_date)
    with transaction.atomic():
        contract = locked_balances(contract_ids=[contract_id])[contract_id]
        replay = earlier_entry(
            book_id=contract.book_id,
            idempotency_key=idempotency_key,
            kind="interest_collected",
            value_date=booking_date,
            account_id=contract.interest_account_id,
            amount_minor=-amount_minor,
        )
        if replay is not None:
            return replay
        if amount_minor > contract.interest_minor:
            raise MoreThanOwed(f"{contract.code} owes interest of {contract.interest_minor}")
        refuse_disputed(contract=contract, amounts_minor={contract.interest_account_id: amount_minor})
        if amount_minor > contract.available_cash_minor:
            raise CashShort(f"{contract.code} has {contract.available_cash_minor} available")
        parts = interest_parts(contract=contract, amount_minor=amount_minor)
        shared = shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id)
        legs = interest_legs(contract=contract, parts=parts, shared=shared)
        return _post(contract, "interest_collected", legs, booking_date, maker_id, idempotency_key)


def interest_parts(*, contract: ContractBalances, amount_minor: int) -> list[int]:
    """Share an amount of interest by largest remainder: one part per tranche, the spread's last."""
    earned = [max(tranche.interest_minor, 0) for tranche in contract.tranches]
    return allocate_largest_remainder(amount_minor, [*earned, max(contract.interest_minor - sum(earned), 0)])


def interest_legs(*, contract: ContractBalances, parts: Sequence[int], shared: SharedAccounts) -> Legs:
    """Return the postings that pay these parts (one per tranche, the spread last) from the client's cash."""
    amount_minor = sum(parts)
    legs = Legs()
    legs.put(contract.cash_account_id, amount_minor)
    legs.put(shared.client_transit(custodian_id=contract.custodian_id), -amount_minor)
    legs.put(contract.interest_account_id, -amount_minor)
    legs.put(shared.house_transit(), parts[-1])
    for tranche, part in zip(contract.tranches, parts, strict=False):
        if part and tranche.funder is not None:
            legs.put(shared.funder_transit(funder_id=tranche.funder.id), part)
            legs.put(tranche.funder.interest_account_id, part)
            legs.put(tranche.funder.available_account_id, -part)
    return legs


def capitalise_interest(
    *, contract_id: int, amount_minor: int, booking_date: dt.date, maker_id: int, idempotency_key: str
) -> PostedEntry:
    """Add accrued interest to principal: each funder's part to what it has lent, the spread to the house's
    tranche.

    Joins the caller's transaction, else is its own; locks the contract. Minor units. Bears interest from this
    day on.

    :raises AmountNotPositive: the amount is zero or negative.
    :raises CapitalisationNotAllowed: the terms do not allow it.
    :raises MoreThanOwed: it exceeds the interest due.
    :raises AmountDisputed: it reaches into what the client disputes.
    Source: DESIGN 4 (capitalised), 5 (capitalisation only where the terms allow).
    """
    refuse_unfit(amount_minor=amount_minor, booking_date=booking_date, value_date=booking_date)
    with transaction.atomic():
        contract = locked_balances(contract_ids=[contract_id])[contract_id]
        replay = earlier_entry(
            book_id=contract.book_id,
            idempotency_key=idempotency_key,
            kind="interest_capitalised",
            value_date=booking_date,
            account_id=contract.interest_account_id,
            amount_minor=-amount_minor,
        )
        if replay is not None:
            return replay
        if not terms_of(contract_id=contract_id, on=booking_date).capitalisation_allowed:
            raise CapitalisationNotAllowed(contract.code)
        left_minor = sum(one.interest_minor for one in contract.tranches if one.replaced_on is not None)
        if amount_minor > contract.interest_minor - left_minor:
            raise MoreThanOwed(
                f"{contract.code} owes interest of {contract.interest_minor}, {left_minor} of it to funders "
                "that were replaced and lend no more"
            )
        refuse_disputed(contract=contract, amounts_minor={contract.interest_account_id: amount_minor})
        shared = shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id)
        legs = _capitalisation_legs(contract, amount_minor, shared)
        return _post(contract, "interest_capitalised", legs, booking_date, maker_id, idempotency_key)


def _capitalisation_legs(contract: ContractBalances, amount_minor: int, shared: SharedAccounts) -> Legs:
    earned = [max(tranche.interest_minor, 0) for tranche in contract.tranches]
    weights = [
        0 if tranche.replaced_on is not None else part
        for tranche, part in zip(contract.tranches, earned, strict=True)
    ]
    *parts, spread = allocate_largest_remainder(
        amount_minor, [*weights, max(contract.interest_minor - sum(earned), 0)]
    )
    legs = Legs()
    legs.put(contract.principal_account_id, amount_minor)
    legs.put(contract.interest_account_id, -amount_minor)
    legs.put(shared.at(address="house/funding"), spread)
    for tranche, part in zip(contract.tranches, parts, strict=True):
        if tranche.funder is None:
            legs.put(tranche.funded_account_id, -spread)
        else:
            legs.put(tranche.funder.interest_account_id, part)
            legs.put(tranche.funded_account_id, -part)
    return legs


def _post(
    contract: ContractBalances,
    kind: str,
    legs: Legs,
    booking_date: dt.date,
    maker_id: int,
    idempotency_key: str,
) -> PostedEntry:
    draft = EntryDraft(
        kind=kind,
        value_date=booking_date,
        narration=f"{kind.replace('_', ' ').capitalize()}, {contract.code}",
        source_reference=f"contract:{contract.code}",
        idempotency_key=idempotency_key,
        postings=legs.postings(),
    )
    with limits_named(by_account={}):
        return post_journal_entry(
            book_id=contract.book_id,
            booking_date=booking_date,
            draft=draft,
            caller=CALLER,
            maker_id=maker_id,
        )
