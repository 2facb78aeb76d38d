"""The floor: the same rows into copies of the tables with the same indexes and months, and no rule whatever.

The copies follow the ledger's tables (LIKE ... INCLUDING INDEXES), so that it is compared with what is there.
"""

from psycopg import sql

from bench.databases import Connection
from bench.rounds import timed

_MONTHS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)
FROM pg_inherits AS i
INNER JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'ledger_posting'::regclass
ORDER BY c.relname
"""

_STAGE = """
DROP TABLE IF EXISTS floor.new_entry, floor.new_posting;
CREATE UNLOGGED TABLE floor.new_entry AS
SELECT * FROM ledger_journalentry WHERE id > {after} ORDER BY id;
CREATE UNLOGGED TABLE floor.new_posting AS
SELECT * FROM ledger_posting WHERE entry_id > {after} ORDER BY entry_id, posting_no;
"""


class Floor:
    """Copies of the tables of entries, postings and balances, in the schema `floor` of one database."""

    def __init__(self, owner: Connection) -> None:
        self.owner = owner
        self.copied = 0

    def build(self) -> None:
        """Make the copies and bring them to the size of the ledger."""
        self.owner.execute("CREATE SCHEMA floor")
        self.owner.execute("CREATE SEQUENCE floor.entry_id START 1000000000")
        self.owner.execute(
            "CREATE TABLE floor.entry (LIKE ledger_journalentry INCLUDING INDEXES INCLUDING DEFAULTS)"
        )
        self.owner.execute("ALTER TABLE floor.entry ALTER id SET DEFAULT nextval('floor.entry_id')")
        self.owner.execute(
            "CREATE TABLE floor.posting (LIKE ledger_posting INCLUDING INDEXES)"
            " PARTITION BY RANGE (booking_date)"
        )
        self.owner.execute("CREATE TABLE floor.balance (LIKE ledger_balance INCLUDING INDEXES)")
        self.owner.execute("ALTER TABLE floor.balance SET (fillfactor = 50)")
        for name, bounds in self.owner.execute(_MONTHS).fetchall():
            self.owner.execute(
                sql.SQL("CREATE TABLE floor.{} PARTITION OF floor.posting {}").format(
                    sql.Identifier(str(name)), sql.SQL(str(bounds))
                )
            )
        self.owner.execute("INSERT INTO floor.balance SELECT * FROM ledger_balance")
        self.stage()
        self.insert()
        self.owner.execute("GRANT USAGE ON SCHEMA floor TO plimsoll_app")
        self.owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA floor TO plimsoll_app")
        self.owner.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA floor TO plimsoll_app")
        self.owner.execute("VACUUM (ANALYZE) floor.entry, floor.posting, floor.balance")

    def stage(self) -> None:
        """Lay out, unlogged, what the ledger has and the copies have not."""
        self.owner.execute(sql.SQL(_STAGE).format(after=sql.Literal(self.copied)))
        self.owner.execute("VACUUM (ANALYZE) floor.new_entry")
        self.owner.execute("VACUUM (ANALYZE) floor.new_posting")
        row = self.owner.execute("SELECT coalesce(max(id), 0) FROM floor.new_entry").fetchone()
        assert row
        self.copied = max(self.copied, int(str(row[0])))

    def insert(self, *, with_balances: bool = False) -> float:
        """Insert what is laid out, in one transaction; with the balances moved too, if asked.

        :returns: seconds, the commit included.
        """
        with timed() as watch, self.owner.transaction():
            self.owner.execute("INSERT INTO floor.entry SELECT * FROM floor.new_entry")
            self.owner.execute("INSERT INTO floor.posting SELECT * FROM floor.new_posting")
            if with_balances:
                self.owner.execute(
                    "UPDATE floor.balance AS b SET balance_minor = b.balance_minor + moved.amount_minor"
                    " FROM ("
                    " SELECT account_id, sum(amount_minor)::bigint AS amount_minor"
                    " FROM floor.new_posting GROUP BY account_id"
                    ") AS moved WHERE b.account_id = moved.account_id"
                )
        return watch.seconds
