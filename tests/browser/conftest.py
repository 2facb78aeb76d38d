"""A real Chromium on the served admin, over a database of the test's own."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright


@pytest.fixture
def page(chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A window with no cookies of anybody.

    Playwright runs an event loop of its own in this thread, which Django would take for an asynchronous
    caller of the database; so the loop lives no longer than the permission.
    """
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1500, "height": 1000}, locale="en-GB")
        context.set_default_timeout(20_000)
        yield context.new_page()
        browser.close()
