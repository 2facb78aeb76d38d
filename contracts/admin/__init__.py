"""Pages of contracts: products and terms; the contract's own page is built up in clearing.reports.admin."""

from contracts.admin import benchmarks, contract, documents, terms

__all__ = ["benchmarks", "contract", "documents", "terms"]
