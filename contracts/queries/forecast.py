"""What a contract will cost: to its maturity, or if it is ended on a day. Exact, in minor units.

A quote is what the engine would post by the day if nothing else were booked: what is owed now, and the
rounded cumulative interest of the day less what has been posted of it.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from contracts.domain.interest import EVERY_DENOMINATOR, PARTS_PER_MILLION
from contracts.models import FeeBasis, FeeKind, FeeSchedule, FinancingContract
from contracts.queries.balances import contract_balances
from contracts.queries.terms_in_force import terms_of
from ledger.domain.money import round_half_up


class NoMaturity(LookupError):
    """The contract has no maturity: ask until a day of your own."""

    code = "contracts_forecast_has_maturity"
    sentence = _("The contract has no maturity; name a day.")


class RateUnknown(LookupError):
    """A fixing is missing before the day: nobody can say what will be owed."""

    code = "contracts_forecast_rate_known"
    sentence = _("A fixing of the benchmark is missing before this day.")


@dataclass(frozen=True, slots=True)
class TerminationQuote:
    """What ending a contract on a day takes."""

    on: dt.date
    principal_minor: int
    interest_minor: int
    """Due by the day, all of it: what is owed already and what will be accrued."""
    pending_interest_minor: int
    """What of it is still to be posted; negative where something posted will be taken back."""
    penalty_minor: int
    fees_minor: int
    termination_fee_minor: int
    """What the terms charge for principal that is repaid before the maturity."""

    @property
    def total_minor(self) -> int:
        """All that is to be paid."""
        charges_minor = self.penalty_minor + self.fees_minor + self.termination_fee_minor
        return self.principal_minor + self.interest_minor + charges_minor


@dataclass(frozen=True, slots=True)
class CostForecast:
    """What a contract will have cost in interest by a day, if its principal and rate stay."""

    until: dt.date
    posted_minor: int
    """Interest posted so far, paid or not."""
    ahead_minor: int
    """Interest still to come."""
    assumed_from: dt.date | None
    """From this day on the benchmark's newest rate is assumed; empty where every night is known."""


# The newest accrual with what adjustments added, and every night until the day; nights that no fixing covers
# yet count at the newest rate there is, from the day that is said.
_UNTIL = """
WITH newest AS (
    SELECT
        c.id, c.principal_account_id, c.interest_account_id,
        coalesce((
            SELECT a.cumulative_posted_minor + coalesce((
                SELECT sum(j.posted_minor)
                FROM contracts_interestadjustment AS j
                WHERE j.contract_id = a.contract_id AND j.tranche_id IS NULL
                    AND j.accrual_date = a.accrual_date
            ), 0)
            FROM contracts_interestaccrual AS a
            WHERE a.contract_id = c.id AND a.tranche_id IS NULL
            ORDER BY a.accrual_date DESC
            LIMIT 1
        ), 0) AS posted_minor,
        contracts_one_day_interest(c.id, %(until)s::date) AS same_day_numerator
    FROM contracts_financingcontract AS c
    WHERE c.id = %(contract_id)s
), piece AS (
    SELECT
        p.amount_minor, s.from_date, s.parts, s.rate_ppm,
        coalesce(s.rate_ppm, (
            SELECT last.rate_ppm
            FROM contracts_ratesegment AS last
            WHERE last.terms_id = s.terms_id AND last.rate_ppm IS NOT NULL AND last.from_date < s.until_date
            ORDER BY last.from_date DESC
            LIMIT 1
        ))::numeric AS used_ppm
    FROM newest
    INNER JOIN ledger_posting AS p ON p.account_id = newest.principal_account_id
    CROSS JOIN LATERAL contracts_interest_segments(newest.id, p.value_date, %(until)s::date) AS s
)
SELECT
    newest.posted_minor,
    coalesce((SELECT sum(piece.amount_minor * piece.used_ppm * piece.parts) FROM piece), 0)
    + newest.same_day_numerator,
    (SELECT min(piece.from_date) FROM piece WHERE piece.rate_ppm IS NULL)
FROM newest
"""


def termination_quote(*, contract_id: int, on: dt.date) -> TerminationQuote:
    """Return what ending the contract on a day takes: exactly what it will owe after that day's accrual.

    Penalty and fees are those that have been charged; a run of penalty may still add to them.

    :raises FinancingContract.DoesNotExist: there is no such contract.
    :raises RateUnknown: a fixing is missing before the day.
    Source: DESIGN 5 (early termination).
    """
    balances = contract_balances(contract_ids=[contract_id])[contract_id]
    posted_minor, cumulative_minor, assumed_from = _until(contract_id, on)
    if assumed_from is not None:
        raise RateUnknown(f"{balances.code}: {assumed_from}")
    pending_minor = max(cumulative_minor - posted_minor, -balances.interest_minor)
    return TerminationQuote(
        on=on,
        principal_minor=balances.principal_minor,
        interest_minor=balances.interest_minor + pending_minor,
        pending_interest_minor=pending_minor,
        penalty_minor=balances.penalty_minor,
        fees_minor=balances.fees_minor,
        termination_fee_minor=_termination_fee(contract_id, balances.principal_minor, on),
    )


def _termination_fee(contract_id: int, principal_minor: int, on: dt.date) -> int:
    matures_on = FinancingContract.objects.values_list("matures_on", flat=True).get(pk=contract_id)
    if matures_on is not None and on >= matures_on:
        return 0
    terms = terms_of(contract_id=contract_id, on=on)
    fee = FeeSchedule.objects.filter(terms=terms, kind=FeeKind.EARLY_TERMINATION).first()
    if fee is None or principal_minor == 0:
        return 0
    if fee.basis == FeeBasis.FLAT:
        return fee.amount_minor or 0
    return round_half_up(principal_minor * (fee.rate_ppm or 0), PARTS_PER_MILLION)


def cost_to_maturity(*, contract_id: int, until: dt.date | None = None) -> CostForecast:
    """Return the interest of a contract up to its maturity, or a day of one's own.

    :raises FinancingContract.DoesNotExist: there is no such contract.
    :raises NoMaturity: it has none, and no day is named.
    Source: DESIGN 5 (forecasts).
    """
    contract = FinancingContract.objects.get(pk=contract_id)
    day = until or contract.matures_on
    if day is None:
        raise NoMaturity(contract.code)
    posted_minor, cumulative_minor, assumed_from = _until(contract_id, day)
    return CostForecast(
        until=day,
        posted_minor=posted_minor,
        ahead_minor=cumulative_minor - posted_minor,
        assumed_from=assumed_from,
    )


def _until(contract_id: int, day: dt.date) -> tuple[int, int, dt.date | None]:
    """Return what was posted, the rounded cumulative interest before the day, and where rates are assumed."""
    with connection.cursor() as cursor:
        cursor.execute(_UNTIL, {"contract_id": contract_id, "until": day})
        posted_minor, numerator, assumed_from = cursor.fetchone()
    exact = int(numerator)
    rounded = (2 * abs(exact) + EVERY_DENOMINATOR) // (2 * EVERY_DENOMINATOR)
    return int(posted_minor), rounded if exact >= 0 else -rounded, assumed_from
