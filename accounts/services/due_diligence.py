"""The refusals of due diligence: the database's by name, and what services say before.

Each has a stable `code`, in docs/rules/accounts.md; its `sentence` says what to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.services.violations import violated_constraint

EVERY_BOOK = ""
"""Approvals about a party are of no single book."""


class DueDiligenceRefusal(Exception):
    """A service of due diligence refuses, and nothing was written."""

    code: str = "accounts_due_diligence_refused"
    sentence: str | Promise = _("This is refused; nothing was written.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.sentence} {self.detail}".strip()


class UnknownDueDiligence(DueDiligenceRefusal):
    """There is no such party, check, screening, group or version."""

    code = "accounts_due_diligence_known"
    sentence = _("There is no such row; look it up again.")


class IdentityDatesOutOfOrder(DueDiligenceRefusal):
    """A document issued after it was checked or expired, or a review before the check."""

    code = "accounts_identitycheck_dates_in_order"
    sentence = _("The dates are out of order: issued, checked, next review and expiry follow one another.")


class IdentityExpiryMissing(DueDiligenceRefusal):
    """A person's document without its expiry."""

    code = "accounts_identitycheck_expiry_present"
    sentence = _("Give the day on which this document expires; only papers of companies have none.")


class ExpiredDocumentPasses(DueDiligenceRefusal):
    """A check would pass on a document that had expired."""

    code = "accounts_identitycheck_passes_while_valid"
    sentence = _("The document had expired when it was checked; ask for a valid one.")


class CountryUnknown(DueDiligenceRefusal):
    """The country is not two capital letters."""

    code = "accounts_identitycheck_country_is_iso"
    sentence = _("Give the country by its two letters, such as CN or GB.")


class DocumentMissing(DueDiligenceRefusal):
    """A check would be reviewed without a document."""

    code = "accounts_identitycheck_reviewed_with_document"
    sentence = _("Add the document itself first; a check is reviewed with what it was made from.")


class AlreadyReviewed(DueDiligenceRefusal):
    """The check has its outcome."""

    code = "accounts_identitycheck_reviewed_once"
    sentence = _("This check has been reviewed; record a new one.")


class ReviewedByMaker(DueDiligenceRefusal):
    """Who recorded the check would be its second person."""

    code = "accounts_identitycheck_maker_is_not_reviewer"
    sentence = _("Whoever recorded the check does not review it; ask a colleague.")


class ReviewNotExecuted(DueDiligenceRefusal):
    """The approval is not of this outcome over these documents."""

    code = "accounts_identitycheck_review_executed"
    sentence = _("What was approved is not this review; propose it anew.")


class DocumentTwice(DueDiligenceRefusal):
    """The check has this very document."""

    code = "accounts_identitydocument_once"
    sentence = _("This document is with the check already.")


class DocumentTooLate(DueDiligenceRefusal):
    """A document for a check that has been reviewed."""

    code = "accounts_identitydocument_check_awaits_review"
    sentence = _("This check has been reviewed and takes no further documents; record a new check.")


class UnfitDocument(DueDiligenceRefusal):
    """Bytes that are no PDF, PNG, JPEG or plain text."""

    code = "accounts_identitydocument_media_type_known"
    sentence = _("Only PDF, PNG, JPEG and plain text are kept; scan or convert the document.")


class DocumentOfNoFitSize(DueDiligenceRefusal):
    """An empty document, or one above ten megabytes."""

    code = "accounts_identitydocument_size_in_bounds"
    sentence = _("A document has at least one byte and at most 10 MB; scan it smaller.")


class UnfitDocumentName(DueDiligenceRefusal):
    """A file name with slashes or control characters, or none."""

    code = "accounts_identitydocument_name_plain"
    sentence = _("Give the document a plain file name.")


class ScreeningDatesOutOfOrder(DueDiligenceRefusal):
    """A screening that ends before it was made."""

    code = "accounts_screening_dates_in_order"
    sentence = _("A screening is valid from its own day on; give a later end.")


class HitUnsaid(DueDiligenceRefusal):
    """A hit that does not say of what, or a clear result with a flag."""

    code = "accounts_screening_flags_as_result_says"
    sentence = _("A hit says whether of sanctions or of political exposure, and a clear result says neither.")


class ListUnnamed(DueDiligenceRefusal):
    """A screening against no named list or version."""

    code = "accounts_screening_list_present"
    sentence = _("Name the list and its version.")


class AlreadyDecided(DueDiligenceRefusal):
    """The screening was clear or has been decided."""

    code = "accounts_screening_decided_once"
    sentence = _("Nothing is left to decide here; screen the party again.")


class DecidedByMaker(DueDiligenceRefusal):
    """Who recorded the hit would be its second person."""

    code = "accounts_screening_maker_is_not_decider"
    sentence = _("Whoever recorded the hit does not decide it; ask a colleague.")


class DecisionNotExecuted(DueDiligenceRefusal):
    """The approval is not of this decision."""

    code = "accounts_screening_decision_executed"
    sentence = _("What was approved is not this decision; propose it anew.")


class PartySanctioned(DueDiligenceRefusal):
    """A sanctioned party would become active."""

    code = "accounts_party_sanctioned_stays_suspended"
    sentence = _(
        "A confirmed sanction stands: the party stays suspended until a new hit on that list is decided to "
        "be none."
    )


