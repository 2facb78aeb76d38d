"""A history of any length: rows by COPY as the migrator, days opened and closed by the services.

A month's postings are streamed into its partition while that stands apart without indexes, which are built
when it is attached again. Entries come day by day, so that each close stamps and proves its own day. The rows
are those that the services would have written, payload hashes included; `verify_book` is asked afterwards.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from psycopg import sql

from accounts.services.approvals import approve, propose_approval
from bench.cast import BOOK_CODE, FIRST_DAY, Cast
from bench.databases import Connection
from ledger.services.days import close_business_day, open_business_day

CALLER = "bench-history"
LEGS_PER_ENTRY = 10
LINES_PER_ROW = 500
"""Entries whose lines come as one row out of the generating query."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`postings` in all, in entries of ten, spread evenly over the business days of the months."""

    postings: int
    months: int
    days_a_month: int
    accounts: int

    def days(self) -> list[dt.date]:
        found = []
        for number in range(self.months):
            year, month = divmod(FIRST_DAY.month - 1 + number, 12)
            day, taken = dt.date(FIRST_DAY.year + year, month + 1, 1), 0
            while taken < self.days_a_month and day.month == month + 1:
                if day.weekday() < 5:
                    found.append(day)
                    taken += 1
                day += dt.timedelta(1)
        return found

    def entries(self) -> "dict[dt.date, range]":
        """The entries of each day, numbered from one."""
        days = self.days()
        total = self.postings // LEGS_PER_ENTRY
        ends = [total * (number + 1) // len(days) + 1 for number in range(len(days))]
        return {day: range(first, end) for day, first, end in zip(days, [1, *ends], ends, strict=False)}


# Nine clients are credited and the custody account is debited with the sum: a sheet of incoming payments.
_LEGS = """
    generate_series(%(first)s::bigint, %(last)s::bigint) AS e (n)
    CROSS JOIN LATERAL (
        SELECT
            k AS posting_no,
            %(first_client)s::bigint + ((e.n * 9 + k) * 7919) %% %(accounts)s AS account_id,
            - (1 + (e.n * 31 + k * 17) %% 1000) AS amount_minor
        FROM generate_series(1, 9) AS k
        UNION ALL
        SELECT
            10,
            %(custody)s::bigint,
            9 + (SELECT sum((e.n * 31 + k * 17) %% 1000) FROM generate_series(1, 9) AS k)
    ) AS leg
"""

_POSTING_LINES = f"""
SELECT string_agg(
    concat_ws(
        E'\\t', e.n + %(offset)s, leg.account_id, leg.amount_minor, leg.posting_no, %(unit)s, %(book)s,
        %(day)s::date, %(day)s::date
    ),
    E'\\n'
) || E'\\n'
FROM {_LEGS}
GROUP BY e.n / %(lines)s
"""

_ENTRY_LINES = f"""
SELECT string_agg(
    concat_ws(
        E'\\t', w.n + %(offset)s, %(book)s, 'client_deposit', %(day)s::date, %(day)s::date, 'Deposits',
        'bench:history', %(caller)s::text, 'h-' || w.n,
        E'\\\\\\\\x' || encode(
            ledger_payload_hash(
                %(caller)s::text, 'h-' || w.n, 'client_deposit', %(day)s::date, 'Deposits', 'bench:history',
                NULL, NULL, w.postings
            ), 'hex'
        ),
        10, %(maker)s
    ),
    E'\\n'
) || E'\\n'
FROM (
    SELECT
        e.n,
        string_agg(leg.account_id || ' ' || leg.amount_minor, ',' ORDER BY leg.account_id, leg.amount_minor)
        AS postings
    FROM {_LEGS}
    GROUP BY e.n
) AS w
GROUP BY w.n / %(lines)s
"""

_COPY_POSTINGS = """
COPY {} (
    entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
) FROM STDIN
"""

_COPY_ENTRIES = """
COPY ledger_journalentry (
    id, book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
    payload_hash, posting_count, maker_id
) FROM STDIN
"""

_MOVE_BALANCES = f"""
UPDATE ledger_balance AS b
SET balance_minor = b.balance_minor + moved.amount_minor
FROM (
    SELECT leg.account_id, sum(leg.amount_minor)::bigint AS amount_minor FROM {_LEGS} GROUP BY leg.account_id
) AS moved
WHERE b.account_id = moved.account_id
"""

_INDEXES = """
SELECT c.relname, k.conname
FROM pg_index AS i
INNER JOIN pg_class AS c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
WHERE i.indrelid = to_regclass(%s)
"""


class History:
    """Loads a plan. `writing` and `reading` are the migrator's; the second generates the lines."""

    def __init__(self, *, cast: Cast, plan: Plan, reading: Connection, writing: Connection) -> None:
        self.cast, self.plan, self.reading, self.writing = cast, plan, reading, writing
        for one in (reading, writing):
            one.execute("SET maintenance_work_mem = '512MB'")
            one.execute("SET work_mem = '128MB'")
        unit = writing.execute(
            "SELECT unit_id FROM ledger_account WHERE id = %s", [cast.custody_id]
        ).fetchone()
        offset = writing.execute("SELECT coalesce(max(id), 0) FROM ledger_journalentry").fetchone()
        assert unit
        assert offset
        self.always = {
            "unit": unit[0],
            "offset": offset[0],
            "book": cast.book_id,
            "maker": cast.maker_id,
            "custody": cast.custody_id,
            "first_client": cast.first_client_id,
            "accounts": min(plan.accounts, cast.clients),
            "caller": CALLER,
            "lines": LINES_PER_ROW,
        }

    def load(self, *, told: Callable[[int], object]) -> None:
        """Load every day and close it; open the day after the last and leave it open.

        The rules of entries are switched off for the time: a COPY has no statement that brings its postings.

        :param told: called with the number of postings that have arrived.
        """
        entries = self.plan.entries()
        self.writing.execute("ALTER TABLE ledger_journalentry DISABLE TRIGGER USER")
        for _month, of_month in groupby(entries, key=lambda day: day.replace(day=1)):
            days = list(of_month)
            for day in days:
                self.open(day)  # which makes the month, if it is not there
                if day == days[0]:
                    self.fill_month(days, told)
                self.write_day(day)
                self.close(day)
        self.writing.execute("ALTER TABLE ledger_journalentry ENABLE TRIGGER USER")
        self.writing.execute(
            "SELECT setval(pg_get_serial_sequence('ledger_journalentry', 'id'),"
            " (SELECT coalesce(max(id), 0) + 1 FROM ledger_journalentry), false)"
        )
        self.open(self.open_day)

    @property
    def open_day(self) -> dt.date:
        """The day after the last of the history, in the same month where that has one more."""
        return self.plan.days()[-1] + dt.timedelta(1)

    def open(self, day: dt.date) -> None:
        open_business_day(book_id=self.cast.book_id, business_date=day, maker_id=self.cast.maker_id)

    def close(self, day: dt.date) -> None:
        proposed = propose_approval(
            book_code=BOOK_CODE,
            kind="close_business_day",
            subject=f"{BOOK_CODE}/{day}",
            payload={"business_date": day.isoformat()},
            maker_id=self.cast.maker_id,
        )
        approve(approval_id=proposed.id, checker_id=self.cast.checker_id)
        close_business_day(book_id=self.cast.book_id, business_date=day, approval_id=proposed.id)

    def fill_month(self, days: list[dt.date], told: Callable[[int], object]) -> None:
        """Take the month's partition off without its indexes, fill it, and put it back, which builds them."""
        month = days[0].replace(day=1)
        following = (month + dt.timedelta(31)).replace(day=1)
        partition = f"ledger_posting_{month:%Y%m}"
        table = sql.Identifier(partition)
        self.writing.execute(sql.SQL("ALTER TABLE ledger_posting DETACH PARTITION {}").format(table))
        for index, constraint in self.writing.execute(_INDEXES, [partition]).fetchall():
            if constraint is None:
                drop = sql.SQL("DROP INDEX {}").format(sql.Identifier(str(index)))
            else:
                drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    table, sql.Identifier(str(constraint))
                )
            self.writing.execute(drop)
        for day in days:
            self.stream(_POSTING_LINES, sql.SQL(_COPY_POSTINGS).format(table), day)
            told(len(self.plan.entries()[day]) * LEGS_PER_ENTRY)
        self.writing.execute(
            sql.SQL("ALTER TABLE ledger_posting ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                table, sql.Literal(month), sql.Literal(following)
            )
        )
        self.writing.execute(sql.SQL("ANALYZE {}").format(table))

    def write_day(self, day: dt.date) -> None:
        """Write the day's entries and move the balances."""
        with self.writing.transaction():
            self.stream(_ENTRY_LINES, sql.SQL(_COPY_ENTRIES), day)
            self.writing.execute(_MOVE_BALANCES, self.arguments(day))

    def stream(self, lines: str, copy: sql.SQL | sql.Composed, day: dt.date) -> None:
        with self.writing.cursor() as cursor, cursor.copy(copy) as sink:
            for text in self.lines(lines, day):
                sink.write(text)

    def lines(self, query: str, day: dt.date) -> Iterator[str]:
        with self.reading.transaction(), self.reading.cursor("lines") as cursor:
            cursor.itersize = 20
            cursor.execute(query, self.arguments(day))
            for (text,) in cursor:
                yield str(text)

    def arguments(self, day: dt.date) -> dict[str, object]:
        numbers = self.plan.entries()[day]
        return {**self.always, "day": day, "first": numbers.start, "last": numbers.stop - 1}
