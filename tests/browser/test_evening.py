"""An evening in the back office, in a real browser: open and run the day, release, reconcile, close."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import StaffRole
from clearing.day.services.inbox import take_in_inbox
from clearing.liquidation.models import Liquidation, LiquidationState
from ledger.models import BusinessDay
from ledger.queries.days import open_business_date
from tests.clearing.day.admin.conftest import CRASH
from tests.desk import PASSWORD, colleague
from tests.world import SESSIONS, TERMS, World, build_world

DAY = SESSIONS[2]


@pytest.fixture
def world(transactional_db: None, tmp_path: Path) -> World:
    """Two days have been run; on the third everything falls by 40 %, once somebody opens it."""
    terms = dataclasses.replace(TERMS, standing_liquidation_authority=False)
    made = build_world(tmp_path, contracts=3, terms=terms)
    made.play(*SESSIONS[:2])
    colleague("olga.meyer", StaffRole.OPERATIONS, password=PASSWORD)
    colleague("rita.rossi", StaffRole.RISK, password=PASSWORD)
    return made


@pytest.fixture
def sign_in(page: Page, live_server: object) -> Callable[[str], None]:
    def enter(username: str) -> None:
        page.context.clear_cookies()
        page.goto(f"{live_server}/")
        page.locator("#id_username").fill(username)
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()

    return enter


def things_happen(world: World) -> None:
    """Prices fall, the banks write their statements, and what they sent is taken in."""
    world.prices.update(CRASH)
    world._quote(DAY)
    world._evening_of_the_banks(DAY)
    take_in_inbox(book_id=world.book.pk, business_date=DAY, inbox=world.inbox, maker_id=world.maker_id)


class TestEvening:
    def test_is_worked_by_two_people(self, world: World, page: Page, sign_in: Callable[[str], None]) -> None:
        sign_in("olga.meyer")
        page.get_by_role("link", name="Open a day").click()
        expect(page.get_by_label("Business date")).to_have_value(DAY.isoformat())
        page.get_by_role("button", name="Open the day").click()
        expect(page.get_by_text(f"{DAY} is open.")).to_be_visible()
        assert open_business_date(book_id=world.book.pk) == DAY

        things_happen(world)
        page.get_by_role("link", name="Run the day").click()
        page.get_by_role("button", name="Run the day").click()
        expect(page.get_by_text("The steps are done; the close waits for a second person.")).to_be_visible()
        expect(page.get_by_text("awaiting close by a second person")).to_be_visible()

        page.get_by_role("link", name="go to the release").first.click()
        expect(page.get_by_text("You proposed this yourself")).to_be_visible()
        expect(page.get_by_role("link", name="Approve", exact=True)).to_have_count(0)

        sign_in("rita.rossi")
        page.get_by_role("link", name="go to the release").first.click()
        page.get_by_role("link", name="Approve", exact=True).click()
        page.get_by_label("Comment").fill("below the emergency line")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_text("is released; its orders go out with the next run.")).to_be_visible()
        assert Liquidation.objects.filter(state=LiquidationState.RELEASED).count() == 1

        self.read_the_reconciliation(page)
        self.switch_languages(page)
        self.close_the_day(world, page)

    def read_the_reconciliation(self, page: Page) -> None:
        page.get_by_role("link", name="Reconciliations").click()
        page.locator("#result_list tbody tr", has_text="Cash against statements").first.get_by_role(
            "link"
        ).click()
        expect(page.get_by_role("heading", name=re.compile("Cash against statements"))).to_be_visible()
        expect(page.get_by_role("heading", name="Balances compared")).to_be_visible()
        expect(
            page.get_by_text("ANCHOR-CLIENT").or_(page.get_by_text("BASTION-CLIENT")).first
        ).to_be_visible()

    def switch_languages(self, page: Page) -> None:
        here = page.url
        page.get_by_role("button", name="简体中文").click()
        expect(page.get_by_role("heading", name=re.compile("现金与对账单核对"))).to_be_visible()
        assert page.url == here
        page.get_by_role("button", name="繁體中文").click()
        expect(page.get_by_role("heading", name=re.compile("現金與對帳單核對"))).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "zh-hant")
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", name=re.compile("Cash against statements"))).to_be_visible()

    def close_the_day(self, world: World, page: Page) -> None:
        page.get_by_role("link", name="Today").click()
        page.get_by_role("link", name="Close a business day").click()
        page.get_by_role("link", name="Approve", exact=True).click()
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_text(f"{DAY} is closed.")).to_be_visible()
        assert BusinessDay.objects.get(book=world.book, business_date=DAY).status == BusinessDay.Status.CLOSED
