"""Tell clients of a level change: one outbox message per change and channel, with amounts to act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.services.outbox import MessageDraft, queue_messages
from clearing.domain.cures import cure_coverage
from clearing.margin.models import MarginLevel

CHANNELS = ("email",)

_CHANGES = """
SELECT
    change.id, book.code, contract.client_id, contract.code, change.business_date, change.from_level,
    change.to_level, change.to_side_state, change.reason, unit.code, valuation.collateral_minor,
        valuation.debt_minor,
    valuation.lending_value_minor, terms.warn_ppm + terms.hysteresis_ppm,
    terms.restrict_ppm + terms.hysteresis_ppm,
    greatest(terms.target_coverage_ppm, terms.call_ppm + terms.hysteresis_ppm),
    terms.external_cost_sell_ppm + terms.commission_ppm
FROM margin_levelchange AS change
INNER JOIN margin_valuation AS valuation ON valuation.id = change.valuation_id
INNER JOIN contracts_termsversion AS terms ON terms.id = valuation.terms_id
INNER JOIN contracts_financingcontract AS contract ON contract.id = change.contract_id
INNER JOIN ledger_unit AS unit ON unit.id = contract.unit_id
INNER JOIN ledger_book AS book ON book.id = change.book_id
WHERE change.id = ANY(%s)
    AND (change.from_level IS NOT NULL OR change.from_side_state <> '' OR change.to_level IS DISTINCT FROM 0)
ORDER BY change.id
"""


@dataclass(frozen=True, slots=True)
class _Change:
    change_id: int
    book_code: str
    client_id: int
    contract_code: str
    business_date: date
    from_level: int | None
    to_level: int | None
    side_state: str
    reason: str
    unit_code: str
    collateral_minor: int | None
    debt_minor: int
    lending_value_minor: int | None
    warn_target_ppm: int
    restrict_target_ppm: int
    target_ppm: int
    cost_ppm: int


def queue_level_messages(*, change_ids: Sequence[int]) -> int:
    """Queue what each change has to say, once for ever; return how many messages are new.

    A contract's first level is news only where it is not NORMAL. Amounts are minor units; each alone leads
    past the line that the contract lies below, hysteresis included, or from CALL on to what a call asks for.

    Joins the caller's transaction. Source: DESIGN 6 (every change: one message per channel with an actionable
    amount).
    """
    if not change_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [list(change_ids)])
        changes = [_Change(*row) for row in cursor.fetchall()]
    drafts = [
        MessageDraft(
            book_code=change.book_code,
            party_id=change.client_id,
            kind="margin_level",
            channel=channel,
            payload=_payload(change),
            idempotency_key=f"margin-level:{change.change_id}:{channel}",
        )
        for change in changes
        for channel in CHANNELS
    ]
    return queue_messages(drafts=drafts) if drafts else 0


def _payload(change: _Change) -> dict[str, object]:
    """Return the content; levels by name, so that a reader needs no table."""
    content: dict[str, object] = {
        "contract": change.contract_code,
        "business_date": change.business_date.isoformat(),
        "from_level": None if change.from_level is None else MarginLevel(change.from_level).name,
        "to_level": None if change.to_level is None else MarginLevel(change.to_level).name,
        "side_state": change.side_state,
        "reason": change.reason,
        "currency": change.unit_code,
    }
    if change.to_level is None or change.to_level == MarginLevel.NORMAL or change.collateral_minor is None:
        return content
    target_ppm = {
        MarginLevel.WARN: change.warn_target_ppm,
        MarginLevel.RESTRICT: change.restrict_target_ppm,
    }.get(MarginLevel(change.to_level), change.target_ppm)
    cure = cure_coverage(
        change.collateral_minor, change.debt_minor, target_ppm=target_ppm, cost_ppm=change.cost_ppm
    )
    content |= {
        "deposit_minor": cure.deposit_minor,
        "repay_minor": cure.repay_minor,
        "sell_minor": cure.sell_minor,
    }
    if change.lending_value_minor is not None and change.debt_minor > change.lending_value_minor:
        content["cash_to_lending_value_minor"] = change.debt_minor - change.lending_value_minor
    return content
