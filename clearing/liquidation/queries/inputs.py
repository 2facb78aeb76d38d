"""Read what liquidations are simulated from, for any number of contracts in a few statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from clearing.liquidation.domain.simulation import VOLUME_SHARE_PPM, HeldSecurity, LiquidationInputs
from contracts.domain.waterfall import TrancheClaim
from contracts.queries.balances import ContractBalances, contract_balances
from ledger.domain.allocation import allocate_largest_remainder

_CANDIDATES = """
SELECT
    in_force.contract_id, valuation.id, call.id, valuation.raw_level,
    -- While its call is disputed the terms release nothing: two people do.
    terms.standing_liquidation_authority AND dispute.id IS NULL
FROM margin_contractlevel AS in_force
INNER JOIN margin_valuation AS valuation
    ON valuation.contract_id = in_force.contract_id AND valuation.business_date = %(business_date)s
INNER JOIN contracts_termsversion AS terms ON terms.id = valuation.terms_id
INNER JOIN contracts_financingcontract AS contract ON contract.id = in_force.contract_id
LEFT JOIN margin_margincall AS call ON call.contract_id = in_force.contract_id AND call.closed_on IS NULL
LEFT JOIN contracts_dispute AS dispute
    ON dispute.contract_id = in_force.contract_id AND dispute.state = 'open' AND dispute.subject_kind = 'call'
        AND dispute.subject_reference = 'call:' || call.id
WHERE in_force.book_id = %(book_id)s AND in_force.side_state = '' AND in_force.level >= 4
    AND valuation.side_state = '' AND valuation.raw_level >= 4 AND valuation.marks_allow_liquidation
    AND contract.state IN ('active', 'restricted', 'in_call', 'matured', 'defaulted')
    AND (
        call.deadline_on <= %(business_date)s AND (
            dispute.id IS NULL OR dispute.answer_due_on < %(business_date)s OR valuation.raw_level >= 5
        )
        OR contract.state = 'defaulted'
        OR valuation.raw_level >= 5 AND terms.emergency_liquidation
    )
    AND NOT EXISTS (
        SELECT FROM liquidation_liquidation AS other
        WHERE other.contract_id = in_force.contract_id
            AND (other.ended_on IS NULL OR other.valuation_id = valuation.id)
    )
ORDER BY in_force.contract_id
"""

_FIGURES = """
SELECT
    valuation.contract_id, contract.code, valuation.id, valuation.ledger_position, valuation.cash_minor,
    valuation.principal_minor, valuation.interest_minor + valuation.pending_interest_minor,
    valuation.penalty_minor, valuation.fees_minor, terms.target_coverage_ppm, terms.external_cost_sell_ppm,
    terms.commission_ppm, terms.waterfall_order,
    coalesce((
        SELECT -sum(fund.balance_minor)
        FROM ledger_account AS account
        INNER JOIN ledger_currentbalance AS fund ON fund.account_id = account.id
        WHERE account.book_id = valuation.book_id AND account.role = 'reserve_fund'
            AND account.ring = 'reserve'
            AND account.unit_id = contract.unit_id
    ), 0)::bigint
FROM margin_valuation AS valuation
INNER JOIN contracts_financingcontract AS contract ON contract.id = valuation.contract_id
INNER JOIN contracts_termsversion AS terms ON terms.id = valuation.terms_id
WHERE valuation.contract_id = ANY(%(contract_ids)s) AND valuation.business_date = %(business_date)s
    AND valuation.side_state = '' AND valuation.marks_allow_liquidation
ORDER BY valuation.contract_id
"""

_HOLDINGS = """
SELECT
    valuation.contract_id, unit.code, held.instrument_id, held.mark_id, held.quantity, unit.exponent,
    coalesce(-settled.balance_minor, 0), mark.price_minor, instrument.lot_size,
        instrument.average_daily_volume
FROM margin_valuation AS valuation
INNER JOIN contracts_financingcontract AS contract ON contract.id = valuation.contract_id
CROSS JOIN LATERAL unnest(valuation.instrument_ids, valuation.quantities, valuation.mark_ids)
    AS held (instrument_id, quantity, mark_id)
INNER JOIN marks_mark AS mark ON mark.id = held.mark_id
INNER JOIN marks_instrument AS instrument ON instrument.id = held.instrument_id
INNER JOIN ledger_unit AS unit ON unit.id = instrument.unit_id
LEFT JOIN ledger_account AS account
    ON account.book_id = valuation.book_id AND account.contract_code = contract.code
        AND account.contract_code <> ''
        AND account.role = 'entitlement' AND account.unit_id = instrument.unit_id
