"""The refusals about periods by name; see ledger.services.refusals for how they are found."""

from django.utils.translation import gettext_lazy as _

from ledger.services.refusals import LedgerRefusal


class NoSuchDay(LedgerRefusal):
    """The book has no such business day."""

    code = "ledger_businessday_is_there"
    sentence = _("This book has no such business day.")


class ReasonMissing(LedgerRefusal):
    """A reopening says no reason."""

    code = "ledger_dayreopening_says_why"
    sentence = _("Say why it is to be reopened.")


class DayNotOpenForSoftClose(LedgerRefusal):
    """The day is soft-closed or closed already."""

    code = "ledger_daysoftclose_day_is_open"
    sentence = _("The day is soft-closed or closed already.")


class SoftCloseNotApproved(LedgerRefusal):
    """The soft close lacks the approval of two people."""

    code = "ledger_daysoftclose_is_approved"
    sentence = _("Soft-closing a day needs the approval of a second person.")


class DayIsOpen(LedgerRefusal):
    """The day to be reopened is open."""

    code = "ledger_dayreopening_day_is_closed"
    sentence = _("The day is open.")


class NotNewestDay(LedgerRefusal):
    """A later day was opened since."""

    code = "ledger_dayreopening_newest_day"
    sentence = _("Only the newest day of a book is reopened; correct an older one in the open day.")


class MonthIsClosed(LedgerRefusal):
    """A day of a closed month is not reopened."""

    code = "ledger_dayreopening_month_is_open"
    sentence = _("The month of this day is closed.")


class MonthClosedForOpening(LedgerRefusal):
    """A day of a closed month is not opened."""

    code = "ledger_businessday_month_is_open"
    sentence = _("The month of this day is closed; no day of it is opened any more.")


class ReopeningNotApproved(LedgerRefusal):
    """The reopening lacks the approval of two people for this reason."""

    code = "ledger_dayreopening_is_approved"
    sentence = _("Reopening a day for this reason needs the approval of a second person.")


class ReopenedAlready(LedgerRefusal):
    """This close of the day was taken back before."""

    code = "ledger_dayreopening_once_a_close"
    sentence = _("This close of the day was taken back before.")


class ApprovedBeforeReopening(LedgerRefusal):
    """The close was proposed before the day was last opened again, so its approval is void."""

    code = "ledger_dayclose_approved_since_reopening"
    sentence = _("This was proposed before the period was opened again, and is void: propose it anew.")


class SoftCloseBeforeReopening(ApprovedBeforeReopening):
    """The soft close was proposed before the day was last opened again."""

    code = "ledger_daysoftclose_approved_since_reopening"


class ReopeningBeforeReopening(ApprovedBeforeReopening):
    """The reopening was proposed before the day was last opened again."""

    code = "ledger_dayreopening_approved_since_reopening"


class MonthCloseBeforeReopening(ApprovedBeforeReopening):
    """The month's close was proposed before the month was last opened again."""

    code = "ledger_monthclose_approved_since_reopening"


class MonthReopeningBeforeReopening(ApprovedBeforeReopening):
    """The month's reopening was proposed before the month was last opened again."""

    code = "ledger_monthreopening_approved_since_reopening"


class MonthAlreadyClosed(LedgerRefusal):
    """The month is closed."""

    code = "ledger_monthclose_month_is_open"
    sentence = _("The month is closed already.")


class MonthDaysOpen(LedgerRefusal):
    """A day of the month is not closed."""

    code = "ledger_monthclose_days_are_closed"
    sentence = _("Close every day of the month first.")


class MonthCloseNotApproved(LedgerRefusal):
    """The month's close lacks the approval of two people."""

    code = "ledger_monthclose_is_approved"
    sentence = _("Closing a month needs the approval of a second person.")


class MonthNotSoftClosed(LedgerRefusal):
    """The month has no soft close to be taken back."""

    code = "ledger_monthreopening_only_of_soft"
    sentence = _("Only a soft-closed month is reopened; one that is closed hard never is.")


class MonthReopeningNotApproved(LedgerRefusal):
    """The month's reopening lacks the approval of two people for this reason."""

    code = "ledger_monthreopening_is_approved"
    sentence = _("Reopening a month for this reason needs the approval of a second person.")


class MonthReopenedAlready(LedgerRefusal):
    """This close of the month was taken back before."""

    code = "ledger_monthreopening_once_a_close"
    sentence = _("This close of the month was taken back before.")


class NothingToTransfer(LedgerRefusal):
    """No income or expense of the year is left to be carried to equity."""

    code = "ledger_yearendtransfer_has_result"
    sentence = _("Income and expense of this year stand at zero: its result has been carried to equity.")


class MonthsDetached(LedgerRefusal):
    """The postings of a month are not at hand, so no result can be summed."""

    code = "ledger_yearendtransfer_months_at_hand"
    sentence = _("Months of this book are detached; attach them first, or the result would lack them.")


class YearNotOver(LedgerRefusal):
    """The year still takes entries."""

    code = "ledger_yearendtransfer_year_is_over"
    sentence = _("Soft-close the last day of the year first, or transfer in the next year.")


class TransferNotApproved(LedgerRefusal):
    """The transfer lacks the approval of two people."""

    code = "ledger_yearendtransfer_is_approved"
    sentence = _("Carrying a year's result to equity needs the approval of a second person.")


class TransferIncomplete(LedgerRefusal):
    """Income or expense of the year would be left."""

    code = "ledger_yearendtransfer_leaves_nothing"
    sentence = _("The transfer would leave income or expense of the year; propose it anew.")


class TransferOfAnotherEntry(LedgerRefusal):
    """The entry of a transfer is not the one just written for the year's end."""

    code = "ledger_yearendtransfer_of_its_entry"
    sentence = _("The entry is no transfer of this year written together with it.")
