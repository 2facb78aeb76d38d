"""The end of the term, for the whole book: remind, mature, default after the days of grace. Set-based.

Each statement finds what is due by the contracts' own dates and states, so a run that is repeated, resumed or
late does what is left and nothing twice.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from accounts.services.actor import acting
from contracts.services.interest import ContractRange
from contracts.services.ranges import EVERY_CONTRACT
from contracts.services.refusals import named_contract_refusals


@dataclass(frozen=True, slots=True)
class MaturityResult:
    """How many contracts a run moved, and how many clients it reminded."""

    reminded: int
    matured: int
    closed: int
    defaulted: int


_REMIND = """
INSERT INTO accounts_outboxmessage (book_code, party_id, kind, channel, payload, idempotency_key)
SELECT
    b.code, c.client_id, 'maturity_reminder', 'email',
    jsonb_build_object(
        'contract', c.code,
        'matures_on', c.matures_on::text,
        'business_date', %(date)s::date::text,
        'currency', u.code,
        'principal_minor', principal.balance_minor,
        'interest_minor', interest.balance_minor
    ),
    'maturity-reminder:' || b.code || ':' || c.code || ':' || c.matures_on || ':email'
FROM contracts_financingcontract AS c
INNER JOIN ledger_book AS b ON b.id = c.book_id
INNER JOIN ledger_unit AS u ON u.id = c.unit_id
INNER JOIN ledger_currentbalance AS principal ON principal.account_id = c.principal_account_id
INNER JOIN ledger_currentbalance AS interest ON interest.account_id = c.interest_account_id
LEFT JOIN contracts_amended_terms(%(date)s) AS amended ON amended.contract_id = c.id
INNER JOIN contracts_termsversion AS t ON t.id = coalesce(amended.terms_id, c.terms_id)
WHERE c.book_id = %(book_id)s AND c.id BETWEEN %(first_id)s AND %(last_id)s
    AND c.state IN ('active', 'restricted', 'in_call')
    AND c.matures_on > %(date)s AND c.matures_on - t.maturity_reminder_days <= %(date)s
ON CONFLICT (idempotency_key) DO NOTHING
"""

_MATURE = """
UPDATE contracts_financingcontract AS c
SET state = 'matured'
WHERE c.book_id = %(book_id)s AND c.id BETWEEN %(first_id)s AND %(last_id)s
    AND c.state IN ('active', 'restricted', 'in_call') AND c.matures_on <= %(date)s
"""

# Matured, owing nothing, and with nothing left to sell or to settle; cash stays the client's to take out.
_CLOSE = """
UPDATE contracts_financingcontract AS c
SET state = 'closed', closed_on = %(date)s
WHERE c.book_id = %(book_id)s AND c.id BETWEEN %(first_id)s AND %(last_id)s AND c.state = 'matured'
    AND NOT EXISTS (
        SELECT FROM ledger_currentbalance AS owed
        WHERE owed.account_id IN (
            c.principal_account_id, c.interest_account_id, c.penalty_account_id, c.fee_account_id,
            c.unsettled_cash_account_id
        ) AND owed.balance_minor <> 0
    )
    AND NOT EXISTS (
        SELECT FROM ledger_account AS a
        INNER JOIN ledger_currentbalance AS held ON held.account_id = a.id
        WHERE a.book_id = c.book_id AND a.contract_code = c.code AND a.contract_code <> ''
            AND a.role IN ('entitlement', 'unsettled') AND a.id <> c.cash_account_id
            AND held.balance_minor <> 0
    )
    -- After the closing no accrual looks at it again: what the next one would post comes first.
    AND contracts_uncounted_interest(c.id, %(date)s) <= 0
