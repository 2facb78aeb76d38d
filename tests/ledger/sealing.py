"""Keys and seals for tests: Lin checks, keys lie in a directory of the test's own."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import User
from accounts.services.staff import register_staff
from ledger.models import DayClose, Seal
from ledger.services.days import open_business_day
from ledger.services.key_files import create_key_file
from ledger.services.seal_keys import publish_key
from ledger.services.seals import seal_close
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.months import NOVEMBER, three_months
from tests.ledger.services.test_days import close

TUESDAY = MONDAY + dt.timedelta(1)
WEDNESDAY = MONDAY + dt.timedelta(2)


@pytest.fixture
def key_directory(settings: Settings, tmp_path: Path) -> Path:
    settings.SEAL_KEYS_DIRECTORY = tmp_path / "keys"
    return tmp_path / "keys"


def second_person() -> User:
    return User.objects.filter(username="lin").first() or register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )


def published_key(maker: User) -> str:
    key_id, _ = create_key_file()
    publish_key(key_id=key_id, reason="first key", maker_id=maker.id, checker_id=second_person().id)
    return key_id


def close_and_seal(book: SmallBook, day: dt.date = MONDAY) -> Seal:
    close(book, second_person(), day)
    newest = DayClose.objects.filter(day__book=book.book).latest("pk")
    seal = seal_close(day_close_id=newest.pk)
    assert seal is not None
    return seal


def open_day(book: SmallBook, day: dt.date) -> None:
    open_business_day(book_id=book.book.id, business_date=day, maker_id=book.maker.id)


def sealed_book() -> SmallBook:
    """Monday (33 entries) and Tuesday (2) closed and sealed, Wednesday open."""
    book = small_book()
    published_key(book.maker)
    book.post(
        book.draft("client_deposit", bank=500_00, wang=-500_00),
        book.draft("client_deposit", bank=300_00, okafor=-300_00),
        book.draft("funder_deposit", funder_bank=900_00, harbour=-900_00),
        *[book.draft("client_deposit", bank=7 + n, wang_other=-7 - n) for n in range(30)],
    )
    close_and_seal(book)
    open_day(book, TUESDAY)
    book.post(
        book.draft("client_withdrawal", value_date=TUESDAY, bank=-50_00, wang=50_00),
        book.draft("securities_in", value_date=TUESDAY, vault=10, wang_shares=-10),
        day=TUESDAY,
    )
    close_and_seal(book, TUESDAY)
    open_day(book, WEDNESDAY)
    return book


def sealed_autumn() -> SmallBook:
    """September, October and November closed, and sealed at once; September may be detached. Commits."""
    book = three_months()
    with transaction.atomic():
        published_key(book.maker)
        close_and_seal(book, NOVEMBER)
    return book
