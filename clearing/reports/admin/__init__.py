"""Pages that bring the rooms together."""

from clearing.reports.admin import contract_page

__all__ = ["contract_page"]
