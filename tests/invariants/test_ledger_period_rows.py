"""The rows of periods stay as they were written, and are well formed; asserted by constraint name."""

import psycopg
import pytest

from accounts.models import User
from ledger.models import Hardness
from tests.invariants.attack import Login, refused_by
from tests.invariants.test_ledger_periods import attacker, lin, prey
from tests.ledger.builders import SmallBook
from tests.ledger.services.test_days import close
from tests.ledger.services.test_periods import reopen, shut_month, soft_close, unshut_month

__all__ = ["attacker", "lin", "prey"]

ROWS = ("daysoftclose", "dayreopening", "monthclose", "monthreopening")


class TestWhatWasDecided:
    @pytest.mark.parametrize("table", ROWS)
    @pytest.mark.parametrize("change", ["UPDATE {} SET last_position = 0", "DELETE FROM {}"])
    def test_stays(
        self, prey: SmallBook, lin: User, owner_connection: Login, table: str, change: str
    ) -> None:
        soft_close(prey, lin)
        close(prey, lin)
        reopen(prey, lin)
        close(prey, lin)
        shut_month(prey, lin, Hardness.SOFT)
        unshut_month(prey, lin)
        with pytest.raises(psycopg.errors.IntegrityError) as caught:
            owner_connection.execute(change.format(f"ledger_{table}"))
        assert caught.value.diag.constraint_name == f"ledger_{table}_append_only"

    @pytest.mark.parametrize("table", [*ROWS, "yearendtransfer"])
    def test_is_not_written_otherwise_by_the_application(self, attacker: Login, table: str) -> None:
        for statement in (
            f"INSERT INTO ledger_{table} (id) VALUES (1)",
            f"UPDATE ledger_{table} SET last_position = 0",
            f"DELETE FROM ledger_{table}",
            f"TRUNCATE ledger_{table}",
        ):
            assert refused_by(attacker, statement) == "InsufficientPrivilege"

    @pytest.mark.parametrize(
        ("name", "table", "columns", "values"),
        [
            ("maker_is_not_checker", "daysoftclose", "day_id", "1"),
            ("from_known", "dayreopening", "day_id, from_status, reason", "1, 'open', 'why'"),
            ("maker_is_not_checker", "dayreopening", "day_id, from_status, reason", "1, 'closed', 'why'"),
            ("first_of_month", "monthclose", "book_id, month, hardness", "1, '2008-09-02', 'soft'"),
            ("hardness_known", "monthclose", "book_id, month, hardness", "1, '2008-09-01', 'firm'"),
            ("maker_is_not_checker", "monthclose", "book_id, month, hardness", "1, '2008-09-01', 'soft'"),
            ("maker_is_not_checker", "monthreopening", "close_id, reason", "1, 'why'"),
            (
                "maker_is_not_checker",
                "yearendtransfer",
                "book_id, year, transfer_no, entry_id",
                "1, 2008, 1, 1",
            ),
        ],
    )
    def test_is_well_formed(
        self, prey: SmallBook, owner_connection: Login, name: str, table: str, columns: str, values: str
    ) -> None:
        assert prey.accounts
        checker = "1" if name == "maker_is_not_checker" else "2"
        with owner_connection.transaction(force_rollback=True):
            owner_connection.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
            with pytest.raises(psycopg.errors.IntegrityError) as caught, owner_connection.transaction():
                owner_connection.execute(
                    f"INSERT INTO ledger_{table} ({columns}, approval_id, maker_id, checker_id,"
                    f" last_position) VALUES ({values}, 1, 1, {checker}, 0)"
                )
        assert caught.value.diag.constraint_name == f"ledger_{table}_{name}"

    @pytest.mark.parametrize(
        ("name", "table", "columns", "values"),
        [
            ("once_a_close", "dayreopening", "day_id, from_status, reason", "1, 'closed', 'why'"),
            ("hard_once", "monthclose", "book_id, month, hardness", "1, '2008-09-01', 'hard'"),
            ("numbered_once", "yearendtransfer", "book_id, year, transfer_no, entry_id", "1, 2008, 1, {}"),
        ],
    )
    def test_is_there_once(
        self, prey: SmallBook, owner_connection: Login, name: str, table: str, columns: str, values: str
    ) -> None:
        assert prey.accounts
        with owner_connection.transaction(force_rollback=True):
            owner_connection.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
            rows = [f"({values.format(number)}, {number}, 1, 2, 0)" for number in (1, 2)]
            with pytest.raises(psycopg.errors.IntegrityError) as caught, owner_connection.transaction():
                owner_connection.execute(
                    f"INSERT INTO ledger_{table} ({columns}, approval_id, maker_id, checker_id,"
                    f" last_position) VALUES {', '.join(rows)}"
                )
        assert caught.value.diag.constraint_name == f"ledger_{table}_{name}"
