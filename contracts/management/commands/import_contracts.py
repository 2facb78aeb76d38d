"""Import contracts from CSV or XLSX: a dry run unless a maker is named; opened once a checker approves."""

from contracts.management.bulk_command import BulkCommand
from contracts.models import BulkImport


class Command(BulkCommand):
    help = "Open the contracts of a CSV or XLSX file. Exits with 1 for faults, 3 while a second is awaited."
    kind = BulkImport.Kind.CONTRACTS
