"""What the services of this room refuse, by name."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class LiquidationRefusal(Exception):
    """Refused, and nothing was written."""

    code: str = "liquidation_refusal"
    sentence: str | Promise = _("This liquidation cannot go on; nothing was written.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.sentence} {self.detail}".strip()


class LiquidationUnknown(LiquidationRefusal):
    """There is no such liquidation."""

    code = "liquidation_unknown"
    sentence = _("There is no such liquidation.")


class LiquidationNotProposed(LiquidationRefusal):
    """It was released or cancelled before."""

    code = "liquidation_not_proposed"
    sentence = _("Only a proposed liquidation can be released; this one was released or cancelled before.")


class LiquidationOnHold(LiquidationRefusal):
    """A hold on prices or corporate actions stands in the way."""

    code = "liquidation_on_hold"
    sentence = _("A price or corporate-action hold stops liquidation; settle the hold first.")


class ContractRecovered(LiquidationRefusal):
    """The contract stands above its liquidation line again."""

    code = "liquidation_contract_recovered"
    sentence = _("The contract has recovered above its liquidation line; the next run cancels the proposal.")


class LiquidationDisputed(LiquidationRefusal):
    """The client disputes it or its call, and nothing yet says that it may go on."""

    code = "liquidation_liquidation_release_undisputed"
    sentence = _(
        "The client disputes this liquidation or its margin call. Answer the dispute first; only an "
        "emergency, or an answer that is overdue, lets two people release it."
    )
