"""A session of many that post at once: a worker that posts entries of two postings for some seconds."""

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping

from django.db import connection

from bench.databases import point_at
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry

CALLER = "bench-writer"


class Writer:
    """Accrues interest on its own receivable to the income account that it is told."""

    def __init__(self) -> None:
        self.posted = 0

    def enter(self, *, database: str) -> dict[str, object]:
        point_at(database)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {}

    def post_for(
        self,
        *,
        start_at: float,
        seconds: float,
        book_id: int,
        maker_id: int,
        day: str,
        receivable_id: int,
        income_id: int,
    ) -> dict[str, object]:
        """Post from a moment of the clock on, one entry a transaction, and say how many were acknowledged."""
        booking_date, before = dt.date.fromisoformat(day), self.posted
        time.sleep(max(0.0, start_at - time.time()))
        while time.time() < start_at + seconds:
            self.posted += 1
            post_journal_entry(
                book_id=book_id,
                booking_date=booking_date,
                draft=EntryDraft(
                    kind="interest_accrued",
                    value_date=booking_date,
                    narration="Interest",
                    source_reference="bench:writer",
                    idempotency_key=f"w{os.getpid()}-{self.posted}",
                    postings=[PostingDraft(receivable_id, 100), PostingDraft(income_id, -100)],
                ),
                caller=CALLER,
                maker_id=maker_id,
            )
        return {"posted": self.posted - before}


def answers() -> Mapping[str, Callable[..., Mapping[str, object]]]:
    writer = Writer()
    return {"enter": writer.enter, "post_for": writer.post_for}
