"""What carries out each kind of approval: one service of the app that owns the matter."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _

from accounts.admin.cells import instant_text
from accounts.models import Approval, ApprovalKind, ApprovalStatus, User
from accounts.services.access_reviews import complete_access_review
from accounts.services.actor import acting
from accounts.services.approval_rules import delegate_approvals, set_rule
from clearing.corrections.models import Correction
from clearing.corrections.services.reviews import decide_review
from clearing.corrections.services.run import run_correction
from clearing.day.admin.carrying_out_contracts import OF_CONTRACTS
from clearing.day.admin.due_diligence import DUE_DILIGENCE
from clearing.day.services.closing import close_day
from clearing.liquidation.models import Liquidation
from clearing.liquidation.services.release import release_liquidation
from contracts.models import RulePackVersion, TermsVersion
from contracts.services.rule_packs import activate_rule_pack
from contracts.services.terms import activate_terms
from custody.models import Payment, PaymentState
from custody.services.withdrawals import cancel_withdrawal, release_withdrawal
from ledger.models import Book, BusinessDay, Hardness
from ledger.queries.days import open_business_date
from ledger.services.import_uploads import post_uploaded_import
from ledger.services.official_rates import set_approved_rates
from ledger.services.periods import close_month, reopen_business_day, reopen_month, soft_close_business_day
from ledger.services.year_end import transfer_year_end


class NoOpenDay(Exception):
    """No business day of this book is open; open one first."""


class NothingToCarryOut(Exception):
    """What this approval is about is not there any more; propose it anew."""


class NotCarriedOutHere(Exception):
    """There is nothing yet that carries out approvals of this kind."""


def closes_by_itself(approval: Approval) -> bool:
    """Whether the service that carries it out also approves: a close is approved as the books stand."""
    return approval.kind == ApprovalKind.CLOSE_BUSINESS_DAY and approval.status == ApprovalStatus.PROPOSED


def carry_out(*, approval: Approval, actor: User) -> str:
    """Do what was approved; return the sentence that says so."""
    match approval.kind:
        case kind if kind in ACTED:
            return ACTED[kind](approval, actor)
        case kind if kind in BY_THEMSELVES:
            return BY_THEMSELVES[ApprovalKind(kind)](approval)
        case ApprovalKind.SET_APPROVAL_LIMIT:
            set_rule(approval_id=approval.pk)
            return _("The rule is in force.")
        case ApprovalKind.DELEGATE_APPROVALS:
            lent = delegate_approvals(approval_id=approval.pk)
            return _("The delegation holds until %(end)s.") % {"end": instant_text(lent.ends_at)}
        case ApprovalKind.REVIEW_ACCESS:
            review = complete_access_review(approval_id=approval.pk, actor_id=actor.pk)
            return _("The review of %(period)s is completed.") % {"period": review.period}
        case kind:
            if kind not in OF_CONTRACTS:
                raise NotCarriedOutHere
            return OF_CONTRACTS[kind](approval, actor)


def give_up(*, approval: Approval, actor: User, comment: str) -> None:
    """Undo what was set aside for what is now rejected: a payment is cancelled, and its hold released."""
    if approval.kind not in (ApprovalKind.RELEASE_WITHDRAWAL, ApprovalKind.PAY_FUNDER_OUT):
        return
    payment = Payment.objects.filter(approval=approval, state=PaymentState.REQUESTED).first()
    if payment is not None:
        cancel_withdrawal(
            payment_id=payment.pk,
            reason=f"rejected: {comment}"[:200],
            business_date=_open_or_last_day(payment.book_id),
            maker_id=actor.pk,
        )


def _book_of(approval: Approval) -> Book:
    return Book.objects.get(code=approval.book_code)


def _close(approval: Approval, actor: User) -> str:
    book = _book_of(approval)
    day = dt.date.fromisoformat(approval.subject.rpartition("/")[2])
    close_day(book_id=book.pk, business_date=day, checker_id=actor.pk)
    return _("%(day)s is closed.") % {"day": day.isoformat()}


def _soft_close(approval: Approval) -> str:
    day = dt.date.fromisoformat(_subject(approval))
    soft_close_business_day(book_id=_book_of(approval).pk, business_date=day, approval_id=approval.pk)
    return _("%(day)s is soft-closed: it takes corrections only.") % {"day": day.isoformat()}


def _reopen(approval: Approval) -> str:
    day = dt.date.fromisoformat(_subject(approval))
    reopen_business_day(book_id=_book_of(approval).pk, business_date=day, approval_id=approval.pk)
    return _("%(day)s is open again; close it anew when it is mended.") % {"day": day.isoformat()}


def _close_month(approval: Approval) -> str:
    month = dt.date.fromisoformat(f"{_subject(approval)}-01")
    hardness = Hardness(approval.payload.get("hardness", Hardness.SOFT))
    close_month(book_id=_book_of(approval).pk, month=month, hardness=hardness, approval_id=approval.pk)
    if hardness is Hardness.HARD:
        return _("%(month)s is closed for good.") % {"month": _subject(approval)}
    return _("%(month)s is soft-closed.") % {"month": _subject(approval)}


def _reopen_month(approval: Approval) -> str:
    month = dt.date.fromisoformat(f"{_subject(approval)}-01")
    reopen_month(book_id=_book_of(approval).pk, month=month, approval_id=approval.pk)
    return _("%(month)s is open again.") % {"month": _subject(approval)}


def _transfer_year_end(approval: Approval) -> str:
    year = int(_subject(approval))
    made = transfer_year_end(book_id=_book_of(approval).pk, year=year, approval_id=approval.pk)
    return _("The result of %(year)d is carried to equity by entry %(entry)d.") % {
        "year": year,
        "entry": made.entry_id,
    }


def _subject(approval: Approval) -> str:
    """What comes after the book's code."""
    return approval.subject.rpartition("/")[2]


