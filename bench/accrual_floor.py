"""The floor of the accrual: one raw statement that computes the same rows and inserts them, and no rule.

It goes into copies of the tables with the same indexes and months. Like the service it adds to the exact
figure of the day before, rounds half up, posts the difference of both sides and the spread; it knows nothing
of what was booked in between, of changed rates, of holds, balances, entries or hashes.
"""

import datetime as dt

from psycopg import sql

from bench.accrual_book import AccrualBook
from bench.databases import Connection
from bench.rounds import timed
from contracts.domain.interest import EVERY_DENOMINATOR

_MONTHS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)
FROM pg_inherits AS i
INNER JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'ledger_posting'::regclass
ORDER BY c.relname
"""

_ACCRUE = """
WITH side AS (
    SELECT
        c.id AS contract_id, 0::bigint AS tranche_id, c.interest_account_id AS account_id, 1 AS sign,
        t.client_rate_ppm * CASE t.day_count WHEN 'ACT_360' THEN 4453 ELSE 4392 END::numeric AS rate_parts
    FROM contracts_financingcontract AS c
    INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
    WHERE c.book_id = %(book)s AND c.state = 'active'
    UNION ALL
    SELECT
        f.contract_id, f.id, f.interest_account_id, -1,
        f.rate_ppm * CASE t.day_count WHEN 'ACT_360' THEN 4453 ELSE 4392 END::numeric
    FROM contracts_fundingtranche AS f
    INNER JOIN contracts_financingcontract AS c ON c.id = f.contract_id
    INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
    WHERE c.book_id = %(book)s AND c.state = 'active'
), counted AS (
    SELECT
        side.*, last.closed_principal_minor, last.cumulative_posted_minor,
        last.cumulative_numerator
        + last.closed_principal_minor * side.rate_parts * (%(day)s::date - last.accrual_date) AS numerator
    FROM side
    INNER JOIN floor.accrual AS last
        ON last.contract_id = side.contract_id AND coalesce(last.tranche_id, 0) = side.tranche_id
            AND last.accrual_date = %(before)s
), rounded AS MATERIALIZED (
    SELECT
        counted.*,
        div(2 * counted.numerator + %(denominator)s, 2 * %(denominator)s::numeric) AS cumulative_minor
    FROM counted
), accrued AS (
    INSERT INTO floor.accrual (
        id, run_id, contract_id, tranche_id, accrual_date, closed_principal_minor, closed_numerator,
        same_day_numerator, cumulative_numerator, cumulative_posted_minor, posted_minor
    )
    SELECT
        nextval('floor.accrual_id'), %(number)s, r.contract_id, nullif(r.tranche_id, 0), %(day)s,
        r.closed_principal_minor, r.numerator, 0, r.numerator, r.cumulative_minor,
        r.cumulative_minor - r.cumulative_posted_minor
    FROM rounded AS r
), leg AS (
    SELECT r.account_id, (r.sign * (r.cumulative_minor - r.cumulative_posted_minor))::bigint AS amount_minor
    FROM rounded AS r
    WHERE r.cumulative_minor <> r.cumulative_posted_minor
    UNION ALL
    SELECT %(spread)s, -sum(r.sign * (r.cumulative_minor - r.cumulative_posted_minor))::bigint
    FROM rounded AS r
)
INSERT INTO floor.posting (
    entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
)
SELECT
    %(number)s, leg.account_id, leg.amount_minor, row_number() OVER (), %(unit)s, %(book)s, %(day)s, %(day)s
FROM leg
"""

_SAME = """
SELECT
    (SELECT row(count(*), sum(posted_minor), sum(cumulative_numerator))::text FROM floor.accrual
    WHERE accrual_date = %(day)s)
    = (SELECT row(count(*), sum(posted_minor), sum(cumulative_numerator))::text FROM contracts_interestaccrual
    WHERE accrual_date = %(day)s)
    AND (SELECT row(count(*), sum(abs(amount_minor)))::text FROM floor.posting WHERE booking_date = %(day)s)
    = (SELECT row(count(*), sum(abs(amount_minor)))::text FROM ledger_posting WHERE booking_date = %(day)s)
"""


class FloorDiffers(Exception):
    """The floor made other rows than the service: they would not be compared for the same work."""


class AccrualFloor:
    """Copies of the tables of accruals and postings, in the schema `floor` of one database."""

    def __init__(self, owner: Connection, book: AccrualBook) -> None:
        self.owner, self.book = owner, book

    def build(self) -> None:
        """Make the copies and bring them to what the service has accrued so far."""
        self.owner.execute("CREATE SCHEMA floor")
        self.owner.execute("CREATE SEQUENCE floor.accrual_id START 1000000000")
        self.owner.execute("CREATE TABLE floor.accrual (LIKE contracts_interestaccrual INCLUDING INDEXES)")
        self.owner.execute(
            "CREATE TABLE floor.posting (LIKE ledger_posting INCLUDING INDEXES)"
            " PARTITION BY RANGE (booking_date)"
        )
        for name, bounds in self.owner.execute(_MONTHS).fetchall():
            self.owner.execute(
                sql.SQL("CREATE TABLE floor.{} PARTITION OF floor.posting {}").format(
                    sql.Identifier(str(name)), sql.SQL(str(bounds))
                )
            )
        self.owner.execute("INSERT INTO floor.accrual SELECT * FROM contracts_interestaccrual")
        self.owner.execute("INSERT INTO floor.posting SELECT * FROM ledger_posting")
        self.owner.execute("VACUUM (ANALYZE) floor.accrual, floor.posting")

    def accrue(self, *, day: dt.date, before: dt.date) -> float:
        """Accrue from the day before to the day; return the seconds, the commit included.

        :raises FloorDiffers: the rows are not those that the service has made of this day.
        """
        arguments = {
            "book": self.book.book_id,
            "day": day,
            "before": before,
            "number": 1_000_000_000 + day.toordinal(),
            "denominator": EVERY_DENOMINATOR,
            "spread": self.book.spread_id,
            "unit": self.book.unit_id,
        }
        with timed() as watch, self.owner.transaction():
            self.owner.execute(_ACCRUE.encode(), arguments)
        row = self.owner.execute(_SAME.encode(), {"day": day}).fetchone()
        if not row or not row[0]:
            raise FloorDiffers(str(day))
        return watch.seconds
