"""Clients' exchanges: which are due."""

import datetime as dt

from django.db.models import Exists, OuterRef

from ledger.models import ClientExchange, ClientExchangeSettlement, JournalEntry


def due_exchanges(*, book_id: int, business_date: dt.date) -> list[ClientExchange]:
    """Return the exchanges to settle by a day: traded, not reversed, without a settlement that stands."""
    reversal = JournalEntry.objects.filter(reverses=OuterRef("entry_id"))
    standing = ClientExchangeSettlement.objects.filter(
        ~Exists(JournalEntry.objects.filter(reverses=OuterRef("entry_id"))), exchange=OuterRef("pk")
    )
    return list(
        ClientExchange.objects.filter(
            ~Exists(reversal), ~Exists(standing), book_id=book_id, settlement_date__lte=business_date
        ).order_by("settlement_date", "pk")
    )
