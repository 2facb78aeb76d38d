"""An interest rate corrected late: one adjustment of what was accrued, and debts worked out again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from clearing.corrections.models import Correction, CorrectionKind, EntryPurpose
from clearing.corrections.services.plans import Carrying, Effect, RecomputePlan
from clearing.corrections.services.proposals import CorrectionDraft, propose_correction
from clearing.corrections.services.refusals import CorrectionUnfit, SubjectSuperseded, SubjectUnknown
from contracts.domain.interest import EVERY_DENOMINATOR
from contracts.models import ContractAmendment, FundingTranche, TermsState, TermsVersion
from contracts.queries.rates import RateStep, rate_before, rate_in_force, rate_steps
from contracts.services.rate_corrections import CorrectRate, correct_rate
from ledger.queries.days import open_business_date


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """From a day on a rate was that much higher than what was counted with, until the next change."""

    from_date: dt.date
    delta_ppm: int


# What each side had been posted by each accrual, and what is right: counted from the first posting on, at the
# side's own rate and all its steps, those of the correction in the place of what it overrides. A contract
# that was amended is counted at the rates of all its terms, and with the correction for the days that it was
# held to the terms corrected.
_BEFORE = """
change AS MATERIALIZED (
    SELECT * FROM unnest(%(dates)s::date[], %(deltas)s::bigint[]) AS c(from_date, delta_ppm)
), step AS MATERIALIZED (
    SELECT * FROM unnest(%(step_dates)s::date[], %(step_deltas)s::bigint[]) AS s(from_date, delta_ppm)
), side AS MATERIALIZED (
    SELECT
        c.id AS contract_id, NULL::bigint AS tranche_id, c.principal_account_id AS account_id, 1 AS sign,
        t.client_rate_ppm AS rate_ppm, 'interest'::text AS figure, ''::text AS subject,
        %(denominator)s::numeric AS denominator, t.day_count, c.matures_on,
        contracts_interest_origin(c.principal_account_id, c.opened_on) AS origin,
        amended.contract_id IS NOT NULL AS is_amended
    FROM contracts_financingcontract AS c
    INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
    LEFT JOIN contracts_amendedcontract AS amended ON amended.contract_id = c.id
    WHERE c.book_id = %(book_id)s AND (
        c.terms_id = %(terms_id)s AND amended.contract_id IS NULL
        OR amended.contract_id IS NOT NULL AND EXISTS (
            SELECT FROM contracts_termsspan AS held
            WHERE held.contract_id = c.id AND held.terms_id = %(terms_id)s
        )
    )
    UNION ALL
    SELECT
        c.id, f.id, f.funded_account_id, -1, f.rate_ppm, 'funder_interest', p.code,
        %(denominator)s::numeric, t.day_count, c.matures_on,
        contracts_interest_origin(c.principal_account_id, c.opened_on), false
    FROM contracts_fundingtranche AS f
    INNER JOIN contracts_financingcontract AS c ON c.id = f.contract_id
    INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
    INNER JOIN accounts_party AS p ON p.id = f.funder_id
    WHERE f.id = %(tranche_id)s AND c.book_id = %(book_id)s
), stage AS (
    SELECT side.*, a.accrual_date AS on_date, a.cumulative_posted_minor
    FROM side
    INNER JOIN contracts_interestaccrual AS a
        ON a.contract_id = side.contract_id AND a.tranche_id IS NOT DISTINCT FROM side.tranche_id
    WHERE a.accrual_date BETWEEN %(first)s AND %(last)s
), counted AS MATERIALIZED (
    SELECT
        stage.*,
        stage.cumulative_posted_minor + coalesce(late.posted_minor, 0) AS posted_minor,
        coalesce(whole.numerator, 0) AS numerator, coalesce(whole.more, 0) AS more
    FROM stage
    LEFT JOIN LATERAL (
        SELECT sum(j.posted_minor) AS posted_minor
        FROM contracts_interestadjustment AS j
        WHERE j.contract_id = stage.contract_id AND j.accrual_date = stage.on_date
            AND j.tranche_id IS NOT DISTINCT FROM stage.tranche_id AND j.booking_date <= stage.on_date
    ) AS late ON true
    LEFT JOIN LATERAL (
        SELECT
            sum(stage.sign * p.amount_minor * CASE
                WHEN stage.is_amended THEN now.rate_parts + changed.rate_days
                ELSE stage.rate_ppm::numeric * own.parts + stepped.rate_days
            END) AS numerator,
            sum(stage.sign * p.amount_minor * changed.rate_days) AS more
        FROM ledger_posting AS p
        CROSS JOIN LATERAL (
            SELECT contracts_year_parts(
                stage.day_count, stage.origin, least(p.value_date, stage.on_date), stage.on_date,
                stage.matures_on
            ) AS parts
        ) AS own
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(step.delta_ppm::numeric * contracts_year_parts(
                stage.day_count, stage.origin,
                least(greatest(p.value_date, step.from_date), stage.on_date), stage.on_date, stage.matures_on
            )), 0) AS rate_days
            FROM step
        ) AS stepped
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(change.delta_ppm::numeric * contracts_year_parts(
                stage.day_count, stage.origin,
                least(greatest(p.value_date, change.from_date, held.from_date), held.until_date),
                held.until_date, stage.matures_on
            )), 0) AS rate_days
            FROM change
            CROSS JOIN LATERAL (
                SELECT '-infinity'::date AS from_date, stage.on_date AS until_date
                WHERE NOT stage.is_amended
                UNION ALL
                SELECT span.from_date, least(span.until_date, stage.on_date)
                FROM contracts_termsspan AS span
                WHERE stage.is_amended AND span.contract_id = stage.contract_id
                    AND span.terms_id = %(terms_id)s
            ) AS held
        ) AS changed
        -- The plan is made before the correction is kept: these are the rates that were counted with.
        LEFT JOIN LATERAL (
            SELECT w.rate_parts
            FROM contracts_interest_weigh(
                stage.contract_id, least(p.value_date, stage.on_date), stage.on_date
            ) AS w
            WHERE stage.is_amended
        ) AS now ON true
        WHERE p.account_id = stage.account_id AND p.booking_date <= stage.on_date
    ) AS whole ON true
), rounded AS MATERIALIZED (
    SELECT
        counted.contract_id, counted.tranche_id, counted.on_date, counted.figure, counted.subject,
        counted.posted_minor::bigint AS stored,
        CASE
            WHEN counted.more = 0 THEN counted.posted_minor
            ELSE sign(counted.numerator) * div(
                2 * abs(counted.numerator) + counted.denominator, 2 * counted.denominator
            )
        END::bigint AS recomputed
    FROM counted
)
"""

_TOUCHED = "SELECT DISTINCT side.contract_id FROM side"

# A day's debts hold what had been accrued by the newest accrual up to the day.
_SHIFT = """
    SELECT
        r.contract_id, r.on_date AS first_date,
        coalesce(lead(r.on_date) OVER (PARTITION BY r.contract_id ORDER BY r.on_date) - 1, %(last)s::date)
            AS last_date,
        0::bigint AS cash_minor, r.recomputed - r.stored AS debt_minor
    FROM rounded AS r
    WHERE r.tranche_id IS NULL
