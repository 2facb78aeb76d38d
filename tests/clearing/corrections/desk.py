"""What happens around a correction in tests: proposed by the day's maker, approved by Ines, run."""

import datetime as dt

from accounts.services.approvals import approve
from clearing.corrections.models import Correction, CorrectionFinding, DecisionReview
from clearing.corrections.services.marks import propose_mark_correction
from clearing.corrections.services.run import CorrectionResult, run_correction
from tests.clearing.margin.harbour import HARBOUR, Harbour


def correct_mark(
    world: Harbour, price: int | None, *, day: dt.date, security: str = HARBOUR, reason: str = "a wrong close"
) -> Correction:
    """Propose that a security was at another price on a day."""
    return propose_mark_correction(
        book_id=world.book.pk,
        security_code=security,
        session_date=day,
        price_minor=price,
        reason=reason,
        evidence="exchange notice 17",
        maker_id=world.maker.pk,
    )


def approve_and_run(world: Harbour, correction: Correction) -> CorrectionResult:
    """Ines approves; operations run."""
    approve(approval_id=correction.approval_id, checker_id=world.ines.pk)
    return run_correction(correction_id=correction.pk, maker_id=world.maker.pk)


def findings(result: CorrectionResult) -> list[tuple[str, str, str, int | None, int | None, str]]:
    """(contract, day, figure, stored, recomputed, tendency)."""
    rows = CorrectionFinding.objects.filter(run_id=result.run_id)
    return [
        (
            "" if row.contract is None else row.contract.code,
            f"{row.business_date:%a}",
            row.figure,
            row.stored,
            row.recomputed,
            row.tendency,
        )
        for row in rows.select_related("contract").order_by(
            "contract__code", "business_date", "figure", "subject"
        )
    ]


def reviews(result: CorrectionResult) -> list[tuple[str, str, str]]:
    """(contract, day, kind of decision)."""
    rows = DecisionReview.objects.filter(run_id=result.run_id).select_related("contract")
    return sorted(
        (row.contract.code if row.contract else "", f"{row.business_date:%a}", row.kind) for row in rows
    )
