"""What the ledger refuses about imports as a whole; single lines are refused in the report."""

from django.utils.translation import gettext_lazy as _

from ledger.services.refusals import LedgerRefusal


class ImportUnreadable(LedgerRefusal):
    """The file, its mapping or its profile cannot be read at all."""

    code = "ledger_importfile_readable"
    sentence = _("The file cannot be read; nothing was imported.")


class ImportHasRefusals(LedgerRefusal):
    """All or none was asked for, or it is an opening balance, and a line is refused."""

    code = "ledger_importfile_all_or_none"
    sentence = _("A line is refused, so nothing was imported; see the report.")


class ImportNotApproved(LedgerRefusal):
    """The approval is not of this file, kind and outcome."""

    code = "ledger_importfile_is_approved"
    sentence = _("Importing this file with this outcome needs the approval of a second person.")


class BookHasPast(LedgerRefusal):
    """An opening balance for a book of which a day was closed."""

    code = "ledger_journalentry_opens_a_new_book"
    sentence = _("A day of this book has been closed; its balances have a past already.")
