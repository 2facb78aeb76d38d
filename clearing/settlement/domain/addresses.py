"""Where the ledger keeps what a trade touches: addresses by custodian, client and contract codes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BankAddresses:
    """Accounts of the client ring at one custodian."""

    bank: str

    @property
    def custody(self) -> str:
        return f"client/custody/{self.bank}"

    @property
    def transit(self) -> str:
        return f"client/transit/{self.bank}"

    @property
    def cash_receivable(self) -> str:
        return f"client/settlement/{self.bank}/cash-receivable"

    @property
    def cash_payable(self) -> str:
        return f"client/settlement/{self.bank}/cash-payable"

    @property
    def securities_receivable(self) -> str:
        return f"client/settlement/{self.bank}/securities-receivable"

    @property
    def securities_payable(self) -> str:
        return f"client/settlement/{self.bank}/securities-payable"

    @property
    def external_costs(self) -> str:
        return f"client/costs/{self.bank}/external"

    @property
    def house_costs(self) -> str:
        return f"client/costs/{self.bank}/house"


@dataclass(frozen=True, slots=True)
class ContractAddresses:
    """A contract's entitlements."""

    client: str
    contract: str

    @property
    def cash(self) -> str:
        return f"client/{self.client}/{self.contract}/cash"

    @property
    def unsettled_cash(self) -> str:
        return f"client/{self.client}/{self.contract}/cash/unsettled"

    @property
    def securities(self) -> str:
        return f"client/{self.client}/{self.contract}/securities"

    @property
    def unsettled_securities(self) -> str:
        return f"client/{self.client}/{self.contract}/securities/unsettled"
