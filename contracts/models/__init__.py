from contracts.models.amendment import AmendmentKind, ContractAmendment
from contracts.models.benchmark import Benchmark, BenchmarkFixing
from contracts.models.contract import ContractState, FinancingContract, FundingSource, FundingTranche
from contracts.models.dispute import Dispute, DisputeState, DisputeSubject
from contracts.models.documents import Document, DocumentKind, DocumentSeries
from contracts.models.drawdown import CapSource, Drawdown
from contracts.models.fees import FeeBasis, FeeCharge, FeeKind, FeeSchedule
from contracts.models.imports import BulkImport
from contracts.models.interest import InterestAccrual, InterestChange, InterestHold, InterestRun
from contracts.models.penalty import PenaltyAccrual, PenaltyRun
from contracts.models.product import Product, TermsState, TermsVersion
from contracts.models.rates import InterestAdjustment, RateCorrection
from contracts.models.rule_pack import RulePack, RulePackOrigin, RulePackState, RulePackVersion

__all__ = [
    "AmendmentKind",
    "Benchmark",
    "BenchmarkFixing",
    "BulkImport",
    "CapSource",
    "ContractAmendment",
    "ContractState",
    "Dispute",
    "DisputeState",
    "DisputeSubject",
    "Document",
    "DocumentKind",
    "DocumentSeries",
    "Drawdown",
    "FeeBasis",
    "FeeCharge",
    "FeeKind",
    "FeeSchedule",
    "FinancingContract",
    "FundingSource",
    "FundingTranche",
    "InterestAccrual",
    "InterestAdjustment",
    "InterestChange",
    "InterestHold",
    "InterestRun",
    "PenaltyAccrual",
    "PenaltyRun",
    "Product",
    "RateCorrection",
    "RulePack",
    "RulePackOrigin",
    "RulePackState",
    "RulePackVersion",
    "TermsState",
    "TermsVersion",
]
