"""The pages of rule packs, as a risk officer sees them."""

import pytest
from django.test import Client

from contracts.models import RulePackVersion
from tests.contracts.builders import Lending, lending


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def officer(book: Lending) -> Client:
    client = Client()
    client.force_login(book.checker)
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


class TestRulePackPages:
    def test_list_every_version(self, officer: Client) -> None:
        shown = page(officer, "/admin/contracts/rulepackversion/")
        assert all(name in shown for name in ("CN_MARGIN v1", "CN_MARGIN v2", "PLATFORM v1", "HK_SFC v1"))

    def test_say_of_each_figure_whose_it_is_and_that_its_examples_hold(self, officer: Client) -> None:
        for version in RulePackVersion.objects.all():
            shown = page(officer, f"/admin/contracts/rulepackversion/{version.pk}/change/")
            assert "House policy" in shown

    def test_compare_two(self, officer: Client) -> None:
        before, after = RulePackVersion.objects.filter(pack__code="CN_MARGIN").order_by("version")
        address = f"/admin/contracts/rulepackversion/diff/?before={before.pk}&after={after.pk}"
        shown = page(officer, address)
        assert "80.00 %" in shown
        assert "100.00 %" in shown
        assert "stricter" in shown

    def test_show_what_terms_cost(self, officer: Client, book: Lending) -> None:
        shown = page(officer, f"/admin/contracts/termsversion/{book.terms['MARGIN'].pk}/change/")
        assert "PLATFORM v1" in shown
        assert "534.25" in shown  # 100,000.00 at 6.5 % for 30 days
