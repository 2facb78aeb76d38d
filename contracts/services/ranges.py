"""The range of all contracts, for work on a book that is not cut into chunks."""

from contracts.services.interest import ContractRange

EVERY_CONTRACT = ContractRange(first_id=0, last_id=2**63 - 1)
