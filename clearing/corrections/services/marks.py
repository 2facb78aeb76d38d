"""A mark corrected late: a further version supersedes it; what was valued with it is worked out again."""

import datetime as dt

from django.db import IntegrityError

from accounts.services.violations import violated_constraint
from clearing.corrections.models import Correction, CorrectionKind
from clearing.corrections.services.plans import Effect, RecomputePlan
from clearing.corrections.services.proposals import CorrectionDraft, propose_correction
from clearing.corrections.services.refusals import CorrectionUnfit, SubjectSuperseded, SubjectUnknown
from clearing.marks.models import HoldReason, Mark, MarkState
from clearing.marks.queries.epochs import instrument_epoch

_TOUCHED = """
    SELECT DISTINCT v.contract_id
    FROM margin_valuation AS v
    WHERE v.book_id = %(book_id)s AND v.business_date BETWEEN %(first)s AND %(last)s
        AND v.mark_ids && %(mark_ids)s::bigint[]
"""


def propose_mark_correction(
    *,
    book_id: int,
    security_code: str,
    session_date: dt.date,
    price_minor: int | None,
    reason: str,
    evidence: str,
    maker_id: int,
    is_usable_for_liquidation: bool = True,
) -> Correction:
    """Propose another price for a session, in minor units per whole share; None: there was none, a hold.

    Joins the caller's transaction, else is its own. The mark as it was fixed stays; with the run a further
    version supersedes it.

    :raises CorrectionUnfit: the price is zero or negative.
    :raises SubjectUnknown: the session has no mark of this security.
    :raises ReasonOrEvidenceMissing: it does not say why, or names no evidence.
    Source: DESIGN 3 (after close).
    """
    if price_minor is not None and price_minor <= 0:
        raise CorrectionUnfit(str(price_minor))
    mark = (
        Mark.objects.current()
        .filter(book_id=book_id, instrument__unit__code=security_code, session_date=session_date)
        .first()
    )
    if mark is None:
        raise SubjectUnknown(f"{security_code} {session_date}")
    return propose_correction(
        book_id=book_id,
        draft=CorrectionDraft(
            kind=CorrectionKind.MARK,
            subject=f"mark/{security_code}/{session_date}",
            effective_on=session_date,
            was={
                "mark": mark.pk,
                "version": mark.version,
                "state": str(mark.state),
                "price_minor": mark.price_minor,
                "usable_for_liquidation": mark.usable_for_liquidation,
            },
            corrected={
                "state": str(MarkState.HOLD if price_minor is None else MarkState.OFFICIAL),
                "price_minor": price_minor,
                "usable_for_liquidation": is_usable_for_liquidation and price_minor is not None,
            },
            reason=reason,
            evidence=evidence,
        ),
        maker_id=maker_id,
    )


def plan_of_mark(*, correction: Correction) -> RecomputePlan:
    """Put the corrected price in wherever a version of the mark was used. Reads only."""
    mark = Mark.objects.get(pk=correction.was["mark"])
    versions = Mark.objects.filter(
        book_id=mark.book_id, instrument_id=mark.instrument_id, session_date=mark.session_date
    )
    return RecomputePlan(
        touched=_TOUCHED,
        params={
            "mark_ids": list(versions.values_list("pk", flat=True)),
            "price_minor": correction.corrected["price_minor"],
            "hold_reason": HoldReason.NO_PRICE if correction.corrected["price_minor"] is None else "",
            "usable": correction.corrected["usable_for_liquidation"],
        },
    )


def carry_out_mark(*, correction: Correction) -> list[Effect]:
    """Write the version that every later read takes. Requires the run's transaction. Posts nothing: later
    valuations read the new mark, earlier ones stay as they were made.

    :raises SubjectSuperseded: another correction of the mark was faster.
    """
    old = Mark.objects.get(pk=correction.was["mark"])
    price_minor = correction.corrected["price_minor"]
    try:
        Mark.objects.create(
            book_id=old.book_id,
            instrument_id=old.instrument_id,
            session_date=old.session_date,
            state=correction.corrected["state"],
            price_minor=price_minor,
            previous_price_minor=old.previous_price_minor,
            usable_for_liquidation=correction.corrected["usable_for_liquidation"],
            epoch=instrument_epoch(
                book_id=old.book_id, instrument_id=old.instrument_id, business_date=old.session_date
            ),
            reason=HoldReason.NO_PRICE if price_minor is None else "",
            quote_ids=[],
            rule_version=f"correction {correction.reference}"[:40],
            version=old.version + 1,
            supersedes=old,
            approval_id=correction.approval_id,
        )
    except IntegrityError as error:
        if violated_constraint(error=error) in ("marks_mark_supersedes_id_key", "marks_mark_fixed_once"):
            raise SubjectSuperseded(correction.subject) from error
        raise
    return []