"""

_OWN = """
    SELECT r.contract_id, r.on_date AS business_date, r.figure, r.subject, r.stored, r.recomputed
    FROM rounded AS r
"""


def propose_rate_correction(
    *,
    book_id: int,
    terms_id: int | None = None,
    tranche_id: int | None = None,
    from_date: dt.date,
    rate_ppm: int,
    reason: str,
    evidence: str,
    maker_id: int,
) -> Correction:
    """Propose another rate from a day on: the clients' rate of some terms, or one tranche's to its funder.

    Joins the caller's transaction, else is its own. Parts per million a year.

    :raises SubjectUnknown: neither or both are named, the terms are not in force or float on a benchmark (its
        fixing is what is put right), or the tranche is not one
        of a funder in this book.
    :raises CorrectionUnfit: the rate is below nought or above 100 %, or the day lies ahead.
    :raises ReasonOrEvidenceMissing: it does not say why, or names no evidence.
    Source: DESIGN 3 (after close), 5 (a back-dated rate).
    """
    today = open_business_date(book_id=book_id)
    if not 0 <= rate_ppm <= 1_000_000 or (today is not None and from_date > today):
        raise CorrectionUnfit(f"{rate_ppm} ppm from {from_date}")
    was: dict[str, str | int | bool | None]
    if terms_id is not None and tranche_id is None:
        terms = (
            TermsVersion.objects.select_related("product")
            .filter(
                Q(contracts__book_id=book_id)
                | Exists(ContractAmendment.objects.filter(book_id=book_id, to_terms=OuterRef("pk"))),
                pk=terms_id,
                state=TermsState.ACTIVE,
                benchmark__isnull=True,
            )
            .first()
        )
        if terms is None:
            raise SubjectUnknown(f"terms {terms_id}")
        subject = f"rate/{terms.product.code}/v{terms.version}"
        was = {"terms": terms.pk, "tranche": None, "steps": _steps_as_text(terms_id=terms_id)}
    elif tranche_id is not None and terms_id is None:
        tranche = (
            FundingTranche.objects.select_related("contract", "funder")
            .filter(pk=tranche_id, contract__book_id=book_id, funder__isnull=False)
            .first()
        )
        if tranche is None or tranche.funder is None:
            raise SubjectUnknown(f"tranche {tranche_id}")
        subject = f"rate/{tranche.contract.code}/{tranche.funder.code}"
        was = {"terms": None, "tranche": tranche.pk, "steps": _steps_as_text(tranche_id=tranche_id)}
    else:
        raise SubjectUnknown("terms or tranche")
    was["rate_ppm"] = rate_in_force(terms_id=terms_id, tranche_id=tranche_id, on=from_date)
    return propose_correction(
        book_id=book_id,
        draft=CorrectionDraft(
            kind=CorrectionKind.RATE,
            subject=subject,
            effective_on=from_date,
            was=was,
            corrected={"rate_ppm": rate_ppm},
            reason=reason,
            evidence=evidence,
        ),
        maker_id=maker_id,
    )


def plan_of_rate(*, correction: Correction) -> RecomputePlan:
    """Put the corrected rate in from its day on, and work interest out again at each accrual. Reads only."""
    changes = _changes(correction)
    steps = _steps_then(correction)
    return RecomputePlan(
        before=_BEFORE.strip(),
        touched=_TOUCHED,
        shift=_SHIFT,
        own=_OWN,
        params={
            "terms_id": correction.was["terms"],
            "tranche_id": correction.was["tranche"],
            "dates": [change.from_date for change in changes],
            "deltas": [change.delta_ppm for change in changes],
            "step_dates": [step.from_date for step in steps],
            "step_deltas": [step.delta_ppm for step in steps],
            "denominator": EVERY_DENOMINATOR,
        },
    )


def carry_out_rate(*, correction: Correction, carrying: Carrying) -> list[Effect]:
    """Keep the rate and post its one adjustment. Requires the run's transaction.

    :raises SubjectSuperseded: the rate was corrected since this was proposed.
    """
    terms_id, tranche_id = correction.was["terms"], correction.was["tranche"]
    if _steps_as_text(terms_id=terms_id, tranche_id=tranche_id) != correction.was["steps"]:
        raise SubjectSuperseded(correction.subject)
    entry_id = correct_rate(
        order=CorrectRate(
            book_id=correction.book_id,
            terms_id=terms_id,
            tranche_id=tranche_id,
            from_date=correction.effective_on,
            rate_ppm=correction.corrected["rate_ppm"],
            approval_id=correction.approval_id,
        ),
        booking_date=carrying.booking_date,
        maker_id=carrying.maker_id,
    )
    return [] if entry_id is None else [Effect(entry_id=entry_id, purpose=EntryPurpose.ADJUSTMENT)]


def _changes(correction: Correction) -> Sequence[RateChange]:
    """From what was counted to what is right: a step on the day, and the end of each later step."""
    steps = rate_steps(terms_id=correction.was["terms"], tranche_id=correction.was["tranche"])
    more = correction.corrected["rate_ppm"] - correction.was["rate_ppm"]
    changes = [RateChange(from_date=correction.effective_on, delta_ppm=more)]
    changes += [
        RateChange(from_date=step.from_date, delta_ppm=-step.delta_ppm)
        for step in steps
        if step.from_date > correction.effective_on
    ]
    return [change for change in changes if change.delta_ppm]


def _steps_then(correction: Correction) -> Sequence[RateChange]:
    """All steps of the side once the correction holds: those before its day, and its own."""
    steps = rate_steps(terms_id=correction.was["terms"], tranche_id=correction.was["tranche"])
    before = [step for step in steps if step.from_date < correction.effective_on]
    own = rate_before(
        terms_id=correction.was["terms"], tranche_id=correction.was["tranche"], day=correction.effective_on
    )
    return [
        *(RateChange(from_date=step.from_date, delta_ppm=step.delta_ppm) for step in before),
        RateChange(from_date=correction.effective_on, delta_ppm=correction.corrected["rate_ppm"] - own),
    ]


def _steps_as_text(*, terms_id: int | None = None, tranche_id: int | None = None) -> str:
    found: list[RateStep] = rate_steps(terms_id=terms_id, tranche_id=tranche_id)
    return ", ".join(f"{step.from_date}: {step.rate_ppm}" for step in found)
