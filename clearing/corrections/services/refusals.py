"""What the services of this room refuse, by name."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.services.violations import violated_constraint


class CorrectionRefusal(Exception):
    """Refused, and nothing was written."""

    code: str = "corrections_refusal"
    sentence: str | Promise = _("This correction cannot go on; nothing was written.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.sentence} {self.detail}".strip()


class CorrectionUnknown(CorrectionRefusal):
    """There is no such correction in the book."""

    code = "corrections_correction_exists"
    sentence = _("There is no such correction in this book.")


class SubjectUnknown(CorrectionRefusal):
    """What is to be corrected is not there."""

    code = "corrections_subject_exists"
    sentence = _("What is to be corrected is not there.")


class SubjectSuperseded(CorrectionRefusal):
    """It has been corrected since this was proposed: what was is not what is."""

    code = "corrections_subject_is_current"
    sentence = _("It has been corrected since this was proposed; propose it anew.")


class CorrectionUnfit(CorrectionRefusal):
    """The corrected value cannot be: not positive, ahead of the books, or of another currency."""

    code = "corrections_value_fits"
    sentence = _("The corrected value cannot be.")


class ReasonOrEvidenceMissing(CorrectionRefusal):
    """A correction says why, and where that can be seen."""

    code = "corrections_correction_says_why"
    sentence = _("Say why, and name the evidence.")


class NotApprovedByTwo(CorrectionRefusal):
    """A second person has to approve the correction before it runs."""

    code = "corrections_correctionrun_approved_by_two"
    sentence = _("A second person has to approve this correction before it runs.")


class NoDayToBookInto(CorrectionRefusal):
    """No business day is open: a correction is booked into the open day, never into a closed one."""

    code = "corrections_correctionrun_day_is_open"
    sentence = _("No business day is open to book the correction into; open one first.")


class ReviewUnknown(CorrectionRefusal):
    """There is no such review."""

    code = "corrections_decisionreview_exists"
    sentence = _("There is no such review.")


class ReviewDecided(CorrectionRefusal):
    """It has been decided; a review is decided once."""

    code = "corrections_decisionreview_decided_once"
    sentence = _("This review has been decided; it is decided once.")


class DecisionPending(CorrectionRefusal):
    """A decision on this review waits for its second person."""

    code = "corrections_decisionreview_one_decision_pending"
    sentence = _("A decision on this review waits for its second person already.")


class OutcomeUnfit(CorrectionRefusal):
    """A compensation names an amount, another outcome names none, and each says why."""

    code = "corrections_decisionreview_decision_complete"
    sentence = _("A compensation names an amount, any other outcome none, and each says why.")


BY_CODE: dict[str, type[CorrectionRefusal]] = {
    "corrections_correction_says_why": ReasonOrEvidenceMissing,
    "corrections_correctionrun_approved_by_two": NotApprovedByTwo,
    "corrections_decisionreview_decided_once": ReviewDecided,
    "corrections_decisionreview_decision_complete": OutcomeUnfit,
}


@contextmanager
def named_correction_refusals() -> Iterator[None]:
    """Translate a violated constraint of this room into its exception; any other passes as it came.

    Opens an atomic block, so that a surrounding one stays usable.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = BY_CODE.get(violated_constraint(error=error))
        if refusal is None:
            raise
        raise refusal from error
