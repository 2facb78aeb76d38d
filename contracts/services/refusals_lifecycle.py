"""The database's refusals of a contract's life by name: amendments, fees, replaced funders, disputes."""

from django.utils.translation import gettext_lazy as _

from contracts.services.refusals import BY_CODE, ContractRefusal


class ContractNotAlive(ContractRefusal):
    """The contract has ended, or has not been approved yet."""

    code = "contracts_contractamendment_contract_lives"
    sentence = _("Only a contract that is approved and has not matured can be amended or extended.")


class AmendmentApprovalDiffers(ContractRefusal):
    """What would be written is not what two people have approved."""

    code = "contracts_contractamendment_approved_by_two"
    sentence = _("Two people have to approve exactly this amendment; propose it anew.")


class AmendmentNotLast(ContractRefusal):
    """It does not go on from the last amendment, or is not in force after it."""

    code = "contracts_contractamendment_follows_the_last"
    sentence = _(
        "An amendment comes into force after the opening and after the one before; choose a later day."
    )


class AmendmentTermsUnfit(ContractRefusal):
    """The terms are of another currency or day count."""

    code = "contracts_contractamendment_terms_fit"
    sentence = _("The new terms must be in the contract's currency and count days as the old ones do.")


class AmendmentBeforeAccrual(ContractRefusal):
    """Interest has been counted beyond the day."""

    code = "contracts_contractamendment_after_accrual"
    sentence = _(
        "Interest has been counted beyond this day; choose a later one, or correct the rate instead."
    )


class AmendmentChangesNothing(ContractRefusal):
    """The terms would be the same."""

    code = "contracts_contractamendment_changes_something"
    sentence = _("The contract is held to these terms already; choose others, or extend it.")


class ExtensionNotLater(ContractRefusal):
    """An extension that does not lead from the present maturity to a later one."""

    code = "contracts_contractamendment_extends"
    sentence = _("An extension is in force by the present maturity and ends after it; check both days.")


class ExtensionChangesVintage(ContractRefusal):
    """The terms are of another version of the rule pack."""

    code = "contracts_contractamendment_keeps_vintage"
    sentence = _("An extension keeps the version of the rule pack that the contract has; choose such terms.")


class ExtensionTooLong(ContractRefusal):
    """An extension that is longer than the rule pack permits a term to be."""

    code = "contracts_contractamendment_term_within_pack"
    sentence = _("The rule pack limits how long an extension may be, in months; extend to an earlier day.")


class AmendmentLooserThanPack(ContractRefusal):
    """The terms are looser than the version of the rule pack that the contract was opened under."""

    code = "contracts_contractamendment_terms_within_pack"
    sentence = _(
        "These terms are looser than the rule pack that the contract was opened under; choose others."
    )


class MaturityNotExtended(ContractRefusal):
    """The maturity of an approved contract would be changed without an extension."""

    code = "contracts_financingcontract_maturity_by_extension"
    sentence = _("The maturity of an approved contract moves by an extension alone; propose one.")


class InterestUncounted(ContractRefusal):
    """A contract would be closed before all its interest is counted."""

    code = "contracts_financingcontract_closed_interest_counted"
    sentence = _("Interest of this contract is not counted yet; close it after the next accrual.")


class FunderReplacedLends(ContractRefusal):
    """Principal would be booked on the tranche of a funder that was replaced."""

    code = "contracts_fundingtranche_replaced_lends_no_more"
    sentence = _("A funder that was replaced lends no more; collect what it has earned instead.")


class PrincipalBeforeReplacement(ContractRefusal):
    """Principal would be valued before the day on which a funder took another's place."""

    code = "contracts_fundingtranche_principal_since_it_joined"
    sentence = _("A funder has been replaced since this value date; choose that day or a later one.")


class PrincipalNegative(ContractRefusal):
    """On some day more would have been repaid than was outstanding."""

    code = "contracts_principal_never_negative"
    sentence = _("Less was outstanding from this value date on than is repaid; choose a later one.")


class FeeAlreadyCharged(ContractRefusal):
    """The fee was charged for this occasion."""

    code = "contracts_feecharge_once_an_occasion"
    sentence = _("This fee was charged for this occasion already.")


