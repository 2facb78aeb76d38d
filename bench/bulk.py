"""Bulk posting: a quarter of a million entries of two postings, or one of half a million, by one call."""

import datetime as dt
from dataclasses import dataclass, field

from bench.cast import Cast
from bench.rounds import timed
from ledger.services.posting import post_entries_in_bulk

CALLER = "bench"

_HEADERS = """
SELECT
    n AS entry_no,
    'client_deposit'::text AS kind,
    %(day)s::date AS value_date,
    'Deposit'::text AS narration,
    'bench:' || %(batch)s AS source_reference,
    'b' || %(batch)s || '-' || n AS idempotency_key,
    NULL::bigint AS reverses_id,
    NULL::bigint AS adjusts_id
FROM generate_series(0, %(headers)s - 1) AS n
"""

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

    def post_entries(self, entries: int) -> float:
        """Post that many entries of two postings by one call; return the seconds."""
        return self.post(_TWO_POSTINGS, entries, {"entries": entries})

    def post_one(self, postings: int) -> float:
        """Post one entry of that many postings; return the seconds."""
        return self.post(_ONE_ENTRY, 1, {"postings": postings})

    def post(self, postings_sql: str, entries: int, params: dict[str, int]) -> float:
        self.batches += 1
        with timed() as watch:
            posted = post_entries_in_bulk(
                book_id=self.cast.book_id,
                booking_date=self.day,
                headers_sql=_HEADERS,
                postings_sql=postings_sql,
                params={
                    **params,
                    "headers": entries,
                    "batch": self.batches,
                    "day": self.day,
                    "custody": self.cast.custody_id,
                    "first_client": self.cast.first_client_id,
                    "clients": self.cast.clients,
                },
                caller=CALLER,
                maker_id=self.cast.maker_id,
            )
        if posted.posted != entries:
            raise RuntimeError(f"{posted.posted} of {entries} entries were posted")
        return watch.seconds
