"""What statements and closing statements are made from: balances and movements of a contract's accounts.

By booking date, from the ledger alone. Signs are the client's: what it holds is positive, and so is what it
owes.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max

from contracts.documents.inputs import (
    BalanceInputs,
    ChargeInputs,
    ClientStatementInputs,
    ClosingInputs,
    ContractStatementInputs,
    LineInputs,
    PartyInputs,
    SecurityInputs,
    UnitInputs,
)
from contracts.models import ContractState, FinancingContract, InterestAccrual
from contracts.queries.interest_lines import interest_lines, rate_on
from contracts.queries.terms_in_force import terms_of
from ledger.queries.as_of import point_in_time
from ledger.queries.balances import balances_at
from ledger.queries.months import months_away

DEBTS = ("principal", "interest", "penalty", "fees")
DAY = dt.timedelta(days=1)

_MOVED = """
SELECT
    p.account_id, p.booking_date, p.value_date, p.entry_id, e.kind_id, e.reverses_id IS NOT NULL,
    sum(p.amount_minor)::bigint
FROM ledger_posting AS p
INNER JOIN ledger_journalentry AS e ON e.id = p.entry_id
WHERE p.account_id = ANY(%(account_ids)s) AND p.booking_date BETWEEN %(since)s AND %(until)s
GROUP BY p.account_id, p.booking_date, p.value_date, p.entry_id, e.kind_id, e.reverses_id
HAVING sum(p.amount_minor) <> 0
ORDER BY p.booking_date, p.entry_id, p.account_id
"""

_SECURITIES = """
SELECT u.code, u.exponent, array_agg(a.id ORDER BY a.id)
FROM ledger_account AS a
INNER JOIN ledger_unit AS u ON u.id = a.unit_id AND u.kind = 'security'
WHERE a.book_id = %(book_id)s AND a.contract_code = %(code)s AND a.ring = 'client'
    AND a.role IN ('entitlement', 'unsettled')
GROUP BY u.code, u.exponent
ORDER BY u.code
"""


class PostingsAway(LookupError):
    """Postings of the span are archived; attach their month again first. Names the months."""


class DoesNotFoot(AssertionError):
    """An opening balance with its movements does not make the closing balance: the ledger must be proved."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What one entry moved on one account, in the client's sign."""

    booking_date: dt.date
    value_date: dt.date
    entry_id: int
    kind: str
    is_reversal: bool
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AccountSpan:
    """An account over a span of booking days: opening + movements = closing, proved when it is made."""

    opening_minor: int
    closing_minor: int
    movements: Sequence[Movement]

    def lines(self) -> list[LineInputs]:
        balance_minor, found = self.opening_minor, []
        for moved in self.movements:
            balance_minor += moved.amount_minor
            found.append(
                LineInputs(
                    entry=moved.entry_id,
                    booking_date=moved.booking_date.isoformat(),
                    value_date=moved.value_date.isoformat(),
                    kind=moved.kind,
                    is_reversal=moved.is_reversal,
                    amount_minor=moved.amount_minor,
                    balance_minor=balance_minor,
                )
            )
        return found

    def by_kind(self, account: str) -> list[ChargeInputs]:
        sums: dict[tuple[str, bool], int] = {}
        for moved in self.movements:
            key = (moved.kind, moved.is_reversal)
            sums[key] = sums.get(key, 0) + moved.amount_minor
        return [
            ChargeInputs(account=account, kind=kind, is_reversal=is_reversal, amount_minor=amount_minor)
            for (kind, is_reversal), amount_minor in sums.items()
        ]


