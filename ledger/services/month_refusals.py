"""What the ledger refuses about months that are detached or attached; see refusals.py."""

from django.utils.translation import gettext_lazy as _

from ledger.services.refusals import LedgerRefusal


class OwnerLoginMissing(LedgerRefusal):
    """Months are moved by the login that owns the tables, and its address is not at hand."""

    code = "ledger_monthmove_by_owner"
    sentence = _("Only the owner's login moves months: give its address in MIGRATOR_DATABASE_URL.")


class MonthNotThere(LedgerRefusal):
    """The month has no table: no day of it was ever opened, or its table was dropped."""

    code = "ledger_monthmove_table_exists"
    sentence = _("There is no table of this month; restore it from where it is kept.")


class MonthMoveUnderWay(LedgerRefusal):
    """Another command moves a month, or another month was left half detached."""

    code = "ledger_monthmove_one_at_a_time"
    sentence = _("Another month is being moved; wait for it, or finish it by the same command again.")


class MonthMoveOutOfOrder(LedgerRefusal):
    """The step does not follow the last: the month was never recorded as detached, or is attached."""

    code = "ledger_monthmove_in_order"
    sentence = _(
        "This step does not follow the month's last one; what left without a record cannot be proved."
    )


class MonthNotClosed(LedgerRefusal):
    """A day of the month is not closed, or is the newest of its book."""

    code = "ledger_monthmove_days_are_closed"
    sentence = _("Only a month that every book has left behind, with all its days closed, can be detached.")


class MonthContentChanged(LedgerRefusal):
    """What comes back is not what went."""

    code = "ledger_monthmove_content_unchanged"
    sentence = _("The month's postings are not those that were detached; it stays away.")


class DayOfDetachedMonth(LedgerRefusal):
    """A day would be opened in a month whose postings are detached."""

    code = "ledger_businessday_month_is_attached"
    sentence = _("The postings of this month are detached; attach the month first.")


class ReversedMonthDetached(LedgerRefusal):
    """The entry to be reversed is of a month whose postings are detached."""

    code = "ledger_journalentry_reversed_month_is_attached"
    sentence = _("The postings of this entry's month are detached; attach the month, then reverse.")
