"""Imports of parties and contracts from CSV and XLSX: checked line by line, taken in whole by two people."""