def client_statement_inputs(
    *, book_id: int, client_id: int, since: dt.date, until: dt.date
) -> ClientStatementInputs:
    """Return the inputs of a statement of every contract that a client had in a span of booking days.

    One that had ended before counts as long as something is left in it or moved: it is the client's.

    :raises PostingsAway: a month of the span is archived.
    :raises RateUnknown: a fixing is missing.
    :raises DoesNotFoot: the ledger contradicts itself.
    """
    _refuse_archived(book_id=book_id, since=since, until=until)
    contracts = list(
        FinancingContract.objects.filter(book_id=book_id, client_id=client_id, opened_on__lte=until)
        .exclude(state__in=[ContractState.DRAFT, ContractState.SUBMITTED])
        .select_related("book", "client", "unit")
        .order_by("code")
    )
    spans = _spans(contracts, since, until)
    stated = [
        (one, part)
        for one, part in ((one, _contract(one, spans[one.pk], since, until)) for one in contracts)
        if one.closed_on is None or one.closed_on >= since or _holds_or_moves(part)
    ]
    if not stated:
        raise FinancingContract.DoesNotExist
    first = stated[0][0]
    return ClientStatementInputs(
        issuer=PartyInputs(code=first.book.code, name=first.book.name),
        client=PartyInputs(code=first.client.code, name=first.client.display_name),
        since=since.isoformat(),
        until=until.isoformat(),
        contracts=[part for _, part in stated],
    )


def clients_of_statements(*, book_id: int, until: dt.date) -> list[int]:
    """Clients with a contract opened by a day, by code; one that has ended may still hold something."""
    found = FinancingContract.objects.filter(book_id=book_id, opened_on__lte=until).exclude(
        state__in=[ContractState.DRAFT, ContractState.SUBMITTED]
    )
    return list(found.order_by("client__code").values_list("client_id", flat=True).distinct())


def _holds_or_moves(part: ContractStatementInputs) -> bool:
    return bool(
        part["cash_lines"]
        or part["loan_lines"]
        or part["charges"]
        or part["securities"]
        or any(one["opening_minor"] or one["closing_minor"] for one in part["balances"].values())
    )


def closing_inputs(*, contract_id: int) -> ClosingInputs:
    """Return the inputs of the closing statement of a contract, from its opening to the newest day.

    :raises PostingsAway: a month of its life is archived.
    :raises DoesNotFoot: the ledger contradicts itself.
    """
    contract = FinancingContract.objects.select_related("book", "client", "unit").get(pk=contract_id)
    until = _last_day(contract)
    terms = terms_of(contract_id=contract_id, on=until)
    _refuse_archived(book_id=contract.book_id, since=contract.opened_on, until=until)
    spans = _spans([contract], dt.date.min, until)[contract.pk]
    return ClosingInputs(
        issuer=PartyInputs(code=contract.book.code, name=contract.book.name),
        client=PartyInputs(code=contract.client.code, name=contract.client.display_name),
        contract=contract.code,
        product=terms.product.name,
        unit=_unit(contract),
        state=contract.state,
        opened_on=contract.opened_on.isoformat(),
        ended_on=until.isoformat(),
        negative_balance_protection=terms.negative_balance_protection,
        accounts={name: spans[name].by_kind(name) for name in ("cash", *DEBTS)},
        cash_minor=spans["cash"].closing_minor + spans["unsettled_cash"].closing_minor,
        securities=_securities(contract, dt.date.min, until),
    )


def _contract(
    contract: FinancingContract, spans: Mapping[str, AccountSpan], since: dt.date, until: dt.date
) -> ContractStatementInputs:
    terms = terms_of(contract_id=contract.pk, on=until)
    return ContractStatementInputs(
        contract=contract.code,
        product=terms.product.name,
        unit=_unit(contract),
        client_rate_ppm=rate_on(contract_id=contract.pk, on=until),
        balances={
            name: BalanceInputs(opening_minor=span.opening_minor, closing_minor=span.closing_minor)
            for name, span in spans.items()
        },
        cash_lines=spans["cash"].lines(),
        loan_lines=spans["principal"].lines(),
        charges=[charge for name in ("interest", "penalty", "fees") for charge in spans[name].by_kind(name)],
        securities=_securities(contract, since, until),
        segments=interest_lines(
            contract_id=contract.pk,
            since=_accrued_up_to(contract, since - DAY),
            until=_accrued_up_to(contract, until),
        ),
    )


