"""A custodian that keeps books of its own: the other side that reconciliation is made against.

It is fed by instructions, fills and announcements only, and knows nothing of the platform's ledger or
contracts; what it says in its statements is therefore evidence and not an echo. Nothing in here imports
Django or another app.
"""
