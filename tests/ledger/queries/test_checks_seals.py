"""What a sealed chart allows to change: an upgrade may add, and may neither change nor remove."""

from pathlib import Path

import pytest
from django.db import transaction

from ledger.queries.verification import Verdict, verify_book
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_units
from tests.invariants.test_tampering import Login, superuser
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import WEDNESDAY, close_and_seal, sealed_book

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["superuser"]


@pytest.fixture
def sealed(transactional_db: None, key_directory: Path) -> SmallBook:
    with transaction.atomic():
        return sealed_book()


def chart_findings(book: SmallBook) -> list[str]:
    verification = verify_book(book=book.book)
    return [finding for one in verification.checks if one.name == "seals_charts" for finding in one.findings]


def copied(table: str, row: str, **other: str) -> str:
    """The statement that adds a row like another."""
    changes = ", ".join(f"'{name}', {value}" for name, value in other.items())
    return (
        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT"
        f" (jsonb_populate_record(t, jsonb_build_object({changes}))).* FROM {table} AS t WHERE {row}"
    )


NEW_KIND = copied("ledger_entrykind", "code = 'client_deposit'", code="'deposit_by_wire'")
NEW_FLOW = copied(
    "ledger_entrykindflow",
    "id = (SELECT min(id) FROM ledger_entrykindflow)",
    id="1000000",
    kind_id="'deposit_by_wire'",
)
NEW_CATEGORY = copied("ledger_accountcategory", "number = 2010", number="2999", name="'Later'")


class TestChartAfterAnUpgrade:
    @pytest.mark.parametrize(
        "statements",
        [
            [NEW_KIND],
            [NEW_KIND, NEW_FLOW],
            [NEW_CATEGORY],
            ["ALTER TABLE ledger_entrykind ADD COLUMN since text NOT NULL DEFAULT ''"],
        ],
        ids=["kind", "flow", "category", "column"],
    )
    def test_is_clean_with_what_it_added_before_and_after_the_next_close(
        self, superuser: Login, sealed: SmallBook, statements: list[str]
    ) -> None:
        for statement in statements:
            assert superuser.execute(statement).rowcount in (1, -1)
        assert verify_book(book=sealed.book).verdict is Verdict.CLEAN
        with transaction.atomic():
            seal = close_and_seal(sealed, WEDNESDAY)
        assert seal.chart_id != sealed.book.seals.get(seal_no=2).chart_id
        assert verify_book(book=sealed.book).verdict is Verdict.CLEAN

    def test_is_clean_with_a_unit_that_came_into_use(self, sealed: SmallBook) -> None:
        with transaction.atomic():
            units = create_units(drafts=[UnitDraft("HKD", "currency", 2, "Hong Kong dollar")])
            draft = AccountDraft("client/custody/BANKB", units["HKD"], "client", "custody", 1010)
            open_accounts(book_id=sealed.book.id, drafts=[draft])
        assert verify_book(book=sealed.book).verdict is Verdict.CLEAN

    @pytest.mark.parametrize(
        ("statement", "finding"),
        [
            (
                "UPDATE ledger_entrykind SET posts_in_soft_close = NOT posts_in_soft_close"
                " WHERE code = 'client_deposit'",
                "kind client_deposit: posts_in_soft_close differs from what was sealed",
            ),
            (
                "UPDATE ledger_accountcategory SET name = 'Client money' WHERE number = 2010",
                "category 2010: name differs from what was sealed",
            ),
            (
                "UPDATE ledger_unit SET exponent = 3 WHERE code = 'JPY'",
                "unit {jpy}: exponent differs from what was sealed",
            ),
            (
                "UPDATE ledger_entrykindflow SET to_ring = 'house' WHERE id = {flow}",
                "flow {flow}: to_ring differs from what was sealed",
            ),
            (
                "DELETE FROM ledger_entrykind WHERE code = 'client_deposit'",
                "kind client_deposit: was sealed and is gone",
            ),
            ("DELETE FROM ledger_entrykindflow WHERE id = {flow}", "flow {flow}: was sealed and is gone"),
            (
                "DELETE FROM ledger_accountcategory WHERE number = 2010",
                "category 2010: was sealed and is gone",
            ),
            ("DELETE FROM ledger_unit WHERE code = 'JPY'", "unit {jpy}: was sealed and is gone"),
            (
                "ALTER TABLE ledger_entrykind DROP COLUMN posts_in_soft_close CASCADE",
                "kind client_deposit: posts_in_soft_close differs from what was sealed",
            ),
        ],
    )
    def test_fails_with_what_it_changed_or_removed(
        self, superuser: Login, sealed: SmallBook, statement: str, finding: str
    ) -> None:
        row = superuser.execute(
            "SELECT min(id) FROM ledger_entrykindflow WHERE kind_id = 'client_deposit'"
        ).fetchone()
        assert row is not None
        known = {"flow": row[0], "jpy": sealed.units["JPY"]}
        superuser.execute(statement.format(**known))
        assert finding.format(**known) in chart_findings(sealed)
        assert verify_book(book=sealed.book).verdict is Verdict.FAILED
