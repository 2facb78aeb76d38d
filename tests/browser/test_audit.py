"""An auditor's way through the ledger, in a real browser: from the trial balance down to a proved entry."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import StaffRole
from tests.desk import PASSWORD, colleague
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import key_directory, sealed_book

__all__ = ["key_directory"]


@pytest.fixture
def book(transactional_db: None, key_directory: Path) -> SmallBook:
    """Two days are closed and sealed; Wang's cash was deposited on the first."""
    made = sealed_book()
    colleague("ava.stone", StaffRole.AUDITOR, password=PASSWORD)
    return made


class TestAudit:
    def test_leads_from_the_trial_balance_to_a_proved_entry(
        self, book: SmallBook, page: Page, live_server: object
    ) -> None:
        page.goto(f"{live_server}/")
        page.locator("#id_username").fill("ava.stone")
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()

        page.get_by_role("link", name="Trial balance").click()
        page.locator("select[name=axis]").select_option("value")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_text("debits equal credits in every unit and ring")).to_be_visible()
        expect(page.locator("select[name=axis]")).to_have_value("value")

        page.get_by_role("link", name="Client cash", exact=True).first.click()
        expect(page.get_by_text("by value date")).to_be_visible()
        page.get_by_role("link", name="client/W1/F1/cash").click()
        expect(page.get_by_role("heading", name="Account statement")).to_be_visible()
        postings = page.get_by_role("heading", name="Postings by value date")
        expect(postings).to_be_visible()

        page.locator('a[href*="/ledger/journalentry/"][href$="/change/"]').last.click()
        expect(page.get_by_text("Proof of inclusion")).to_be_visible()
        expect(page.get_by_text("is under the seal")).to_be_visible()
