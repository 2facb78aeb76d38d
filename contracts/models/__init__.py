from contracts.models.contract import ContractState, FinancingContract, FundingTranche
from contracts.models.interest import InterestAccrual, InterestRun
from contracts.models.product import Product, TermsState, TermsVersion
from contracts.models.rates import InterestAdjustment, RateCorrection

__all__ = [
    "ContractState",
    "FinancingContract",
    "FundingTranche",
    "InterestAccrual",
    "InterestAdjustment",
    "InterestRun",
    "Product",
    "RateCorrection",
    "TermsState",
    "TermsVersion",
]
