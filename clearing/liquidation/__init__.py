"""Liquidation: proposed on frozen inputs, released by a second person, sold, settled, shared out,
reviewed.
"""