LEFT JOIN ledger_currentbalance AS settled ON settled.account_id = account.id
WHERE valuation.contract_id = ANY(%(contract_ids)s) AND valuation.business_date = %(business_date)s
    AND valuation.side_state = ''
ORDER BY valuation.contract_id, held.instrument_id
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contract that is to be liquidated: its valuation of the day, its standing call, its level."""

    contract_id: int
    valuation_id: int
    call_id: int | None
    raw_level: int
    has_standing_authority: bool


def liquidation_candidates(*, book_id: int, business_date: date) -> list[Candidate]:
    """Return the contracts whose liquidation is due on the date's valuation and not under way, by contract
    id.

    Due is LIQUIDATE_DUE or worse, in force and on today's figures alike, with the deadline of the standing
    call reached, or EMERGENCY or worse where the terms allow liquidation without a deadline. Never on a hold,
    and never on a mark that is not good enough to liquidate on. The deadline of a call that the client
    disputes counts for nothing until the answer is overdue or the contract in EMERGENCY, and then the
    standing authority of the terms does not. Source: DESIGN 6 (ladder), 7 (dispute), decision 44.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"book_id": book_id, "business_date": business_date})
        return [Candidate(*row) for row in cursor.fetchall()]


def load_liquidation_inputs(
    *, contract_ids: Sequence[int], business_date: date
) -> dict[int, LiquidationInputs]:
    """Return by contract what a simulation on the date's valuation is made from.

    Left out, so that nothing is done with them tonight: contracts on hold, those with a mark that is not good
    enough to liquidate on, those whose principal has moved since the valuation. Holdings are those of the
    valuation; what of them has settled, the tranches' claims and the reserve fund are the ledger's balances
    now. Reads only.
    """
    if not contract_ids:
        return {}
    params: dict[str, list[int] | date] = {
        "contract_ids": list(contract_ids),
        "business_date": business_date,
    }
    holdings: dict[int, list[HeldSecurity]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, params)
        figures = [_Figures(*row) for row in cursor.fetchall()]
        cursor.execute(_HOLDINGS, params)
        for contract_id, *row in cursor.fetchall():
            holdings[contract_id].append(HeldSecurity(*row))
    owed = contract_balances(contract_ids=[row.contract_id for row in figures])
    return {
        row.contract_id: _inputs(row, holdings[row.contract_id], owed[row.contract_id], business_date)
        for row in figures
        if row.principal_minor == owed[row.contract_id].principal_minor
    }


@dataclass(frozen=True, slots=True)
class _Figures:
    contract_id: int
    contract_code: str
    valuation_id: int
    ledger_position: int
    cash_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    target_ppm: int
    external_cost_ppm: int
    commission_ppm: int
    waterfall_order: list[str]
    reserve_minor: int


def _inputs(
    figures: _Figures, holdings: Sequence[HeldSecurity], owed: ContractBalances, business_date: date
) -> LiquidationInputs:
    return LiquidationInputs(
        contract_code=figures.contract_code,
        business_date=business_date.isoformat(),
        valuation_id=figures.valuation_id,
        ledger_position=figures.ledger_position,
        cash_minor=figures.cash_minor,
        principal_minor=figures.principal_minor,
        interest_minor=figures.interest_minor,
        penalty_minor=figures.penalty_minor,
        fees_minor=figures.fees_minor,
        target_ppm=figures.target_ppm,
        external_cost_ppm=figures.external_cost_ppm,
        commission_ppm=figures.commission_ppm,
        volume_share_ppm=VOLUME_SHARE_PPM,
        waterfall_order=tuple(figures.waterfall_order),
        reserve_minor=figures.reserve_minor,
        holdings=tuple(holdings),
        tranches=tuple(_claims(owed, figures.interest_minor)),
    )


def _claims(owed: ContractBalances, interest_minor: int) -> list[TrancheClaim]:
    """Return what each tranche can claim; what funders earned beyond the client's interest is the house's."""
    earned = [max(tranche.interest_minor, 0) for tranche in owed.tranches]
    if sum(earned) > interest_minor:
        earned = allocate_largest_remainder(interest_minor, earned)
    return [
        TrancheClaim(tranche.funder_code, tranche.principal_minor, share_minor, tranche.seniority)
        for tranche, share_minor in zip(owed.tranches, earned, strict=True)
    ]
