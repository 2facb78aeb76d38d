"""What is held, on the pages of an account and of a hold."""

from django.test import Client

from accounts.models import StaffRole
from ledger.services.holds import release_hold
from tests.desk import colleague, desk_of, text_of
from tests.ledger.builders import MONDAY, SmallBook
from tests.ledger.holding import hold_back


def read(desk: Client, path: str) -> str:
    return text_of(desk.get(f"/admin/ledger/{path}").content.decode())


class TestHolds:
    def test_show_beside_the_balance_and_on_a_page_of_their_own(self, main_book: SmallBook) -> None:
        wang, maker_id = main_book.accounts["wang"], main_book.maker.id
        main_book.post(main_book.draft("client_deposit", bank=15_00, wang=-15_00))
        hold = hold_back(account_id=wang, amount_minor=4_00, day=MONDAY, maker_id=maker_id)
        release_hold(
            hold_id=hold.pk,
            reason="half of it given up",
            business_date=MONDAY,
            caller="tests",
            idempotency_key="r",
            maker_id=maker_id,
            amount_minor=2_00,
        )
        auditor = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        account = read(auditor, f"account/{wang}/change/")
        assert "Held 2.00" in account
        assert "Available 13.00" in account
        assert "to be paid out" in account
        assert "half of it given up" in read(auditor, f"hold/{hold.pk}/change/")
        assert "tests:1" in read(auditor, "hold/")
