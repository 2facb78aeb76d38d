"""The ledger's refusals by name. The database refuses under a constraint name; here it gets its exception.

Each exception has a stable `code` (the name of the rule, public, in docs/rules/ledger.md) and a sentence for
a person. What the database said in detail is kept in `detail`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BY_CODE: dict[str, type["LedgerRefusal"]] = {}
"""Each refusal by the name of its rule. Every class enters itself, those of other modules when imported."""


class LedgerRefusal(Exception):
    """The ledger refuses, and nothing was written."""

    code: str = "ledger_refusal"
    sentence: str | Promise = _("The ledger refuses this entry; nothing was written.")

    def __init_subclass__(cls) -> None:
        """A refusal is found by its code wherever it is defined."""
        if "code" in vars(cls):
            BY_CODE[cls.code] = cls

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.sentence} {self.detail}".strip()


class UnbalancedEntry(LedgerRefusal):
    """The postings of an entry do not sum to zero in each unit and ring (and contract, for principal)."""

    code = "ledger_posting_entry_balances"
    sentence = _("Debits and credits differ; make them equal in each unit and ring.")


class EntryIncomplete(LedgerRefusal):
    """An entry and its postings do not all arrive in one statement."""

    code = "ledger_posting_entry_complete"
    sentence = _("An entry arrives with all its postings at once; nothing is added to it later.")


class EntryWithoutPostings(LedgerRefusal):
    """An entry brings fewer than two postings."""

    code = "ledger_journalentry_brings_postings"
    sentence = _("An entry needs at least two postings.")


class UnknownAccount(LedgerRefusal):
    """A posting names an account that is not there."""

    code = "ledger_posting_account_exists"
    sentence = _("There is no such account; open it first.")


class UnknownEntry(LedgerRefusal):
    """A posting or a correction names an entry that is not there."""

    code = "ledger_posting_entry_exists"
    sentence = _("There is no such journal entry.")


class BookMismatch(LedgerRefusal):
    """A posting, its entry and its account are not all of one book."""

    code = "ledger_posting_book_agrees"
    sentence = _("Entry and accounts must belong to one book.")


class UnitMismatch(LedgerRefusal):
    """A posting is in another unit than its account."""

    code = "ledger_posting_unit_agrees"
    sentence = _("A posting must be in the unit of its account.")


class DateMismatch(LedgerRefusal):
    """A posting is dated otherwise than its entry."""

    code = "ledger_posting_dates_agree"
    sentence = _("Postings carry the dates of their entry.")


class ZeroAmount(LedgerRefusal):
    """A posting of nothing."""

    code = "ledger_posting_amount_not_zero"
    sentence = _("A posting needs an amount other than zero.")


class MovementBeyondBound(LedgerRefusal):
    """More than any money or security there is would move on one account at once."""

    code = "ledger_posting_movement_within_bound"
    sentence = _("This is more than an account may be moved at once; look at the amount and its unit.")


class BalanceBeyondBound(LedgerRefusal):
    """An account would hold more than any money or security there is."""

    code = "ledger_balance_within_bound"
    sentence = _("The account would hold more than any account may; look at the amounts and their unit.")


class DayNotOpen(LedgerRefusal):
    """The booking date is not the open business day of the book."""

    code = "ledger_journalentry_day_is_open"
    sentence = _("Entries are booked into the open business day; open it, or give the past as value date.")


class DaySoftClosed(LedgerRefusal):
    """The day takes corrections only."""

    code = "ledger_journalentry_soft_close_takes_corrections"
    sentence = _("The day is soft-closed: it takes corrections only. Reopen it, or book into the next day.")


class FlowNotPermitted(LedgerRefusal):
    """The kind of entry does not permit this move of value between rings."""

    code = "ledger_posting_flow_permitted"
    sentence = _("This kind of entry may not move value between these rings.")


class OwnerMismatch(LedgerRefusal):
    """Value would pass from one owner to another."""

    code = "ledger_posting_owner_keeps_own"
    sentence = _("One client's or funder's money never becomes another's.")


class LimitExceeded(LedgerRefusal):
    """An account would pass its limit."""

    code = "ledger_balance_not_in_debit"
    sentence = _("The account does not hold enough.")


class DebtOverpaid(LimitExceeded):
    """A debt would be paid beyond what is owed."""

    code = "ledger_balance_not_in_credit"
    sentence = _("More would be paid than is owed.")


class AccountRestricted(LedgerRefusal):
    """A restriction on the account forbids this kind of entry."""

    code = "ledger_posting_account_unrestricted"
    sentence = _("The account is restricted; see the reason, and lift it at its source.")


class IdempotencyConflict(LedgerRefusal):
    """The idempotency key was used before with another payload."""

    code = "ledger_journalentry_key_unique"
    sentence = _("This key was used for another entry; use a new key for a new entry.")


class AlreadyReversed(LedgerRefusal):
    """The entry has been reversed before."""

    code = "ledger_journalentry_reversed_once"
    sentence = _("An entry is reversed once; it has been reversed already.")


class ReversalNotMirror(LedgerRefusal):
    """A reversal that does not negate every posting of what it reverses."""

    code = "ledger_posting_reversal_mirrors"
    sentence = _("A reversal negates every posting of the entry that it reverses.")


class WrongCorrection(LedgerRefusal):
    """A correction points at an entry of another book or kind, or at a reversal."""

    code = "ledger_journalentry_corrects_its_like"
    sentence = _("A correction names an entry of the same book and kind that is no reversal itself.")


class UnknownKind(LedgerRefusal):
    """The kind of entry is not in the closed table of kinds."""

    code = "ledger_journalentry_kind_known"
    sentence = _("There is no such kind of entry.")


class DayAlreadyOpen(LedgerRefusal):
    """Another day of the book is still open."""

    code = "ledger_businessday_one_open"
    sentence = _("A day of this book is open; close it first.")


class DayOutOfSequence(LedgerRefusal):
    """The day does not follow the days of the book."""

    code = "ledger_businessday_in_sequence"
    sentence = _("Days are opened in their order; a later one exists.")


class DayExists(LedgerRefusal):
    """The day was opened before."""

    code = "ledger_businessday_unique"
    sentence = _("This day was opened before.")


class DayAlreadyClosed(LedgerRefusal):
    """The day is closed already."""

    code = "ledger_dayclose_day_is_open"
    sentence = _("The day is closed already.")


class CloseNotApproved(LedgerRefusal):
    """The close lacks the approval of two people."""

    code = "ledger_dayclose_is_approved"
    sentence = _("Closing a day needs the approval of a second person.")


class BalancesDiffer(LedgerRefusal):
    """At the close, a running balance differs from its postings."""

    code = "ledger_dayclose_balances_proved"
    sentence = _("A running balance differs from its postings; run verify_ledger before anything else.")


class SealRefused(LedgerRefusal):
    """A seal of something else than the newest close, or one that is not what the database itself finds."""

    code = "ledger_seal_day_is_closed"
    sentence = _("Only the newest close of a book whose days are all closed can be sealed.")


class SealOutOfChain(SealRefused):
    """A seal that does not go on where the last one stopped."""

    code = "ledger_seal_follows_chain"
    sentence = _("Another seal was made meanwhile; close again.")


class KeysChangedMeanwhile(SealRefused):
    """A seal that does not name the last event of keys."""

    code = "ledger_seal_names_last_key_event"
    sentence = _("A key of the seals was changed meanwhile; close again.")


class SealDatedBefore(SealRefused):
    """A seal dated before the one that it follows, or before the event of keys that it names."""

    code = "ledger_seal_dated_in_order"
    sentence = _("The database's clock stands before the last seal: set it right, then close again.")


class SealKeyMissing(LedgerRefusal):
    """Seals are made here, and the key that makes them is not at hand or not in force."""

    code = "ledger_seal_key_is_in_force"
    sentence = _("The key of the seals is missing, so the day stays open: bring it, or publish another.")


class KeyChangeOutOfOrder(LedgerRefusal):
    """A change of keys that does not follow from those before."""

    code = "ledger_sealkeyevent_in_order"
    sentence = _("A key is published once, while none is in force, or rotated to; and revoked once.")


class KeyChangeDatedBefore(KeyChangeOutOfOrder):
    """A change of keys dated before the change or the seal that came before it."""

    code = "ledger_sealkeyevent_dated_in_order"
    sentence = _("A seal was made meanwhile, or the database's clock stands before the last one: try again.")


class AccountDiffers(LedgerRefusal):
    """The address is taken by an account of another kind."""

    code = "ledger_account_address_unit_unique"
    sentence = _("This address is taken by an account with other attributes.")


class AlreadyRestricted(LedgerRefusal):
    """The same source restricts the account already."""

    code = "ledger_restriction_one_in_force"
    sentence = _("This source restricts the account already.")


class AccountHot(LedgerRefusal):
    """Restrictions are not for accounts that everybody posts to without waiting."""

    code = "ledger_restriction_account_not_hot"
    sentence = _("Postings to a hot account wait for nobody and would not see a restriction.")


BY_CODE["ledger_journalentry_has_two_postings"] = EntryWithoutPostings


@contextmanager
def named_refusals() -> Iterator[None]:
    """Translate a named violation of the database into its exception; anything else passes unchanged.

    :raises LedgerRefusal: the subclass whose `code` is the name of the violated rule.
    """
    try:
        yield
    except IntegrityError as error:
        refusal = BY_CODE.get(constraint_name(error=error))
        if refusal is None:
            raise
        raise refusal(_detail(refusal, getattr(error.__cause__, "diag", None))) from error


def constraint_name(*, error: IntegrityError) -> str:
    """The name of the violated rule, empty where the database gave none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def _detail(refusal: type[LedgerRefusal], diag: object) -> str:
    """What the database said; for a limit, which account (the first column of the row it shows)."""
    if issubclass(refusal, LimitExceeded):
        row = re.search(r"\((\d+), (-?\d+), \w+, [tf], (\d+)", getattr(diag, "message_detail", None) or "")
        if row:
            held = f" with {row[3]} held" if row[3] != "0" else ""
            return f"account {row[1]} would stand at {row[2]}{held}"
    return getattr(diag, "message_primary", None) or ""
