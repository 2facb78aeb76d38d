"""How long a client waits for the answer to an objection."""

ANSWER_WITHIN_DAYS = 30
"""Calendar days from the day of the objection; every contract document promises it.

Stricter than the two months in which the United Kingdom (DISP 1.6.2R, eight weeks) expects a final response.
"""
