"""What one custodian sends to an account at another arrives there the same day."""

from collections.abc import Sequence
from datetime import date

from custody.simulator.books import CustodianBooks


class NobodyKeepsIt(Exception):
    """A transfer went to an account that none of these banks keeps."""


def deliver(books: Sequence[CustodianBooks], day: date) -> int:
    """Credit each transfer of the day between these banks, once; between `advance_to` and `write_statement`.

    :returns: how many went between them.
    :raises NobodyKeepsIt: the receiving bank is not among them.
    """
    count = 0
    for sender in books:
        for order in sender.sent_to_other_banks(day):
            receiver = next((bank for bank in books if bank.keeps(order.to_account)), None)
            if receiver is None:
                raise NobodyKeepsIt(f"{order.reference} went to {order.to_account}.")
            receiver.credit_incoming(
                order.to_account, order.unit, order.amount, order.reference, day, f"from {order.from_account}"
            )
            count += 1
    return count
