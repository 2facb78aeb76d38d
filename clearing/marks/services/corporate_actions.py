"""Take down what issuers announce."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.services.violations import refusing
from clearing.marks.models import CorporateAction, CorporateActionKind


class AlreadyAnnounced(ValueError):
    """The book has this kind of action of this instrument for this ex-date already."""


class AnnouncementMalformed(ValueError):
    """The terms do not fit the kind, or the dates do not run from announcement to ex, record and pay date."""


@dataclass(frozen=True, slots=True)
class DividendDraft:
    """A cash dividend: ``amount_micro`` millionths of a minor unit per share, gross; tax in ppm of it."""

    instrument_id: int
    announced_on: date
    ex_date: date
    record_date: date
    pay_date: date
    amount_micro: int
    tax_ppm: int = 0


@dataclass(frozen=True, slots=True)
class SplitDraft:
    """``ratio_numerator`` new shares for ``ratio_denominator`` old ones; 2 for 1 doubles, 1 for 10 merges."""

    instrument_id: int
    announced_on: date
    ex_date: date
    record_date: date
    pay_date: date
    ratio_numerator: int
    ratio_denominator: int


def announce_corporate_actions(
    *, book_id: int, drafts: Sequence[DividendDraft | SplitDraft]
) -> list[CorporateAction]:
    """Write announcements down, all or none, and return them in the order given.

    Joins or opens a transaction. What follows from them on ex-date and pay date is settlement's.

    :raises AlreadyAnnounced: one is there already.
    :raises AnnouncementMalformed: terms or dates that no such action has.
    """
    malformed = AnnouncementMalformed("the terms do not fit the kind, or the dates are out of order")
    with refusing(
        refusals={
            "marks_corporateaction_announced_once": AlreadyAnnounced("one is there already"),
            "marks_corporateaction_terms_fit_kind": malformed,
            "marks_corporateaction_dates_in_order": malformed,
            "marks_corporateaction_tax_at_most_whole": malformed,
        }
    ):
        return CorporateAction.objects.bulk_create([_row(book_id, draft) for draft in drafts])


def _row(book_id: int, draft: DividendDraft | SplitDraft) -> CorporateAction:
    row = CorporateAction(
        book_id=book_id,
        instrument_id=draft.instrument_id,
        announced_on=draft.announced_on,
        ex_date=draft.ex_date,
        record_date=draft.record_date,
        pay_date=draft.pay_date,
    )
    match draft:
        case DividendDraft():
            row.kind = CorporateActionKind.DIVIDEND
            row.amount_micro = draft.amount_micro
            row.tax_ppm = draft.tax_ppm
        case SplitDraft():
            row.kind = CorporateActionKind.SPLIT
            row.ratio_numerator = draft.ratio_numerator
            row.ratio_denominator = draft.ratio_denominator
    return row
