"""Chance that is the same every time: a number drawn from a hash of what it is for.

No state, so a demo that was killed and goes on draws what it would have drawn.
"""

import hashlib


def draw(below: int, *purpose: object) -> int:
    """Return a number from 0 up to and without `below`, the same for the same purpose."""
    digest = hashlib.sha256("|".join(map(str, purpose)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def between(low: int, high: int, *purpose: object) -> int:
    """Return a number from `low` to `high`, both included."""
    return low + draw(high - low + 1, *purpose)
