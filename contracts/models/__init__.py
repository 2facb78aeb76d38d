from contracts.models.contract import ContractState, FinancingContract, FundingTranche
from contracts.models.interest import InterestAccrual, InterestRun
from contracts.models.product import Product, TermsState, TermsVersion

__all__ = [
    "ContractState",
    "FinancingContract",
    "FundingTranche",
    "InterestAccrual",
    "InterestRun",
    "Product",
    "TermsState",
    "TermsVersion",
]
