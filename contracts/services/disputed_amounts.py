"""What a client disputes is left alone: refused where it would be collected, made principal or shared out."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from contracts.queries.balances import ContractBalances
from contracts.queries.disputes import disputed_amounts
from contracts.services.refusals import BY_CODE, ContractRefusal


class AmountDisputed(ContractRefusal):
    """It would take what the client disputes, before the dispute is answered."""

    code = "contracts_dispute_amount_not_collected"
    sentence = _(
        "The client disputes a part of this, and it stays untouched until the dispute is answered; take the "
        "rest, or answer the dispute first."
    )


class DefaultDisputed(ContractRefusal):
    """A matured contract would default by what it disputes alone."""

    code = "contracts_financingcontract_default_undisputed"
    sentence = _("All that this contract still owes is disputed; answer the disputes before it defaults.")


BY_CODE.update({refusal.code: refusal for refusal in (AmountDisputed, DefaultDisputed)})


def refuse_disputed(*, contract: ContractBalances, amounts_minor: Mapping[int, int]) -> None:
    """Refuse to take amounts from receivables, by account, where what is left owed is less than is disputed.

    Requires the caller's transaction, with the contract locked. Minor units.

    :raises AmountDisputed: it would.
    Source: DESIGN 7 (a client may dispute), decision 44.
    """
    held = disputed_amounts(contract_ids=[contract.contract_id])
    owed = _owed(contract)
    for account_id, amount_minor in amounts_minor.items():
        if account_id in held and owed[account_id] - amount_minor < held[account_id]:
            raise AmountDisputed(f"{contract.code}: {min(held[account_id], owed[account_id])}")


def disputed_of(*, contract: ContractBalances) -> int:
    """Return what of a contract's debts is disputed and still owed. Reads only. Minor units."""
    held = disputed_amounts(contract_ids=[contract.contract_id])
    return sum(min(held.get(account_id, 0), owed) for account_id, owed in _owed(contract).items())


def _owed(contract: ContractBalances) -> dict[int, int]:
    return {
        contract.interest_account_id: contract.interest_minor,
        contract.penalty_account_id: contract.penalty_minor,
        contract.fee_account_id: contract.fees_minor,
    }
