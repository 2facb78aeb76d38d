"""What a contract owns and owes, read from the ledger. Minor units; money and debts of the client both
positive.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from contracts.models import FinancingContract

HOUSE = "HOUSE"
"""The house's place in addresses where a funder's code stands otherwise."""


@dataclass(frozen=True, slots=True)
class TrancheFunder:
    """The party behind a tranche, and the accounts of what it is owed and has available."""

    id: int
    code: str
    interest_account_id: int
    available_account_id: int


@dataclass(frozen=True, slots=True)
class TrancheBalance:
    """What one source of money has lent and earned; `funder` is None for the house."""

    tranche_id: int
    share_ppm: int
    rate_ppm: int
    seniority: int
    principal_minor: int
    interest_minor: int
    """Accrued to the funder and not yet paid; of the house always 0, its interest is the residual."""
    funded_account_id: int
    source: str
    joined_on: dt.date | None
    """The day since which it has another's place; None: from the beginning."""
    replaced_on: dt.date | None
    """Since then another has its place and share; what it had earned stays owed to it."""
    funder: TrancheFunder | None

    @property
    def funder_id(self) -> int | None:
        """The funder's party; None for the house."""
        return None if self.funder is None else self.funder.id

    @property
    def funder_code(self) -> str:
        """The funder's code, as it stands in addresses."""
        return HOUSE if self.funder is None else self.funder.code


@dataclass(frozen=True, slots=True)
class ContractBalances:
    """Cash, debts and funding of one contract, with the accounts that hold them."""

    contract_id: int
    book_id: int
    code: str
    unit_id: int
    custodian_id: int
    state: str
    cash_minor: int
    """Settled cash."""
    available_cash_minor: int
    """What of it may be spent: holds taken off."""
    unsettled_cash_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    cash_account_id: int
    principal_account_id: int
    interest_account_id: int
    penalty_account_id: int
    fee_account_id: int
    tranches: tuple[TrancheBalance, ...]

    @property
    def debt_minor(self) -> int:
        """Everything owed: principal, interest, penalty, fees."""
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fees_minor

    @property
    def spread_minor(self) -> int:
        """The part of the interest due that is the platform's own; negative where funders earned more."""
        return self.interest_minor - sum(tranche.interest_minor for tranche in self.tranches)


_CONTRACTS = """
SELECT
    c.id,
    c.book_id,
    c.code,
    c.unit_id,
    c.custodian_id,
    c.state,
    -cash.balance_minor,
    cash.available_minor,
    -unsettled.balance_minor,
    principal.balance_minor,
    interest.balance_minor,
    penalty.balance_minor,
    fees.balance_minor,
    c.cash_account_id,
    c.principal_account_id,
    c.interest_account_id,
    c.penalty_account_id,
    c.fee_account_id
FROM contracts_financingcontract AS c
INNER JOIN ledger_currentbalance AS cash ON cash.account_id = c.cash_account_id
INNER JOIN ledger_currentbalance AS unsettled ON unsettled.account_id = c.unsettled_cash_account_id
INNER JOIN ledger_currentbalance AS principal ON principal.account_id = c.principal_account_id
INNER JOIN ledger_currentbalance AS interest ON interest.account_id = c.interest_account_id
INNER JOIN ledger_currentbalance AS penalty ON penalty.account_id = c.penalty_account_id
INNER JOIN ledger_currentbalance AS fees ON fees.account_id = c.fee_account_id
WHERE c.id = ANY(%(contract_ids)s)
"""

_TRANCHES = """
SELECT
    t.contract_id,
    t.funder_id,
    p.code,
    t.interest_account_id,
    t.available_account_id,
    t.id,
    -- Of one that was replaced the share has gone to its successor.
    CASE WHEN t.replaced_on IS NULL THEN t.share_ppm ELSE 0 END,
    t.rate_ppm,
    t.seniority,
    -funded.balance_minor,
    coalesce(-interest.balance_minor, 0),
    t.funded_account_id,
    t.source,
    t.joined_on,
    t.replaced_on
FROM contracts_fundingtranche AS t
INNER JOIN ledger_currentbalance AS funded ON funded.account_id = t.funded_account_id
LEFT JOIN ledger_currentbalance AS interest ON interest.account_id = t.interest_account_id
LEFT JOIN accounts_party AS p ON p.id = t.funder_id
WHERE t.contract_id = ANY(%(contract_ids)s)
ORDER BY t.contract_id, t.ordinal
"""


def contract_balances(*, contract_ids: Iterable[int]) -> dict[int, ContractBalances]:
    """Balances by contract id, in two statements for any number of contracts.

    :raises FinancingContract.DoesNotExist: one of them is not there; names it.
    """
    ids = sorted(set(contract_ids))
    with connection.cursor() as cursor:
        cursor.execute(_TRANCHES, {"contract_ids": ids})
        tranches: dict[int, list[TrancheBalance]] = {}
        for contract_id, *row in cursor.fetchall():
            funder = None if row[0] is None else TrancheFunder(*row[:4])
            tranches.setdefault(contract_id, []).append(TrancheBalance(*[*row[4:], funder]))
        cursor.execute(_CONTRACTS, {"contract_ids": ids})
        found = {
            row[0]: ContractBalances(*[*row, tuple(tranches.get(row[0], ()))]) for row in cursor.fetchall()
        }
    missing = [contract_id for contract_id in ids if contract_id not in found]
    if missing:
        raise FinancingContract.DoesNotExist(f"no contract {missing}")
    return found


_SECURITIES = """
SELECT u.code, -sum(b.balance_minor)
FROM contracts_financingcontract AS c
INNER JOIN ledger_account AS a
    ON a.book_id = c.book_id AND a.contract_code = c.code AND a.role IN ('entitlement', 'unsettled')
INNER JOIN ledger_unit AS u ON u.id = a.unit_id AND u.kind = 'security'
INNER JOIN ledger_currentbalance AS b ON b.account_id = a.id
WHERE c.id = %(contract_id)s
GROUP BY u.code
HAVING sum(b.balance_minor) <> 0
ORDER BY u.code
"""


def securities_held(*, contract_id: int) -> dict[str, int]:
    """Quantities by security, settled and unsettled together; none that net to zero."""
    with connection.cursor() as cursor:
        cursor.execute(_SECURITIES, {"contract_id": contract_id})
        return {code: int(quantity) for code, quantity in cursor.fetchall()}
