"""The database's refusals of contracts by name, and the base of all refusals of this app.

Each exception has a stable `code`, in docs/rules/contracts.md. An exception that only a service raises stands
beside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ContractRefusal(Exception):
    """A service of contracts refuses, and nothing was written."""

    code: str = "contracts_refusal"
    sentence: str | Promise = _("This is refused; nothing was written.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.sentence} {self.detail}".strip()


class AmountNotPositive(ContractRefusal):
    """The amount is zero or negative."""

    code = "contracts_amount_positive"
    sentence = _("The amount must be greater than zero.")


class ValueDateAhead(ContractRefusal):
    """The value date lies after the booking date: interest could not be counted on it."""

    code = "contracts_value_date_not_ahead"
    sentence = _("The value date may not lie after the booking date.")


class MoreThanOwed(ContractRefusal):
    """More would be paid, waived or capitalised than is owed."""

    code = "contracts_amount_within_debt"
    sentence = _("More would be paid than is owed; give at most the amount owed.")


class CashShort(ContractRefusal):
    """The contract's settled cash does not cover the amount."""

    code = "contracts_cash_covers_amount"
    sentence = _("The contract's settled cash does not cover this.")


class TransitionNotPermitted(ContractRefusal):
    """The contract may not go from its state to the one asked for."""

    code = "contracts_financingcontract_transition_permitted"
    sentence = _("The contract may not move to this state from where it stands.")


class StillOwes(ContractRefusal):
    """A contract that owes something would be closed."""

    code = "contracts_financingcontract_closed_owes_nothing"
    sentence = _("The contract still owes something; collect, waive or write it off first.")


class TermsNotActive(ContractRefusal):
    """The contract's terms are still a draft."""

    code = "contracts_financingcontract_terms_are_active"
    sentence = _("These terms are not in force; a second person must activate them first.")


class WrongCurrency(ContractRefusal):
    """The contract's currency is not that of its terms."""

    code = "contracts_financingcontract_unit_is_of_terms"
    sentence = _("The contract must be in the currency of its terms.")


class NotAClient(ContractRefusal):
    """The party that would owe is not a client."""

    code = "contracts_financingcontract_client_is_client"
    sentence = _("A financing contract belongs to a party of kind client.")


class ContractExists(ContractRefusal):
    """The book has a contract of this code."""

    code = "contracts_financingcontract_code_unique"
    sentence = _("A contract of this code exists in the book.")


class SharesNotWhole(ContractRefusal):
    """The tranches' shares do not add up to the whole."""

    code = "contracts_fundingtranche_shares_make_whole"
    sentence = _("The shares of the tranches must add up to 100 %.")


class NotAFunder(ContractRefusal):
    """A tranche names a party that is not a funder."""

    code = "contracts_fundingtranche_funder_is_funder"
    sentence = _("A tranche is funded by a party of kind funder, or by the house.")


class FunderTwice(ContractRefusal):
    """Two tranches of one contract name the same funder."""

    code = "contracts_fundingtranche_funder_unique"
    sentence = _("A funder has one tranche of a contract.")


class TermsImmutable(ContractRefusal):
    """Terms in force would be changed."""

    code = "contracts_termsversion_active_immutable"
    sentence = _("Terms in force never change; propose a new version.")


class TermsVersionExists(ContractRefusal):
    """Somebody proposed a version of this number at the same time."""

    code = "contracts_termsversion_version_unique"
    sentence = _("This version exists; propose again.")


class LinesOutOfOrder(ContractRefusal):
    """The lines of the ladder do not descend from warning to insolvency."""

    code = "contracts_termsversion_lines_descend"
    sentence = _("The lines must descend: warn, restrict, call, liquidate, emergency, insolvent.")


class AccruedTwice(ContractRefusal):
    """Another run accrues the same contracts for this date at the same time."""

    code = "contracts_interestaccrual_once_a_date"
    sentence = _("Another run has accrued this date; nothing is left to do.")


class TermsLooserThanPack(ContractRefusal):
    """A parameter of the terms is looser than their rule pack permits."""

    code = "contracts_termsversion_within_pack"
    sentence = _("Terms may be stricter than their rule pack, never looser; tighten what is named.")


