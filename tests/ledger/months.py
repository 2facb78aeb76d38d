"""The small book over three months: September and October closed behind it, November open."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from accounts.services.staff import register_staff
from ledger.services.days import open_business_day
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import close

SEPTEMBER, OCTOBER, NOVEMBER = MONDAY, dt.date(2008, 10, 15), dt.date(2008, 11, 17)
IN_SEPTEMBER = dt.date(2008, 9, 1)


def three_months() -> SmallBook:
    """Wang pays in 500.00 in September and 300.00 in October, and takes out 100.00 in each later month."""
    with transaction.atomic():
        book = small_book()
        lin = register_staff(
            username="lin",
            full_name="Lin Fen",
            role="finance",
            password="correct horse battery",
            actor_id=User.objects.get(username="day-runner").id,
            reason="second pair of eyes",
        )
        (first,) = book.post(book.draft("client_deposit", bank=500_00, wang=-500_00))
        book.accounts["first_entry"] = first.entry_id
    for day, before in ((OCTOBER, SEPTEMBER), (NOVEMBER, OCTOBER)):
        with transaction.atomic():
            close(book, lin, before)
            open_business_day(book_id=book.book.id, business_date=day, maker_id=book.maker.id)
            drafts = [book.draft("client_withdrawal", value_date=day, bank=-100_00, wang=100_00)]
            if day == OCTOBER:
                drafts.append(book.draft("client_deposit", value_date=SEPTEMBER, bank=300_00, wang=-300_00))
            book.post(*drafts, day=day)
    return book


def verification_exit_code() -> int:
    """What the command says to the shell."""
    try:
        call_command("verify_ledger")
    except SystemExit as said:
        return int(said.code or 0)
    return 0


@pytest.fixture
def autumn(transactional_db: None) -> SmallBook:
    return three_months()