def _release_liquidation(approval: Approval, actor: User) -> str:
    liquidation = Liquidation.objects.filter(reference=approval.subject).first()
    if liquidation is None:
        raise NothingToCarryOut
    day = _open_or_last_day(liquidation.book_id)
    release_liquidation(
        liquidation_id=liquidation.pk, approval_id=approval.pk, actor_id=actor.pk, business_date=day
    )
    return _("%(reference)s is released; its orders go out with the next run.") % {
        "reference": liquidation.reference
    }


def _release_withdrawal(approval: Approval, actor: User) -> str:
    payment = Payment.objects.filter(approval=approval).first()
    if payment is None:
        raise NothingToCarryOut
    day = open_business_date(book_id=payment.book_id)
    if day is None:
        raise NoOpenDay
    release_withdrawal(
        payment_id=payment.pk,
        approval_id=approval.pk,
        booking_date=day,
        value_date=day,
        maker_id=actor.pk,
    )
    return _("%(reference)s is released and instructed to the bank.") % {"reference": payment.reference}


def _set_rates(approval: Approval) -> str:
    rates = set_approved_rates(approval_id=approval.pk)
    return _("Official rates set: %(rates)s.") % {"rates": ", ".join(str(rate) for rate in rates)}


def _activate_terms(approval: Approval, actor: User) -> str:
    terms = terms_of(approval)
    if terms is None:
        raise NothingToCarryOut
    with acting(actor_id=actor.pk, reason=f"approval {approval.pk}"):
        activate_terms(terms_id=terms.pk, approval_id=approval.pk)
    return _("%(terms)s is in force.") % {"terms": str(terms)}


def _activate_rule_pack(approval: Approval) -> str:
    version = rule_pack_of(approval)
    if version is None:
        raise NothingToCarryOut
    activate_rule_pack(version_id=version.pk, approval_id=approval.pk)
    return _("%(version)s holds from %(day)s.") % {
        "version": str(version),
        "day": version.effective_from.isoformat(),
    }


def _correct(approval: Approval, actor: User) -> str:
    """Run a correction, or end the review of a decision."""
    if "review" in approval.payload:
        review = decide_review(
            review_id=int(approval.payload["review"]), approval_id=approval.pk, maker_id=actor.pk
        )
        return _("The review is decided: %(state)s.") % {"state": review.get_state_display()}
    correction = Correction.objects.filter(approval=approval).first()
    if correction is None:
        raise NothingToCarryOut
    result = run_correction(correction_id=correction.pk, maker_id=actor.pk)
    return _("%(reference)s has run: %(findings)d findings, %(reviews)d reviews.") % {
        "reference": correction.reference,
        "findings": sum(result.findings.values()),
        "reviews": sum(result.reviews.values()),
    }


ACTED: dict[str, Callable[[Approval, User], str]] = {
    **DUE_DILIGENCE,
    ApprovalKind.CLOSE_BUSINESS_DAY: _close,
    ApprovalKind.RELEASE_LIQUIDATION: _release_liquidation,
    ApprovalKind.RELEASE_WITHDRAWAL: _release_withdrawal,
    ApprovalKind.PAY_FUNDER_OUT: _release_withdrawal,
    ApprovalKind.ACTIVATE_TERMS: _activate_terms,
    ApprovalKind.CORRECT_AFTER_CLOSE: _correct,
}
"""What is carried out on behalf of the person who does it."""


def terms_of(approval: Approval) -> TermsVersion | None:
    """The terms that an approval of their activation is about."""
    product, version = approval.payload.get("product"), approval.payload.get("version")
    found = TermsVersion.objects.select_related("product")
    return found.filter(product__code=product, version=version).first()


def rule_pack_of(approval: Approval) -> RulePackVersion | None:
    """The version of a rule pack that an approval of its activation is about."""
    found = RulePackVersion.objects.select_related("pack")
    return found.filter(sha256=approval.payload.get("sha256", "")).first()


def _open_or_last_day(book_id: int) -> dt.date:
    last = BusinessDay.objects.filter(book_id=book_id).order_by("-business_date").first()
    if last is None:
        raise NoOpenDay
    return last.business_date


def _import_journal(approval: Approval) -> str:
    report = post_uploaded_import(approval_id=approval.pk)
    return _("Imported: %(taken)d booked, %(refused)d refused.") % {
        "taken": report.count("taken"),
        "refused": report.count("refused"),
    }


BY_THEMSELVES: dict[ApprovalKind, Callable[[Approval], str]] = {
    ApprovalKind.SOFT_CLOSE_BUSINESS_DAY: _soft_close,
    ApprovalKind.REOPEN_BUSINESS_DAY: _reopen,
    ApprovalKind.CLOSE_MONTH: _close_month,
    ApprovalKind.REOPEN_MONTH: _reopen_month,
    ApprovalKind.TRANSFER_YEAR_END: _transfer_year_end,
    ApprovalKind.ACTIVATE_RULE_PACK: _activate_rule_pack,
    ApprovalKind.SET_OFFICIAL_RATE: _set_rates,
    ApprovalKind.IMPORT_JOURNAL: _import_journal,
}
"""What needs nobody but the two who decided it."""