class FeeNotOfTerms(ContractRefusal):
    """The fee is not what the contract's terms say."""

    code = "contracts_feecharge_as_terms_say"
    sentence = _("This fee is not one of the contract's terms, or not of this amount.")


class FeesOfActiveTerms(ContractRefusal):
    """A fee of terms in force would be added, changed or removed."""

    code = "contracts_feeschedule_terms_are_draft"
    sentence = _("Fees belong to terms and are written while these are a draft; propose a new version.")


class FeeTwice(ContractRefusal):
    """Terms would have two fees of one kind."""

    code = "contracts_feeschedule_kind_unique"
    sentence = _("Terms have one fee of each kind.")


class FeeBasisUnfit(ContractRefusal):
    """A fee is neither a fixed amount nor a part of the principal."""

    code = "contracts_feeschedule_basis_fits"
    sentence = _("A fee is either a fixed amount above zero or a part of the principal up to 100 %.")


class ReplacementNotApproved(ContractRefusal):
    """What would be written is not what two people have approved."""

    code = "contracts_fundingtranche_replaced_by_two"
    sentence = _("Two people have to approve exactly this replacement; propose it anew.")


class ReplacementNotWhole(ContractRefusal):
    """The new tranche does not take the whole place of the old one."""

    code = "contracts_fundingtranche_takes_whole_place"
    sentence = _(
        "A funder is replaced by another with the same share, on the same day, in the same contract."
    )


class NotReplaceable(ContractRefusal):
    """The tranche is the house's, has been replaced, or is not there."""

    code = "contracts_replacement_of_a_funder_in_force"
    sentence = _("Only a funder's tranche that is in force can be replaced; the house's stays.")


class ReplacementBeforeMovement(ContractRefusal):
    """The tranche's principal has moved after the value date."""

    code = "contracts_replacement_after_last_movement"
    sentence = _("Principal of this tranche has moved since; choose a value date on or after that day.")


class FunderCannotPay(ContractRefusal):
    """The new funder's available money does not cover the principal that it takes over."""

    code = "contracts_replacement_funder_covers_principal"
    sentence = _("The new funder has not enough money available; have it pay in first.")


class DisputeExists(ContractRefusal):
    """The same thing is disputed already."""

    code = "contracts_dispute_one_open_a_subject"
    sentence = _("This is disputed already, and the answer is still due.")


class DisputeDecided(ContractRefusal):
    """The dispute was answered or withdrawn."""

    code = "contracts_dispute_decided_once"
    sentence = _("This dispute has been decided; open a new one if there is something new.")


class DisputeNotDecidedByTwo(ContractRefusal):
    """The outcome is not what two people have approved."""

    code = "contracts_dispute_decided_by_two"
    sentence = _("Two people have to agree on the outcome and its answer; propose it anew.")


class DisputeIncomplete(ContractRefusal):
    """What is disputed, why, or an answer in time is missing."""

    code = "contracts_dispute_says_what_and_why"
    sentence = _("Say what is disputed and why, with a day for the answer that is not past.")


class DisputeAnswerLate(ContractRefusal):
    """The answer would be due later than contracts promise."""

    code = "contracts_dispute_answered_in_time"
    sentence = _("An objection is answered within 30 days; give an earlier day.")


LIFECYCLE_REFUSALS: tuple[type[ContractRefusal], ...] = (
    ContractNotAlive,
    AmendmentApprovalDiffers,
    AmendmentNotLast,
    AmendmentTermsUnfit,
    AmendmentBeforeAccrual,
    DisputeAnswerLate,
    AmendmentChangesNothing,
    ExtensionNotLater,
    ExtensionChangesVintage,
    ExtensionTooLong,
    AmendmentLooserThanPack,
    MaturityNotExtended,
    InterestUncounted,
    FunderReplacedLends,
    PrincipalBeforeReplacement,
    PrincipalNegative,
    FeeAlreadyCharged,
    FeeNotOfTerms,
    FeesOfActiveTerms,
    FeeTwice,
    FeeBasisUnfit,
    ReplacementNotApproved,
    ReplacementNotWhole,
    DisputeExists,
    DisputeDecided,
    DisputeNotDecidedByTwo,
    DisputeIncomplete,
)
BY_CODE.update({refusal.code: refusal for refusal in LIFECYCLE_REFUSALS})
