"""What to do about a refused line of an imported file, by the name of what refused it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.services.refusals import BY_CODE

ADVICE = {
    "ledger_import_syntax": _("Correct the line as the format writes it, or leave it out."),
    "ledger_import_line_too_long": _("Break the line into several entries."),
    "ledger_import_date": _("Give a date of the calendar between 1900 and 2999, as the profile writes it."),
    "ledger_import_side": _("Fill in debit or credit, not both."),
    "ledger_import_amount": _("Write a plain decimal number with no more places than the unit has."),
    "ledger_import_unit_unknown": _("Create the unit first, or write it as it is called here."),
    "ledger_import_account_unmapped": _("Add this account to the mapping."),
    "ledger_import_account_unknown": _("Open the account in this unit first, or map it to another address."),
    "ledger_import_two_left_out": _("Leave out one amount at most."),
    "ledger_import_no_postings": _("Name at least two accounts with amounts other than nought."),
    "ledger_import_exchange": _("Book it as an exchange; here each unit must balance by itself."),
    "ledger_import_tolerance": _("Leave the tolerance out: a balance is exact here."),
    "ledger_import_assertion_fails": _("Find what the file leaves out, or correct the asserted balance."),
    "ledger_import_pad": _("Write out the entry that the pad stands for."),
    "ledger_import_include": _("Put the other file into this one, or import it by itself."),
    "ledger_import_plugin": _("Export the journal after the plugin has run."),
    "ledger_import_pushmeta": _("Write the metadata out in each entry."),
    "ledger_import_popmeta": _("Write the metadata out in each entry."),
    "ledger_posting_entry_balances": _("Add what is missing: each unit, ring and contract sums to nought."),
    "ledger_posting_owner_keeps_own": _("Let each client's value stay with that client."),
    "ledger_posting_flow_permitted": _(
        "Split it: an import moves value between a ring and the outside only."
    ),
    "ledger_balance_not_in_debit": _("Import what was paid in before this is paid out."),
    "ledger_balance_not_in_credit": _("Import what was lent before this is repaid."),
}


def advice(code: str) -> str | Promise:
    """What to do; of a rule of the ledger without an own line, its sentence."""
    known = ADVICE.get(code)
    if known is not None:
        return known
    refusal = BY_CODE.get(code)
    return refusal.sentence if refusal is not None else _("Correct the line, or leave it out.")
