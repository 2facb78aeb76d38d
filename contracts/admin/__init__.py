"""Pages of contracts: products and terms; the contract's own page is built up in clearing.reports.admin."""

from contracts.admin import (
    benchmarks,
    bulk_imports,
    contract,
    disputes,
    documents,
    rule_packs,
    terms,
    tranches,
)

__all__ = [
    "benchmarks",
    "bulk_imports",
    "contract",
    "disputes",
    "documents",
    "rule_packs",
    "terms",
    "tranches",
]
