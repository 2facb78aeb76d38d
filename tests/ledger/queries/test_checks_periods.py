"""Each check of periods, and each of the ledger that no other test forges: forged exactly so, and found.

A superuser forges inside a transaction that is rolled back, and the check's own statement is asked there.
"""

import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction

from accounts.models import User
from ledger.models import Hardness
from ledger.queries.verification import ALL_CHECKS, Verdict, verify_book
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.days import open_business_day
from tests.invariants.attack import Login
from tests.ledger.builders import SmallBook, small_book
from tests.ledger.sealing import second_person
from tests.ledger.services.test_days import close
from tests.ledger.services.test_periods import reopen, shut_month, soft_close, unshut_month
from tests.ledger.services.test_year_end import FIRST, LAST, transfer

DECEMBER = dt.date(2008, 12, 1)
TESTS = Path(__file__).parents[2]

FORGERIES = (
    (
        "day_states_follow",
        "day 2009-01-02: is soft_closed, but its soft closes and reopenings say otherwise",
        "UPDATE ledger_businessday SET status = 'soft_closed' WHERE business_date = '2009-01-02'",
    ),
    (
        "day_states_follow",
        "day 2008-12-31: its closes are not numbered in their order",
        "UPDATE ledger_dayclose SET close_no = 5 WHERE close_no = 2",
    ),
    (
        "day_states_follow",
        "day 2008-12-31: its closes are not numbered in their order",
        "UPDATE ledger_dayclose SET last_position = 0 WHERE close_no = 2",
    ),
    (
        "day_states_follow",
        "day 2008-12-31: is open, though a later day was opened",
        "UPDATE ledger_businessday SET status = 'closed' WHERE business_date = '2009-01-02';"
        "UPDATE ledger_businessday SET status = 'open' WHERE business_date = '2008-12-31'",
    ),
    (
        "former_closes_proved",
        "2008-12-31, close 1: postings till then",
        "UPDATE ledger_dailysnapshot SET debit_minor = debit_minor + 1 WHERE close_no = 1",
    ),
    *(
        ("periods_by_two", f"{kind} of {subject}: not what two people approved", statement)
        for kind, subject, statement in (
            (
                "soft_close_business_day",
                "2008-12-31",
                "UPDATE ledger_daysoftclose SET maker_id = checker_id, checker_id = maker_id",
            ),
            ("reopen_business_day", "2008-12-31", "UPDATE ledger_dayreopening SET reason = 'another'"),
            (
                "reopen_business_day",
                "2008-12-31",
                "UPDATE ledger_dayreopening SET approval_id = approval_id + 1000000",
            ),
            (
                "close_month",
                "2008-12",
                "UPDATE ledger_monthclose SET hardness = 'soft' WHERE hardness = 'hard'",
            ),
            ("reopen_month", "2008-12", "UPDATE ledger_monthreopening SET reason = 'another'"),
            (
                "transfer_year_end",
                "2008",
                "UPDATE ledger_yearendtransfer SET maker_id = checker_id, checker_id = maker_id",
            ),
            (
                "transfer_year_end",
                "2008",
                "UPDATE accounts_approval SET subject = 'MAIN/2007' WHERE kind = 'transfer_year_end'",
            ),
        )
    ),
    (
        "soft_closes_held",
        "booked into 2008-12-31 while it was soft-closed, corrects nothing",
        "UPDATE ledger_daysoftclose SET last_position = 0"
        " WHERE id = (SELECT min(id) FROM ledger_daysoftclose)",
    ),
    (
        "months_held",
        "day 2008-12-31: is not as the close of its month left it",
        "UPDATE ledger_businessday SET opened_at = statement_timestamp() + interval '1 day'"
        " WHERE business_date = '2008-12-31'",
    ),
    (
        "months_held",
        "day 2008-12-31: is not as the close of its month left it",
        "UPDATE ledger_dayreopening SET recorded_at = statement_timestamp() + interval '1 day'",
    ),
    (
        "months_held",
        "month 2008-12: closed hard, and reopened",
        "UPDATE ledger_monthreopening SET close_id ="
        " (SELECT id FROM ledger_monthclose WHERE hardness = 'hard')",
    ),
    (
        "year_ends_carried",
        "carries a result to equity without its decision",
        "DELETE FROM ledger_yearendtransfer",
    ),
    (
        "year_ends_carried",
        "transfer 2008/1: its entry is none",
        "UPDATE ledger_journalentry SET kind_id = 'charge_waived' WHERE kind_id = 'year_end_transferred'",
    ),
    (
        "year_ends_carried",
        "transfer 2008/1: leaves 1 on account house/income/spread",
        "UPDATE ledger_posting SET amount_minor = amount_minor + 1"
        " WHERE account_id = %(spread)s AND amount_minor < 0",
    ),
    (
        "rings_balance",
        "ring house, unit USD: the balances sum to 1",
        "UPDATE ledger_balance SET balance_minor = balance_minor + 1 WHERE account_id = %(interest)s",
    ),
    (
        "contracts_balance",
        "contract F1, unit USD: principal ring sums to 1",
        "UPDATE ledger_balance SET balance_minor = balance_minor + 1 WHERE account_id = %(loan)s",
    ),
)


