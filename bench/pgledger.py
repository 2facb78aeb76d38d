"""A ledger of one function a transfer, used as such ledgers are, and as well as one of them can be."""

from bench.databases import Connection, sql_file
from bench.rounds import timed

_ACCOUNTS = """
INSERT INTO pgledger.account (id, currency, allow_negative_balance, allow_positive_balance)
SELECT n, 'USD', true, true FROM generate_series(1, %s) AS n
"""

_MANY = """
SELECT count(
    pgledger.create_transfer(1 + (2 * n) %% %(accounts)s, 2 + (2 * n) %% %(accounts)s, 100 + n %% 900)
)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""


class TransferLedger:
    """Transfers between distinct pairs of accounts: nobody waits, few rows are updated twice a statement."""

    def __init__(self, connection: Connection, *, accounts: int) -> None:
        self.connection, self.accounts, self.made = connection, accounts - accounts % 2, 0

    def build(self, *, stored: int) -> None:
        """Make the tables and fill them with that many transfers."""
        self.connection.execute(sql_file("pgledger"))
        self.connection.execute(_ACCOUNTS, [self.accounts])
        self.in_one_statement(stored)
        self.connection.execute("VACUUM (ANALYZE) pgledger.account, pgledger.transfer, pgledger.entry")

    def one_by_one(self, transfers: int) -> float:
        """Make transfers by a call and a commit each, prepared once; return the seconds."""
        with timed() as watch:
            for _ in range(transfers):
                self.made += 1
                giver = 1 + 2 * self.made % self.accounts
                self.connection.execute(
                    "SELECT pgledger.create_transfer(%s, %s, %s)",
                    [giver, giver + 1, 100 + self.made % 900],
                    prepare=True,
                )
        return watch.seconds

    def in_one_statement(self, transfers: int) -> float:
        """Make transfers by a call each within one statement; return the seconds."""
        first, self.made = self.made + 1, self.made + transfers
        with timed() as watch:
            self.connection.execute(_MANY, {"first": first, "last": self.made, "accounts": self.accounts})
        return watch.seconds
