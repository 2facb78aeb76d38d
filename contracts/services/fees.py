"""Charge the fees that terms provide for: the whole book at once, as they fall due, and each once."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from contracts.models import FeeBasis, FeeCharge, FeeKind, FeeSchedule, TermsVersion
from contracts.services.entries import CALLER
from contracts.services.interest import ContractRange
from contracts.services.ranges import EVERY_CONTRACT
from contracts.services.refusals import named_contract_refusals
from ledger.services.posting import EntryHeader, post_journal_entries_from_select

LATE_DAYS = 31
"""How far back a drawdown or extension is looked for that was booked after its day's fees were charged."""


@dataclass(frozen=True, slots=True)
class FeeDraft:
    """A fee of terms: a fixed amount in minor units, or a rate on the principal concerned; one of the two."""

    kind: FeeKind
    amount_minor: int | None = None
    rate_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class FeeResult:
    """What a run charged; `entry_id` None where nothing was due."""

    charges: int
    amount_minor: int
    entry_id: int | None


def write_fees(*, terms: TermsVersion, drafts: tuple[FeeDraft, ...]) -> list[FeeSchedule]:
    """Write the fees of terms that are still a draft. Joins the caller's transaction, else is its own.

    :raises FeesOfActiveTerms: the terms are in force.
    :raises FeeTwice, FeeBasisUnfit: by the rule's name, see docs/rules/contracts.md.
    Source: DESIGN 5 (fee schedules).
    """
    with named_contract_refusals(), transaction.atomic():
        return FeeSchedule.objects.bulk_create(
            FeeSchedule(
                terms=terms,
                ordinal=number,
                kind=draft.kind,
                basis=FeeBasis.PRINCIPAL if draft.amount_minor is None else FeeBasis.FLAT,
                amount_minor=draft.amount_minor,
                rate_ppm=draft.rate_ppm,
            )
            for number, draft in enumerate(drafts, start=1)
        )


# What falls due up to a date, by the terms in force when it arose, and is not charged yet.
_DUE = """
SELECT
    c.id AS contract_id, f.id AS schedule_id, f.amount_minor, f.rate_ppm, arisen.occasion,
    arisen.basis_minor
FROM contracts_financingcontract AS c
CROSS JOIN LATERAL (
    SELECT 'arrangement' AS kind, 'drawdown:' || e.id AS occasion, e.booking_date AS arose_on, p.amount_minor
        AS basis_minor
    FROM ledger_posting AS p
    INNER JOIN ledger_journalentry AS e
        ON e.id = p.entry_id AND e.kind_id = 'drawdown' AND e.reverses_id IS NULL
            -- What was taken back before its fee fell due costs none.
            AND NOT EXISTS (SELECT FROM ledger_journalentry AS back WHERE back.reverses_id = e.id)
    WHERE p.account_id = c.principal_account_id AND p.amount_minor > 0
        AND p.booking_date BETWEEN %(late)s AND %(date)s
    UNION ALL
    SELECT 'management', %(month)s::text, %(date)s::date, principal.balance_minor
    FROM ledger_currentbalance AS principal
    WHERE principal.account_id = c.principal_account_id AND principal.balance_minor > 0
        AND %(month)s::text IS NOT NULL
    UNION ALL
    SELECT 'extension', 'extension:' || a.ordinal, a.effective_from, principal.balance_minor
    FROM contracts_contractamendment AS a
    INNER JOIN ledger_currentbalance AS principal ON principal.account_id = c.principal_account_id
    WHERE a.contract_id = c.id AND a.kind = 'extension' AND a.effective_from BETWEEN %(late)s AND %(date)s
) AS arisen
INNER JOIN contracts_termsinforce AS held_to
    ON held_to.contract_id = c.id AND arisen.arose_on >= held_to.from_date
        AND (held_to.until_date IS NULL OR arisen.arose_on < held_to.until_date)
INNER JOIN contracts_feeschedule AS f ON f.terms_id = held_to.terms_id AND f.kind = arisen.kind
WHERE c.book_id = %(book_id)s AND c.id BETWEEN %(first_id)s AND %(last_id)s
    AND c.state IN ('active', 'restricted', 'in_call', 'matured')
"""

_CHARGE = """
INSERT INTO contracts_feecharge (
    book_id, contract_id, schedule_id, occasion, charge_date, basis_minor, amount_minor
)
SELECT
    %(book_id)s, due.contract_id, due.schedule_id, due.occasion, %(date)s, due.basis_minor,
    counted.amount_minor
FROM ({due}) AS due
CROSS JOIN LATERAL (
    SELECT
        coalesce(
            due.amount_minor, div(2 * due.basis_minor::numeric * due.rate_ppm + 1000000, 2000000)
        )::bigint AS amount_minor
) AS counted
WHERE counted.amount_minor > 0
ORDER BY due.contract_id, due.schedule_id
ON CONFLICT (contract_id, schedule_id, occasion) DO NOTHING
RETURNING id, amount_minor
"""

_POSTINGS = """
SELECT 0 AS entry_no, c.fee_account_id AS account_id, sum(charge.amount_minor)::bigint AS amount_minor
FROM contracts_feecharge AS charge
INNER JOIN contracts_financingcontract AS c ON c.id = charge.contract_id
WHERE charge.id = ANY(%(charge_ids)s)
GROUP BY c.fee_account_id
UNION ALL
SELECT 0, income.id, -sum(charge.amount_minor)::bigint
FROM contracts_feecharge AS charge
INNER JOIN contracts_financingcontract AS c ON c.id = charge.contract_id
INNER JOIN ledger_account AS income
    ON income.book_id = c.book_id AND income.address = 'house/income/fee' AND income.unit_id = c.unit_id
WHERE charge.id = ANY(%(charge_ids)s)
GROUP BY income.id
"""