def _spans(
    contracts: Sequence[FinancingContract], since: dt.date, until: dt.date
) -> dict[int, dict[str, AccountSpan]]:
    """The six accounts of each contract of one book over a span, in the client's signs; read at once."""
    accounts = {contract.pk: _six_accounts(contract) for contract in contracts}
    signs = {key: sign for named in accounts.values() for key, sign in named.values()}
    found = _accounts(contracts[0].book_id, signs, since, until) if contracts else {}
    return {
        contract_id: {name: found[account_id] for name, (account_id, _) in named.items()}
        for contract_id, named in accounts.items()
    }


def _six_accounts(contract: FinancingContract) -> dict[str, tuple[int, int]]:
    return {
        "cash": (contract.cash_account_id, -1),
        "unsettled_cash": (contract.unsettled_cash_account_id, -1),
        "principal": (contract.principal_account_id, 1),
        "interest": (contract.interest_account_id, 1),
        "penalty": (contract.penalty_account_id, 1),
        "fees": (contract.fee_account_id, 1),
    }


def _accounts(
    book_id: int, signs: Mapping[int, int], since: dt.date, until: dt.date
) -> dict[int, AccountSpan]:
    point = point_in_time(book_id=book_id, day=until)
    closing = balances_at(account_ids=signs, point=point)
    opening = (
        dict.fromkeys(signs, 0)
        if since == dt.date.min
        else balances_at(account_ids=signs, point=point.at(since - DAY))
    )
    moved: dict[int, list[Movement]] = {account_id: [] for account_id in signs}
    for account_id, *row, amount_minor in _rows(
        _MOVED, {"account_ids": list(signs), "since": since, "until": until}
    ):
        moved[account_id].append(Movement(*[*row, amount_minor * signs[account_id]]))
    spans = {
        account_id: AccountSpan(opening[account_id] * sign, closing[account_id] * sign, moved[account_id])
        for account_id, sign in signs.items()
    }
    for account_id, span in spans.items():
        if span.opening_minor + sum(one.amount_minor for one in span.movements) != span.closing_minor:
            raise DoesNotFoot(f"account {account_id} from {since} to {until}")
    return spans


def _securities(contract: FinancingContract, since: dt.date, until: dt.date) -> list[SecurityInputs]:
    """Each security of a contract, settled and unsettled together; what only settled has not moved."""
    found = []
    for code, exponent, account_ids in _rows(
        _SECURITIES, {"book_id": contract.book_id, "code": contract.code}
    ):
        spans = _accounts(contract.book_id, dict.fromkeys(account_ids, -1), since, until).values()
        by_entry: dict[int, int] = {}
        for span in spans:
            for moved in span.movements:
                by_entry[moved.entry_id] = by_entry.get(moved.entry_id, 0) + moved.amount_minor
        inputs = SecurityInputs(
            code=code,
            exponent=exponent,
            opening=sum(span.opening_minor for span in spans),
            received=sum(amount for amount in by_entry.values() if amount > 0),
            delivered=-sum(amount for amount in by_entry.values() if amount < 0),
            closing=sum(span.closing_minor for span in spans),
        )
        if any(inputs[name] for name in ("opening", "received", "delivered", "closing")):
            found.append(inputs)
    return found


def _accrued_up_to(contract: FinancingContract, day: dt.date) -> dt.date:
    """How far the interest booked by the end of a day reaches: segments are of what balances contain."""
    accruals = InterestAccrual.objects.filter(contract=contract, tranche__isnull=True, accrual_date__lte=day)
    return accruals.aggregate(newest=Max("accrual_date"))["newest"] or contract.opened_on


def _unit(contract: FinancingContract) -> UnitInputs:
    return UnitInputs(code=contract.unit.code, exponent=contract.unit.exponent)


def _last_day(contract: FinancingContract) -> dt.date:
    if contract.closed_on is not None:
        return contract.closed_on
    (newest,) = _rows(
        "SELECT max(d.business_date) FROM ledger_businessday AS d WHERE d.book_id = %(book_id)s",
        {"book_id": contract.book_id},
    )[0]
    return newest or contract.opened_on


def _refuse_archived(*, book_id: int, since: dt.date, until: dt.date) -> None:
    away = [month for month in months_away(book_id=book_id) if since.replace(day=1) <= month <= until]
    if away:
        raise PostingsAway(", ".join(month.strftime("%Y-%m") for month in away))


def _rows(statement: str, arguments: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())
