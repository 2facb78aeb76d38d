"""What a level, a side state and a call may be, as the tables store them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MarginLevel(models.IntegerChoices):
    """The ladder of :class:`clearing.domain.ladder.Level`, number by number; greater is worse."""

    NORMAL = 0, _("normal")
    WARN = 1, _("warning")
    RESTRICT = 2, _("restricted")
    CALL = 3, _("call")
    LIQUIDATE_DUE = 4, _("liquidation due")
    EMERGENCY = 5, _("emergency")
    INSOLVENT = 6, _("insolvent")


class MarginSideState(models.TextChoices):
    """What stands beside a level. While it is not empty there is no level, and nothing is liquidated."""

    NONE = "", _("none")
    PRICE_HOLD = "price_hold", _("price hold")
    """A mark is missing or on hold, or there is no rate for a currency."""
    CORPORATE_ACTION_HOLD = "corporate_action_hold", _("corporate action hold")
    """The mark's epoch is not that of the quantity."""


class MarginCallStatus(models.TextChoices):
    """The life of a call."""

    OPEN = "open", _("open")
    """Issued by the levelling."""
    EXPIRED = "expired", _("expired")
    """From open, when the deadline has passed, the contract is still called and the call is not disputed."""
    MET = "met", _("met")
    """From open or expired, when the contract has risen past the call line and the hysteresis."""
    SUPERSEDED = "superseded", _("superseded")
    """From open or expired, when the contract ended, by liquidation or repayment, or a dispute was upheld."""
