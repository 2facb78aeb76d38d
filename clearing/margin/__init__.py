"""Valuation, the ladder and margin calls: where each contract stands against its lines, and since when."""