def accrue_fees(
    *,
    book_id: int,
    business_date: dt.date,
    month: str | None,
    maker_id: int,
    contract_range: ContractRange | None = None,
) -> FeeResult:
    """Charge what has fallen due by the terms in force: with drawdowns, with extensions, and by the month.

    Joins the caller's transaction, else is its own. Two statements whatever the size, one entry of all.
    `month` (YYYY-MM) is given on a month's first business day, else None. What was charged for its
    occasion is left alone: a second run does nothing.

    :raises LedgerRefusal: the day is not open.
    Source: DESIGN 5 (fee schedules), 4 (fee accrued).
    """
    if not FeeSchedule.objects.exists():
        return FeeResult(charges=0, amount_minor=0, entry_id=None)
    chunk = contract_range or EVERY_CONTRACT
    params: dict[str, int | str | dt.date | None] = {
        "book_id": book_id,
        "date": business_date,
        "late": business_date - dt.timedelta(days=LATE_DAYS),
        "month": month,
        "first_id": chunk.first_id,
        "last_id": chunk.last_id,
    }
    with named_contract_refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CHARGE.format(due=_DUE), params)
        charged: list[tuple[int, int]] = cursor.fetchall()
        entry_id = post_charges(
            book_id=book_id,
            charge_ids=[charge_id for charge_id, _amount in charged],
            booking_date=business_date,
            maker_id=maker_id,
        )
    return FeeResult(len(charged), sum(amount for _id, amount in charged), entry_id)


_PENDING = """
SELECT coalesce(sum(coalesce(
    due.amount_minor, div(2 * due.basis_minor::numeric * due.rate_ppm + 1000000, 2000000)
)), 0)
FROM ({due}) AS due
WHERE NOT EXISTS (
    SELECT FROM contracts_feecharge AS charge
    WHERE charge.contract_id = due.contract_id AND charge.schedule_id = due.schedule_id
        AND charge.occasion = due.occasion
)
"""


def pending_fees(*, contract_id: int, book_id: int, on: dt.date) -> int:
    """Return what the day's step would charge a contract for drawdowns and extensions. Reads only."""
    params: dict[str, int | dt.date | None] = {
        "book_id": book_id,
        "date": on,
        "late": on - dt.timedelta(days=LATE_DAYS),
        "month": None,
        "first_id": contract_id,
        "last_id": contract_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PENDING.format(due=_DUE), params)
        return int(cursor.fetchone()[0])


def charge_early_termination(
    *,
    contract_id: int,
    book_id: int,
    terms: TermsVersion,
    principal_minor: int,
    occasion: str,
    booking_date: dt.date,
    maker_id: int,
) -> int:
    """Charge the fee on principal that is repaid before maturity; return it, 0 where the terms have none.

    Requires the caller's transaction, with the contract locked. Minor units.

    :raises FeeAlreadyCharged: it was charged for this occasion.
    Source: DESIGN 5 (early termination).
    """
    fee_minor, schedule = early_termination_fee(terms=terms, principal_minor=principal_minor)
    if schedule is None or fee_minor == 0:
        return 0
    with named_contract_refusals(), transaction.atomic():
        charge = FeeCharge.objects.create(
            book_id=book_id,
            contract_id=contract_id,
            schedule=schedule,
            occasion=occasion,
            charge_date=booking_date,
            basis_minor=principal_minor,
            amount_minor=fee_minor,
        )
        post_charges(book_id=book_id, charge_ids=[charge.pk], booking_date=booking_date, maker_id=maker_id)
    return fee_minor


def early_termination_fee(*, terms: TermsVersion, principal_minor: int) -> tuple[int, FeeSchedule | None]:
    """Return the fee on principal repaid early, half up, and the line of the terms; reads only."""
    schedule = terms.fees.filter(kind=FeeKind.EARLY_TERMINATION).first()
    if schedule is None or principal_minor == 0:
        return 0, schedule
    if schedule.rate_ppm is None:
        return schedule.amount_minor or 0, schedule
    return (2 * principal_minor * schedule.rate_ppm + 1_000_000) // 2_000_000, schedule


def post_charges(*, book_id: int, charge_ids: list[int], booking_date: dt.date, maker_id: int) -> int | None:
    """Post charges by one entry and say so on each. Requires the caller's transaction."""
    if not charge_ids:
        return None
    first = min(charge_ids)
    posted = post_journal_entries_from_select(
        book_id=book_id,
        booking_date=booking_date,
        headers=[
            EntryHeader(
                entry_no=0,
                kind="fee_accrued",
                value_date=booking_date,
                narration=f"Fees of {booking_date} by the terms",
                source_reference=f"contracts.feecharge:{first}",
                idempotency_key=f"fees-accrued:{first}",
            )
        ],
        postings_sql=_POSTINGS,
        params={"charge_ids": charge_ids},
        caller=CALLER,
        maker_id=maker_id,
    )
    FeeCharge.objects.filter(pk__in=charge_ids).update(entry_id=posted[0].entry_id)
    return posted[0].entry_id