"""

# Balances are read when nothing is in flight on these contracts any more: who has just paid does not default.
_LOCK_MATURED = """
SELECT c.id
FROM contracts_financingcontract AS c
WHERE c.book_id = %(book_id)s AND c.id BETWEEN %(first_id)s AND %(last_id)s AND c.state = 'matured'
ORDER BY c.id
FOR UPDATE
"""

_DEFAULT = """
UPDATE contracts_financingcontract AS c
SET state = 'defaulted'
FROM contracts_financingcontract AS found
LEFT JOIN contracts_amended_terms(%(date)s) AS amended ON amended.contract_id = found.id
INNER JOIN contracts_termsversion AS t ON t.id = coalesce(amended.terms_id, found.terms_id)
WHERE c.id = found.id AND found.book_id = %(book_id)s AND found.id BETWEEN %(first_id)s AND %(last_id)s
    AND found.state = 'matured' AND found.matures_on + t.maturity_grace_days < %(date)s
    -- What the client disputes does not make it a defaulter before it is answered.
    AND EXISTS (
        SELECT FROM ledger_currentbalance AS owed
        LEFT JOIN contracts_disputedamount AS held ON held.account_id = owed.account_id
        WHERE owed.account_id IN (
            found.principal_account_id, found.interest_account_id, found.penalty_account_id,
            found.fee_account_id
        ) AND owed.balance_minor > coalesce(held.amount_minor, 0)
    )
"""


def run_maturities(
    *, book_id: int, business_date: dt.date, maker_id: int, contract_range: ContractRange | None = None
) -> MaturityResult:
    """Remind, mature, close what owes nothing, and default what is overdue beyond grace; as the day's step.

    Joins the caller's transaction, else is its own. Run again on a date, it finds nothing left to do.

    :raises ContractRefusal: as the database's rules of states.
    Source: DESIGN 5 (maturity reminder; matured, defaulted), 9 (idempotent, chunked).
    """
    with transaction.atomic():
        return MaturityResult(
            reminded=remind_of_maturity(
                book_id=book_id, business_date=business_date, contract_range=contract_range
            ),
            matured=mature_contracts(
                book_id=book_id, business_date=business_date, maker_id=maker_id, contract_range=contract_range
            ),
            closed=_run(
                _CLOSE, book_id, business_date, contract_range, maker_id, "matured, and owes nothing"
            ),
            defaulted=default_contracts(
                book_id=book_id, business_date=business_date, maker_id=maker_id, contract_range=contract_range
            ),
        )


def remind_of_maturity(
    *, book_id: int, business_date: dt.date, contract_range: ContractRange | None = None
) -> int:
    """Queue one message per contract and maturity, so many days before it as the terms say.

    Joins the caller's transaction, else is its own. An extension brings a reminder of its own. Returns how
    many are new.

    Source: DESIGN 5 (maturity reminder), 2 (outbox).
    """
    with connection.cursor() as cursor:
        cursor.execute(_REMIND, _params(book_id, business_date, contract_range))
        return int(cursor.rowcount)


def mature_contracts(
    *, book_id: int, business_date: dt.date, maker_id: int, contract_range: ContractRange | None = None
) -> int:
    """Move every contract whose term is over to matured. Returns how many.

    Joins the caller's transaction, else is its own. What is being liquidated stays so.

    Source: DESIGN 5 (matured).
    """
    return _run(_MATURE, book_id, business_date, contract_range, maker_id, "the term is over")


def default_contracts(
    *, book_id: int, business_date: dt.date, maker_id: int, contract_range: ContractRange | None = None
) -> int:
    """Move what still owes beyond the terms' days of grace from matured to defaulted. Returns how many.

    Joins the caller's transaction, else is its own. Contract interest ends with it; collateral goes on being
    valued, and is liquidated below its line without another call.

    Source: DESIGN 5 (defaulted).
    """
    reason = "still owes beyond the days of grace after maturity"
    return _run(_DEFAULT, book_id, business_date, contract_range, maker_id, reason)


def _run(
    statement: str,
    book_id: int,
    business_date: dt.date,
    contract_range: ContractRange | None,
    maker_id: int,
    reason: str,
) -> int:
    with (
        named_contract_refusals(),
        acting(actor_id=maker_id, reason=f"{business_date}: {reason}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        params = _params(book_id, business_date, contract_range)
        if statement != _MATURE:
            cursor.execute(_LOCK_MATURED, params)
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def _params(
    book_id: int, business_date: dt.date, contract_range: ContractRange | None
) -> dict[str, int | dt.date]:
    chunk = contract_range or EVERY_CONTRACT
    return {
        "book_id": book_id,
        "date": business_date,
        "first_id": chunk.first_id,
        "last_id": chunk.last_id,
    }