class GroupExists(DueDiligenceRefusal):
    """The code is taken."""

    code = "accounts_creditgroup_code_unique"
    sentence = _("A credit group of this code exists; choose another.")


class UnfitGroupCode(DueDiligenceRefusal):
    """The code has other signs than capitals, digits, dot, dash and underscore."""

    code = "accounts_creditgroup_code_well_formed"
    sentence = _("A code is made of capital letters, digits, dots, dashes and underscores.")


class InAnotherGroup(DueDiligenceRefusal):
    """The party is in a group on some of these days."""

    code = "accounts_creditgroupmember_one_group_at_a_time"
    sentence = _("The party is in a credit group on some of these days; end that membership first.")


class MembershipDatesOutOfOrder(DueDiligenceRefusal):
    """A membership that ends before it begins."""

    code = "accounts_creditgroupmember_dates_in_order"
    sentence = _("A membership ends after the day on which it began.")


class MembershipEnded(DueDiligenceRefusal):
    """The membership has its end."""

    code = "accounts_creditgroupmember_ends_once"
    sentence = _("This membership has ended; begin a new one.")


class VersionExists(DueDiligenceRefusal):
    """Somebody proposed a version of this number at the same time."""

    code = "accounts_questionnaireversion_version_unique"
    sentence = _("This version exists; propose again.")


class UnsoundQuestionnaire(DueDiligenceRefusal):
    """The content lacks something, or some answers would give no tier."""

    code = "accounts_questionnaireversion_content_sound"
    sentence = _(
        "The questionnaire is incomplete: it needs texts in three languages, answers with points, and all "
        "five tiers."
    )


class UnhashedTexts(DueDiligenceRefusal):
    """A language is missing, or a hash is not of its text."""

    code = "accounts_disclosureversion_texts_hashed"
    sentence = _("A disclosure has a title and a text in all three languages.")


class VersionActive(DueDiligenceRefusal):
    """The version is in force, or its content would change."""

    code = "accounts_questionnaireversion_content_unchanged"
    sentence = _("A version never changes; propose a new one.")


class ActivatedByMaker(DueDiligenceRefusal):
    """Who wrote the version would be its second person."""

    code = "accounts_questionnaireversion_maker_is_not_activator"
    sentence = _("Whoever wrote a version does not put it in force; ask a colleague.")


class ActivationNotExecuted(DueDiligenceRefusal):
    """The approval is not of this very content."""

    code = "accounts_questionnaireversion_activation_executed"
    sentence = _("What was approved is not this version; propose it anew.")


class QuestionnaireNotInForce(DueDiligenceRefusal):
    """Asked by a draft, or by a version that is not the newest of the day."""

    code = "accounts_suitabilityassessment_questionnaire_in_force"
    sentence = _("Ask by the version of the questionnaire that is in force on the day.")


class WronglyScored(DueDiligenceRefusal):
    """Answers that do not fit the questionnaire, or another score than theirs."""

    code = "accounts_suitabilityassessment_scored_as_answered"
    sentence = _("Each question takes exactly one of its answers; complete them.")


class AssessmentHoldsTooLong(DueDiligenceRefusal):
    """An expiry later than the questionnaire allows."""

    code = "accounts_suitabilityassessment_expires_in_time"
    sentence = _("The assessment would hold longer than its questionnaire allows; give an earlier day.")


class AcknowledgedAlready(DueDiligenceRefusal):
    """The party has acknowledged this version in this language."""

    code = "accounts_disclosureacknowledgement_once"
    sentence = _("The party has acknowledged this version in this language already.")


class DisclosureNotActive(DueDiligenceRefusal):
    """A draft would be acknowledged."""

    code = "accounts_disclosureacknowledgement_disclosure_active"
    sentence = _("This version is a draft; a second person puts it in force first.")


class AnotherText(DueDiligenceRefusal):
    """The hash is not that of the text in this language."""

    code = "accounts_disclosureacknowledgement_hash_is_of_text"
    sentence = _("What was acknowledged is not this text; show the present one.")


class AnotherDay(DueDiligenceRefusal):
    """The instant cannot fall on the day given."""

    code = "accounts_disclosureacknowledgement_day_is_of_instant"
    sentence = _("Day and time of the acknowledgement do not belong together.")


BY_CODE = {refusal.code: refusal for refusal in DueDiligenceRefusal.__subclasses__()}
BY_CODE |= {
    "accounts_identitycheck_content_unchanged": AlreadyReviewed,
    "accounts_screening_content_unchanged": AlreadyDecided,
    "accounts_disclosureversion_version_unique": VersionExists,
    "accounts_disclosureversion_content_unchanged": VersionActive,
    "accounts_disclosureversion_maker_is_not_activator": ActivatedByMaker,
    "accounts_disclosureversion_activation_executed": ActivationNotExecuted,
}


@contextmanager
def named_refusals() -> Iterator[None]:
    """Translate a named violation of due diligence into its exception; anything else passes unchanged.

    Opens an atomic block, so that a surrounding one stays usable after the refusal.

    :raises DueDiligenceRefusal: the subclass whose `code` is the name of the violated rule.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = BY_CODE.get(violated_constraint(error=error))
        if refusal is None:
            raise
        raise refusal from error
