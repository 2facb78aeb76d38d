"""Bulk posting: a quarter of a million entries of two postings, or one of half a million, by one call."""

import datetime as dt
from dataclasses import dataclass, field

from bench.cast import Cast
from bench.rounds import timed
from ledger.services.posting import EntryHeader, post_journal_entries_from_select

CALLER = "bench"

# Client n pays in 1.00 or more; the custody account takes it.
_TWO_POSTINGS = """
SELECT leg.entry_no, leg.account_id, leg.amount_minor
FROM generate_series(0, %(entries)s - 1) AS e (n)
CROSS JOIN LATERAL (
    VALUES
    (e.n, %(custody)s::bigint, 100 + e.n::bigint %% 900),
    (e.n, %(first_client)s::bigint + e.n %% %(clients)s, - 100 - e.n::bigint %% 900)
) AS leg (entry_no, account_id, amount_minor)
"""

_ONE_ENTRY = """
SELECT 0 AS entry_no, %(first_client)s::bigint + n %% %(clients)s AS account_id, -100::bigint AS amount_minor
FROM generate_series(1, %(postings)s - 1) AS n
UNION ALL
SELECT 0, %(custody)s::bigint, 100 * (%(postings)s - 1)
"""


@dataclass
class Bulk:
    """Posts batches into the open day, each under keys of its own."""

    cast: Cast
    day: dt.date
    batches: int = field(default=0)

    def header(self, number: int) -> EntryHeader:
        return EntryHeader(
            entry_no=number,
            kind="client_deposit",
            value_date=self.day,
            narration="Deposit",
            source_reference=f"bench:{self.batches}",
            idempotency_key=f"b{self.batches}-{number}",
        )

    def post_entries(self, entries: int) -> float:
        """Post that many entries of two postings by one call; return the seconds, its arguments' included."""
        self.batches += 1
        with timed() as watch:
            headers = [self.header(number) for number in range(entries)]
            self.post(headers, _TWO_POSTINGS, {"entries": entries})
        return watch.seconds

    def post_one(self, postings: int) -> float:
        """Post one entry of that many postings; return the seconds."""
        self.batches += 1
        with timed() as watch:
            self.post([self.header(0)], _ONE_ENTRY, {"postings": postings})
        return watch.seconds

    def post(self, headers: list[EntryHeader], postings_sql: str, params: dict[str, int]) -> None:
        post_journal_entries_from_select(
            book_id=self.cast.book_id,
            booking_date=self.day,
            headers=headers,
            postings_sql=postings_sql,
            params={
                **params,
                "custody": self.cast.custody_id,
                "first_client": self.cast.first_client_id,
                "clients": self.cast.clients,
            },
            caller=CALLER,
            maker_id=self.cast.maker_id,
        )
