"""The refusals of holds by name; see `ledger.services.refusals`."""

from django.utils.translation import gettext_lazy as _

from ledger.services.refusals import BY_CODE, IdempotencyConflict, LedgerRefusal, LimitExceeded


class HoldExceedsAvailable(LimitExceeded):
    """More would be held than is available; the account's limit refuses it under its own name."""

    sentence = _("The account does not have this much available.")


class HoldNeedsLimit(LedgerRefusal):
    """A hold on an account without a limit, a hot one among them, would hold nothing back."""

    code = "ledger_hold_account_has_limit"
    sentence = _("Only an account with a limit can have holds.")


class HoldBookMismatch(LedgerRefusal):
    """A hold and its account are not of one book."""

    code = "ledger_hold_book_agrees"
    sentence = _("A hold is placed in the book of its account.")


class HoldNotAnAmount(LedgerRefusal):
    """A hold of nothing, or of less."""

    code = "ledger_hold_amount_positive"
    sentence = _("A hold is of a positive amount.")


class HoldKeyConflict(IdempotencyConflict):
    """The key was used for another hold."""

    code = "ledger_hold_key_unique"
    sentence = _("This key was used for another hold; use a new key for a new hold.")


class HoldExpiresTooEarly(LedgerRefusal):
    """The hold would expire on the day on which it is placed, or before."""

    code = "ledger_hold_expires_later"
    sentence = _("A hold expires on a day after that on which it is placed.")


class UnknownHold(LedgerRefusal):
    """There is no such hold."""

    code = "ledger_holdevent_hold_exists"
    sentence = _("There is no such hold.")


class HoldOverdrawn(LedgerRefusal):
    """More would be posted or released than the hold still holds."""

    code = "ledger_holdevent_within_hold"
    sentence = _("The hold does not hold this much any more.")


class HoldClosed(HoldOverdrawn):
    """All of the hold was posted, released or expired before."""

    sentence = _("Nothing of this hold is left.")


class HoldExpired(LedgerRefusal):
    """The hold's time is over: nothing is posted through it any more."""

    code = "ledger_holdevent_hold_in_force"
    sentence = _("The hold has expired; nothing is posted through it any more.")


class EventBeforeHold(LedgerRefusal):
    """An event is dated before its hold was placed."""

    code = "ledger_holdevent_after_its_hold"
    sentence = _("What becomes of a hold is dated on or after the day on which it was placed.")


class ReleaseKeyConflict(IdempotencyConflict):
    """The key was used for another release of this hold."""

    code = "ledger_holdevent_key_unique"
    sentence = _("This key was used for another release of this hold; use a new key for a new one.")


class DrawTakesLess(LedgerRefusal):
    """The entry takes less out of the held account than is to be posted through its holds."""

    code = "ledger_holdevent_entry_takes_it"
    sentence = _("An entry draws on holds of an account no more than it takes out of it.")


class DrawOfAnotherEntry(LedgerRefusal):
    """A hold is posted through an entry of another transaction, day or person."""

    code = "ledger_holdevent_entry_is_its_own"
    sentence = _("A hold is drawn on by the entry that takes the amount, in its own statement.")


BY_CODE.update(
    {
        refusal.code: refusal
        for refusal in (
            HoldNeedsLimit,
            HoldBookMismatch,
            HoldNotAnAmount,
            HoldKeyConflict,
            HoldExpiresTooEarly,
            UnknownHold,
            HoldOverdrawn,
            HoldExpired,
            EventBeforeHold,
            ReleaseKeyConflict,
            DrawTakesLess,
            DrawOfAnotherEntry,
        )
    }
)
