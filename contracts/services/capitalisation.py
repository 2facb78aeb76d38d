"""Make interest principal by the calendar of the terms, for the whole book, set-based."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction

from contracts.queries.accounts import shared_accounts
from contracts.services.entries import CALLER, limits_named
from contracts.services.interest_collection import COLLECTING, CollectionResult
from contracts.services.interest_shares import SHARED
from ledger.services.posting import EntryHeader, PostedEntry, post_journal_entries_from_select

# Contracts whose terms in force make interest principal in this month, with interest due, not yet asked. What
# is disputed of it is left out.
_DUE = """
SELECT c.id, c.code, c.unit_id, interest.balance_minor - coalesce(disputed.amount_minor, 0)
    - departed.earned_minor
FROM contracts_financingcontract AS c
INNER JOIN ledger_balance AS interest ON interest.account_id = c.interest_account_id
LEFT JOIN contracts_disputedamount AS disputed ON disputed.account_id = c.interest_account_id
CROSS JOIN LATERAL (
    -- What funders that were replaced have earned stays due: they lend no more.
    SELECT coalesce(sum(greatest(-earned.balance_minor, 0)), 0)::bigint AS earned_minor
    FROM contracts_fundingtranche AS f
    INNER JOIN ledger_balance AS earned ON earned.account_id = f.interest_account_id
    WHERE f.contract_id = c.id AND f.replaced_on IS NOT NULL
) AS departed
INNER JOIN contracts_termsspan AS span
    ON span.contract_id = c.id AND span.from_date <= %(date)s AND span.until_date > %(date)s
INNER JOIN contracts_termsversion AS t ON t.id = span.terms_id AND t.capitalisation_months > 0
WHERE c.book_id = %(book_id)s
    AND c.state = ANY(%(states)s)
    AND interest.balance_minor > coalesce(disputed.amount_minor, 0) + departed.earned_minor
    AND coalesce(c.matures_on > %(date)s, true)
    AND (extract(MONTH FROM %(date)s::date)::integer - 1) %% t.capitalisation_months = 0
    AND NOT EXISTS (
        SELECT FROM ledger_journalentry AS e
        WHERE e.book_id = c.book_id AND e.caller = %(caller)s
            AND e.idempotency_key = 'interest-capitalised:' || c.code || ':' || %(date)s::text
    )
ORDER BY c.unit_id, c.id
"""

_CAPITALISE = """
{shared}, leg AS (
    SELECT s.entry_no, s.interest_account_id AS account_id, s.share_minor AS amount_minor
    FROM shared AS s
    WHERE s.interest_account_id IS NOT NULL
    UNION ALL
    SELECT s.entry_no, t.funded_account_id, -s.share_minor
    FROM shared AS s
    INNER JOIN contracts_fundingtranche AS t
        ON t.contract_id = s.contract_id AND t.interest_account_id IS NOT DISTINCT FROM s.interest_account_id
            AND (t.funder_id IS NULL) = (s.interest_account_id IS NULL)
    UNION ALL
    SELECT s.entry_no, %(house_funding)s::bigint, s.share_minor
    FROM shared AS s
    WHERE s.interest_account_id IS NULL
    UNION ALL
    SELECT asked.entry_no, own.account_id, own.sign * asked.amount_minor
    FROM asked
    INNER JOIN contracts_financingcontract AS c ON c.id = asked.contract_id
    CROSS JOIN LATERAL (
        VALUES (c.principal_account_id, 1), (c.interest_account_id, -1)
    ) AS own (account_id, sign)
)
SELECT leg.entry_no, leg.account_id, sum(leg.amount_minor)::bigint AS amount_minor
FROM leg
GROUP BY leg.entry_no, leg.account_id
HAVING sum(leg.amount_minor) <> 0
"""

_CAPITALISE_STATEMENT = _CAPITALISE.format(shared=SHARED.strip())


def capitalise_due_interest(*, book_id: int, business_date: dt.date, maker_id: int) -> CollectionResult:
    """Add all interest due to principal where the terms do so this month; once a date.

    Joins the caller's transaction, else is its own. Call it on the first business day of a month, after the
    accrual. One statement per currency, one entry per contract: each funder's part becomes what it has lent,
    the spread principal of the house. It bears interest from this day on.

    :raises NoSharedAccount: the house's funding is not open in a currency.
    :raises LedgerRefusal: the day is not open.
    Source: DESIGN 4 (capitalised), 5 (capitalisation only where the terms allow); vector I10.
    """
    params: dict[str, int | str | dt.date | list[str]] = {
        "book_id": book_id,
        "states": sorted(COLLECTING),
        "caller": CALLER,
        "date": business_date,
    }
    entries: list[PostedEntry] = []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DUE, params)
            due = cursor.fetchall()
        for unit_id in sorted({row[2] for row in due}):
            rows = [(contract_id, code, amount) for contract_id, code, unit, amount in due if unit == unit_id]
            entries += _capitalise(book_id, unit_id, rows, business_date, maker_id)
    return CollectionResult(entries=tuple(entries), collected_minor=sum(row[3] for row in due))


def _capitalise(
    book_id: int, unit_id: int, rows: Sequence[tuple[int, str, int]], business_date: dt.date, maker_id: int
) -> list[PostedEntry]:
    funding = shared_accounts(book_id=book_id, unit_id=unit_id).at(address="house/funding")
    with limits_named(by_account={}):
        return post_journal_entries_from_select(
            book_id=book_id,
            booking_date=business_date,
            headers=[
                EntryHeader(
                    entry_no=number,
                    kind="interest_capitalised",
                    value_date=business_date,
                    narration=f"Interest of {code} capitalised",
                    source_reference=f"contract:{code}",
                    idempotency_key=f"interest-capitalised:{code}:{business_date}",
                )
                for number, (_, code, _) in enumerate(rows)
            ],
            postings_sql=_CAPITALISE_STATEMENT,
            params={
                "contract_ids": [contract_id for contract_id, _, _ in rows],
                "entry_nos": list(range(len(rows))),
                "amounts": [amount for _, _, amount in rows],
                "funder_ids": [],
                "funder_transits": [],
                "house_transit": 0,
                "into_principal": True,
                "house_funding": funding,
            },
            caller=CALLER,
            maker_id=maker_id,
        )
