"""Have the ledger accounts that trades and corporate actions post to."""

from collections.abc import Iterable
from dataclasses import dataclass

from clearing.settlement.domain.addresses import BankAddresses, ContractAddresses
from clearing.settlement.domain.postings import TradeAccounts
from contracts.models import FinancingContract
from custody.services.custodians import ensure_custody_units
from ledger.models import Account
from ledger.services.accounts import AccountDraft, open_accounts

_CLIENT_SECURITIES = 2020
_CLIENT_UNSETTLED_SECURITIES = 2040


class SettlementAccountMissing(LookupError):
    """A custodian lacks an account of the client ring: open its custody accounts in this currency first."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A contract (with client and custodian loaded) and the units that a trade of it moves."""

    contract: FinancingContract
    security_id: int
    currency_id: int


def accounts_of_holdings(
    *, book_id: int, holdings: Iterable[Holding]
) -> dict[tuple[int, int], TradeAccounts]:
    """Return the accounts of each holding by (contract id, security unit id), opening those of securities.

    Joins the caller's transaction. Two statements where all are there, whatever the number of holdings.

    :raises SettlementAccountMissing: a custodian's cash accounts are not there.
    """
    wanted = {(holding.contract.pk, holding.security_id): holding for holding in holdings}
    needed = {key: _addresses(holding) for key, holding in wanted.items()}
    ids = _look_up(book_id, {pair for pairs in needed.values() for pair in pairs.values()})
    lacking = [key for key, pairs in needed.items() if any(pair not in ids for pair in pairs.values())]
    if lacking:
        _open(book_id, [wanted[key] for key in lacking])
        ids |= _look_up(book_id, {pair for key in lacking for pair in needed[key].values()})
    missing = sorted({pair for pairs in needed.values() for pair in pairs.values()} - ids.keys())
    if missing:
        raise SettlementAccountMissing(", ".join(f"{address} (unit {unit})" for address, unit in missing))
    return {
        key: TradeAccounts(**{name: ids[pair] for name, pair in pairs.items()})
        for key, pairs in needed.items()
    }


def _addresses(holding: Holding) -> dict[str, tuple[str, int]]:
    """Return address and unit of each field of `TradeAccounts`."""
    own = ContractAddresses(holding.contract.client.code, holding.contract.code)
    bank = BankAddresses(holding.contract.custodian.code)
    cash, security = holding.currency_id, holding.security_id
    return {
        "cash": (own.cash, cash),
        "unsettled_cash": (own.unsettled_cash, cash),
        "securities": (own.securities, security),
        "unsettled_securities": (own.unsettled_securities, security),
        "custody_cash": (bank.custody, cash),
        "custody_securities": (bank.custody, security),
        "cash_receivable": (bank.cash_receivable, cash),
        "cash_payable": (bank.cash_payable, cash),
        "securities_receivable": (bank.securities_receivable, security),
        "securities_payable": (bank.securities_payable, security),
        "external_costs": (bank.external_costs, cash),
        "house_costs": (bank.house_costs, cash),
    }


def _look_up(book_id: int, pairs: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    rows = Account.objects.filter(book_id=book_id, address__in={address for address, _ in pairs})
    return {(address, unit_id): pk for address, unit_id, pk in rows.values_list("address", "unit_id", "pk")}


def _open(book_id: int, holdings: list[Holding]) -> None:
    ensure_custody_units(book_id=book_id, unit_ids=sorted({holding.security_id for holding in holdings}))
    drafts: list[AccountDraft] = []
    for holding in holdings:
        contract = holding.contract
        own = ContractAddresses(contract.client.code, contract.code)
        drafts.append(
            AccountDraft(
                address=own.securities,
                unit_id=holding.security_id,
                ring="client",
                role="entitlement",
                category_number=_CLIENT_SECURITIES,
                owner_id=contract.client_id,
                contract_code=contract.code,
                limit="no_debit_balance",
            )
        )
        drafts.append(
            AccountDraft(
                address=own.unsettled_securities,
                unit_id=holding.security_id,
                ring="client",
                role="unsettled",
                category_number=_CLIENT_UNSETTLED_SECURITIES,
                owner_id=contract.client_id,
                contract_code=contract.code,
            )
        )
    open_accounts(book_id=book_id, drafts=drafts)