@pytest.fixture
def kept(transactional_db: None) -> SmallBook:
    """The last day of 2008: soft-closed, reopened, soft-closed, its year carried, closed, and closed again.

    December is soft-closed, taken back, and closed for good. The first day of 2009 is open.
    """
    with transaction.atomic():
        book, lin = small_book(day=LAST), second_person()
        usd = book.units["USD"]
        waived = AccountDraft("house/expense/bad-spread", usd, "house", "expense", 5010)
        ids = open_accounts(book_id=book.book.id, drafts=[waived])
        book.accounts["waived"] = ids[waived.address, usd]
        book.post(
            book.draft("interest_accrued", interest=900_00, spread=-900_00, value_date=LAST),
            book.draft("interest_capitalised", loan=150_00, funded=-150_00, value_date=LAST),
            day=LAST,
        )
        happens_to_december(book, lin)
    return book


def happens_to_december(book: SmallBook, lin: User) -> None:
    soft_close(book, lin, LAST)
    reopen(book, lin, LAST)
    book.post(
        book.draft("bad_spread_written_off", waived=250_00, interest=-250_00, value_date=LAST), day=LAST
    )
    soft_close(book, lin, LAST)
    transfer(book, lin)
    close(book, lin, LAST)
    reopen(book, lin, LAST)
    close(book, lin, LAST)
    shut_month(book, lin, Hardness.SOFT, DECEMBER)
    unshut_month(book, lin, DECEMBER)
    shut_month(book, lin, Hardness.HARD, DECEMBER)
    open_business_day(book_id=book.book.id, business_date=FIRST, maker_id=book.maker.id)


class TestChecks:
    def test_find_each_what_was_forged(self, kept: SmallBook, admin_connection: Login) -> None:
        assert verify_book(book=kept.book).verdict is Verdict.CLEAN
        statements = {check.name: check.sql for check in ALL_CHECKS}
        admin_connection.execute("SET session_replication_role = replica")
        missed = []
        for name, finding, forgery in FORGERIES:
            with admin_connection.transaction(force_rollback=True):
                changed = [
                    admin_connection.execute(one, kept.accounts).rowcount for one in forgery.split(";")
                ]
                rows = admin_connection.execute(statements[name], {"book": kept.book.id}).fetchall()
            if not all(changed) or not any(finding in str(row[0]) for row in rows):
                missed.append((name, finding, changed, rows))
        assert missed == []

    def test_are_each_forged_in_some_test(self) -> None:
        """By name, so that a new check comes with the forgery that it is for."""
        texts = [path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")]
        unforged = {check.name for check in ALL_CHECKS if not any(f'"{check.name}"' in one for one in texts)}
        assert unforged == set()
