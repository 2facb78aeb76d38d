"""The refusals of rates, exchanges and revaluations by name; see `ledger.services.refusals`."""

from django.utils.translation import gettext_lazy as _

from ledger.services.refusals import BY_CODE, LedgerRefusal, named_refusals

__all__ = ["named_refusals"]


class RateNotPositive(LedgerRefusal):
    """A rate of zero, below it, beyond the scale, or no number."""

    code = "ledger_officialrate_rate_positive"
    sentence = _("An official rate is a positive number within the stated scale.")


class RateNeedsApproval(LedgerRefusal):
    """A rate by hand, or a new version of one, without two people."""

    code = "ledger_officialrate_manual_needs_approval"
    sentence = _("A rate set by hand, or set anew, needs the approval of a second person.")


class RateNotApproved(LedgerRefusal):
    """The approval is not of this rate, or not given."""

    code = "ledger_officialrate_is_approved"
    sentence = _("This rate is not what two people approved.")


class RateOfClosedDay(LedgerRefusal):
    """A rate of a closed day is set anew other than by a correction after the close."""

    code = "ledger_officialrate_closed_day_corrected"
    sentence = _("The day is closed: propose a correction of its rate instead.")


class RateBothWays(LedgerRefusal):
    """The pair has a rate of the day in the opposite direction."""

    code = "ledger_officialrate_one_direction"
    sentence = _("The day has this pair's rate in the other direction; give it in that one.")


class RateOutOfSequence(LedgerRefusal):
    """The version does not follow the last one of the pair and day."""

    code = "ledger_officialrate_versions_follow"
    sentence = _("Versions of a rate follow one another.")


class RateNotOfCurrencies(LedgerRefusal):
    """One of the units is a security."""

    code = "ledger_officialrate_between_currencies"
    sentence = _("An official rate is between two currencies.")


class ExchangeCrossesContracts(LedgerRefusal):
    """The two sides of a client's exchange are not two currencies of one contract's cash."""

    code = "ledger_clientexchange_within_contract"
    sentence = _("A client exchanges between two currencies of one contract.")


class ExchangeBookedBefore(LedgerRefusal):
    """The reference names another exchange."""

    code = "ledger_clientexchange_reference_unique"
    sentence = _("This reference was used for another exchange.")


class ExchangeNotDue(LedgerRefusal):
    """The exchange is not due, settled already, or reversed."""

    code = "ledger_clientexchangesettlement_is_due"
    sentence = _("Only an exchange that is due, stands and is not settled is settled.")


class EntryWithoutRow(LedgerRefusal):
    """An entry of exchange, revaluation or import without the row that explains it."""

    code = "ledger_journalentry_has_its_row"
    sentence = _("Exchanges, revaluations and imports are booked by their own services alone.")


class ClearingNotOfExchange(LedgerRefusal):
    """An entry of another kind moves FX clearing."""

    code = "ledger_posting_clearing_is_of_exchange"
    sentence = _("FX clearing is moved by exchanges and their settlements alone.")


class ExchangeIsSettled(LedgerRefusal):
    """The trade of an exchange is reversed while its settlement stands."""

    code = "ledger_journalentry_settled_stands"
    sentence = _("This exchange is settled: reverse its settlement first.")


class ExchangeDatesReversed(LedgerRefusal):
    """An exchange that settles before it is traded."""

    code = "ledger_clientexchange_dates_in_order"
    sentence = _("An exchange settles on its trade date or after.")


class RevaluationDayNotOpen(LedgerRefusal):
    """The revaluation is not of the open day."""

    code = "ledger_revaluation_day_is_open"
    sentence = _("Positions are revalued in the open business day.")


class RevaluationNotProved(LedgerRefusal):
    """A line differs from what stands on the position accounts, or from rate times position less cost."""

    code = "ledger_revaluationline_balances_proved"
    sentence = _("A revaluation states what stands: the position at the rate, less its cost.")


BY_CODE.update(
    {refusal.code: refusal for refusal in LedgerRefusal.__subclasses__() if refusal.__module__ == __name__}
)
