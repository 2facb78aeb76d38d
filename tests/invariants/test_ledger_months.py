"""The rules of months that leave and come back, tried round Python; asserted by constraint name."""

from collections.abc import Callable

import psycopg
import pytest

from tests.invariants.attack import Login, entry_with, refused_by, two_legs
from tests.ledger.builders import SmallBook
from tests.ledger.months import NOVEMBER, three_months

FIGURES = "postings, debit_minor, credit_minor, digest"
MOVE = f"INSERT INTO ledger_monthmove (month, move, {FIGURES}) VALUES ({{}}, {{}}, {{}})"
SEPTEMBER = "'2008-09-01'"
NO_FIGURES = "NULL, NULL, NULL, NULL"
SOME_FIGURES = "1, 1, -1, sha256('x')"
FREEZE = f"INSERT INTO ledger_monthmove (month, move) VALUES ({SEPTEMBER}, 'frozen')"
DETACHED = f"""
    INSERT INTO ledger_monthmove (month, move, {FIGURES})
    SELECT {SEPTEMBER}, 'detached', {FIGURES} FROM ledger_month_content('ledger_posting_200809')
"""


@pytest.fixture
def autumn(transactional_db: None) -> SmallBook:
    return three_months()


@pytest.fixture
def attacker(app_connection: Callable[[], Login]) -> Login:
    return app_connection()


def refused_to_owner(owner: Login, statement: str) -> str | None:
    with pytest.raises(psycopg.errors.IntegrityError) as caught:
        owner.execute(statement)
    return caught.value.diag.constraint_name


class TestMonthMove:
    @pytest.mark.parametrize(
        ("month", "move", "figures", "name"),
        [
            (SEPTEMBER, "'gone'", SOME_FIGURES, "ledger_monthmove_in_order"),
            (SEPTEMBER, "'detached'", SOME_FIGURES, "ledger_monthmove_in_order"),
            (SEPTEMBER, "'attached'", SOME_FIGURES, "ledger_monthmove_in_order"),
            (SEPTEMBER, "'frozen'", SOME_FIGURES, "ledger_monthmove_content_recorded"),
            ("'2008-11-01'", "'frozen'", NO_FIGURES, "ledger_monthmove_days_are_closed"),
            ("'2008-12-01'", "'frozen'", NO_FIGURES, "ledger_monthmove_days_are_closed"),
            ("'2008-09-02'", "'frozen'", NO_FIGURES, "ledger_monthmove_month_from_its_first"),
        ],
    )
    def test_is_refused_to_the_owner(
        self, autumn: SmallBook, owner_connection: Login, month: str, move: str, figures: str, name: str
    ) -> None:
        assert refused_to_owner(owner_connection, MOVE.format(month, move, figures)) == name

    def test_knows_its_moves_without_the_guard(self, autumn: SmallBook, owner_connection: Login) -> None:
        owner_connection.execute("ALTER TABLE ledger_monthmove DISABLE TRIGGER ledger_monthmove_guard")
        statement = (
            f"INSERT INTO ledger_monthmove (month, move, {FIGURES}, login, recorded_at)"
            f" VALUES ({SEPTEMBER}, 'gone', {SOME_FIGURES}, 'x', now())"
        )
        assert refused_to_owner(owner_connection, statement) == "ledger_monthmove_move_known"

    @pytest.mark.parametrize("figures", [NO_FIGURES, "1, 1, -1, 'short'", "1, 1, NULL, sha256('x')"])
    def test_records_the_content_whole(
        self, autumn: SmallBook, owner_connection: Login, figures: str
    ) -> None:
        owner_connection.execute(FREEZE)
        refused = refused_to_owner(owner_connection, MOVE.format(SEPTEMBER, "'detached'", figures))
        assert refused == "ledger_monthmove_content_recorded"

    def test_comes_back_as_it_went(self, autumn: SmallBook, owner_connection: Login) -> None:
        owner_connection.execute(FREEZE)
        owner_connection.execute(DETACHED)
        for digest in ("sha256('x')", "digest"):
            figures = f"postings, debit_minor + ({digest} = digest)::int, credit_minor, {digest}"
            statement = DETACHED.replace("'detached'", "'attached'").replace(
                f"{FIGURES} FROM", f"{figures} FROM"
            )
            assert refused_to_owner(owner_connection, statement) == "ledger_monthmove_content_unchanged"
        owner_connection.execute(DETACHED.replace("'detached'", "'attached'"))

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_monthmove SET month = month",
            "DELETE FROM ledger_monthmove",
            "TRUNCATE ledger_monthmove",
        ],
    )
    def test_stays_also_for_the_owner(
        self, autumn: SmallBook, owner_connection: Login, statement: str
    ) -> None:
        owner_connection.execute(FREEZE)
        assert refused_to_owner(owner_connection, statement) == "ledger_monthmove_append_only"

    @pytest.mark.parametrize(
        "statement",
        [
            FREEZE,
            "UPDATE ledger_monthmove SET month = month",
            "DELETE FROM ledger_monthmove",
            "SELECT ledger_make_posting_month('2099-01-01')",
            "SELECT ledger_month_content('ledger_posting_200809')",
        ],
    )
    def test_is_no_business_of_the_applications_login(
        self, autumn: SmallBook, attacker: Login, statement: str
    ) -> None:
        assert refused_by(attacker, statement) == "InsufficientPrivilege"


class TestAMonthThatIsAway:
    @pytest.fixture(autouse=True)
    def detached(self, autumn: SmallBook, owner_connection: Login) -> None:
        owner_connection.execute("ALTER TABLE ledger_posting DETACH PARTITION ledger_posting_200809")

    def test_has_nothing_reversed(self, autumn: SmallBook, attacker: Login) -> None:
        statement, arguments = entry_with(
            autumn, two_legs("wang", "bank"), day=NOVEMBER, entry=autumn.accounts["first_entry"]
        )
        reversal = statement.replace("maker_id\n", "maker_id, reverses_id\n").replace(
            "%(maker)s\n", "%(maker)s, %(entry)s\n"
        )
        assert refused_by(attacker, reversal, arguments) == "ledger_journalentry_reversed_month_is_attached"

    def test_gets_no_day(self, autumn: SmallBook, attacker: Login) -> None:
        book = attacker.execute(
            "INSERT INTO ledger_book (code, name, base_unit_id) VALUES ('OTHER', '', %s) RETURNING id",
            [autumn.units["USD"]],
        ).fetchone()
        assert book
        attacker.commit()
        statement = (
            "INSERT INTO ledger_businessday (book_id, business_date, status, opened_by_id)"
            " VALUES (%(book)s, '2008-09-30', 'open', %(maker)s)"
        )
        refused = refused_by(attacker, statement, {"book": book[0], "maker": autumn.maker.id})
        assert refused == "ledger_businessday_month_is_attached"
