"""Import clients and funders from CSV or XLSX: a dry run unless a maker is named; taken by two people."""

from contracts.management.bulk_command import BulkCommand
from contracts.models import BulkImport


class Command(BulkCommand):
    help = "Register the clients and funders of a CSV or XLSX file. Exits with 1 for faults, 3 while awaited."
    kind = BulkImport.Kind.PARTIES