class TermsWithoutPack(ContractRefusal):
    """The terms name no rule pack in force, or another than was approved."""

    code = "contracts_termsversion_names_its_pack"
    sentence = _("Terms come into force under a rule pack that is in force; name one and propose again.")


class NoPackForContract(ContractRefusal):
    """The terms' rule pack has no version on the day that the contract opens."""

    code = "contracts_financingcontract_pack_in_force"
    sentence = _("The rule pack of these terms is not in force on the day the contract opens.")


class TermsOfAnOlderPack(ContractRefusal):
    """The terms are looser than the version of their pack that holds when the contract opens."""

    code = "contracts_financingcontract_terms_within_pack"
    sentence = _("On the day the contract opens these terms are looser than the rule pack; use newer terms.")


class TermTooLong(ContractRefusal):
    """The contract has no maturity, or a later one than its rule pack permits."""

    code = "contracts_financingcontract_term_within_pack"
    sentence = _("The rule pack limits how long a contract may run, in months; set a maturity within it.")


class UnknownRulePack(ContractRefusal):
    """There is no such version of a rule pack."""

    code = "contracts_rulepackversion_exists"
    sentence = _("There is no such version of a rule pack.")


class RulePackVersionExists(ContractRefusal):
    """Somebody proposed a version of this number at the same time."""

    code = "contracts_rulepackversion_version_unique"
    sentence = _("This version exists; propose again.")


class RulePackDayTaken(ContractRefusal):
    """Another version of the pack takes effect on this day."""

    code = "contracts_rulepackversion_one_from_a_day"
    sentence = _("Another version of this pack takes effect on this day; choose another day.")


class RulePackBackDated(ContractRefusal):
    """Contracts of the pack were opened on or after the day from which the version would hold."""

    code = "contracts_rulepackversion_not_back_dated"
    sentence = _("Contracts of this pack were opened on or after that day; choose a later one.")


class DocumentNumberTaken(ContractRefusal):
    """A document would get a number that is not the next of its series."""

    code = "contracts_document_number_follows"
    sentence = _("Another document took this number; make the document again.")


class DocumentMadeTwice(ContractRefusal):
    """A document was made from the same inputs at the same time."""

    code = "contracts_document_once_from_inputs"
    sentence = _("This document has just been made by somebody else; look for it in the list.")


class DocumentNotOfClient(ContractRefusal):
    """A document would name a contract of another client or book."""

    code = "contracts_document_contract_is_of_client"
    sentence = _("The document's contract is not one of its client in its book.")


class DocumentWithoutClient(ContractRefusal):
    """A document would be handed to a party that is not a client."""

    code = "contracts_document_client_is_client"
    sentence = _("A document is handed to a party of kind client.")


BY_CODE: dict[str, type[ContractRefusal]] = {
    refusal.code: refusal
    for refusal in (
        TransitionNotPermitted,
        StillOwes,
        TermsNotActive,
        WrongCurrency,
        NotAClient,
        ContractExists,
        SharesNotWhole,
        NotAFunder,
        FunderTwice,
        TermsImmutable,
        TermsVersionExists,
        LinesOutOfOrder,
        AccruedTwice,
        TermsLooserThanPack,
        TermsWithoutPack,
        NoPackForContract,
        TermsOfAnOlderPack,
        TermTooLong,
        RulePackVersionExists,
        RulePackDayTaken,
        RulePackBackDated,
        DocumentMadeTwice,
        DocumentNotOfClient,
        DocumentNumberTaken,
        DocumentWithoutClient,
    )
}
BY_CODE["contracts_interestrun_sequence_unique"] = AccruedTwice


@contextmanager
def named_contract_refusals() -> Iterator[None]:
    """Translate a named violation of the database into its exception; anything else passes unchanged.

    :raises ContractRefusal: the subclass whose `code` is the name of the violated rule.
    """
    try:
        yield
    except IntegrityError as error:
        diag = getattr(error.__cause__, "diag", None)
        refusal = BY_CODE.get(getattr(diag, "constraint_name", None) or "")
        if refusal is None:
            raise
        raise refusal(getattr(diag, "message_primary", None) or "") from error
