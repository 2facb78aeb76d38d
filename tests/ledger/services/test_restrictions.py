"""Restrictions: what clearing decides and the posting rule obeys."""

import datetime as dt

import pytest

from ledger.models import Restriction
from ledger.services import refusals
from ledger.services.restrictions import RestrictionDraft, impose_restrictions, lift_restrictions
from tests.ledger.builders import MONDAY, SmallBook

pytestmark = pytest.mark.django_db


def restrict(book: SmallBook, scope: str = "outflow", source: str = "margin") -> int:
    draft = RestrictionDraft(book.accounts["wang"], scope, "margin call", source)
    return impose_restrictions(drafts=[draft], business_date=MONDAY)


@pytest.fixture
def funded_book(main_book: SmallBook) -> SmallBook:
    main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
    return main_book


class TestImposeRestrictions:
    def test_stops_withdrawals(self, funded_book: SmallBook) -> None:
        restrict(funded_book)
        with pytest.raises(refusals.AccountRestricted, match="margin call"):
            funded_book.post(funded_book.draft("client_withdrawal", bank=-1, wang=1))

    def test_lets_everything_else_pass(self, funded_book: SmallBook) -> None:
        restrict(funded_book)
        funded_book.post(funded_book.draft("client_deposit", bank=1, wang=-1))
        funded_book.post(funded_book.draft("receipt_identified", wang=5, wang_other=-5))

    def test_keeps_scopes_apart(self, funded_book: SmallBook) -> None:
        restrict(funded_book, scope="financing")
        funded_book.post(funded_book.draft("client_withdrawal", bank=-1, wang=1))

    def test_imposes_once_per_source(self, funded_book: SmallBook) -> None:
        assert [restrict(funded_book), restrict(funded_book), restrict(funded_book, source="hold")] == [
            1,
            0,
            1,
        ]


class TestLiftRestrictions:
    def test_lets_money_leave_again_when_the_last_source_has_lifted(self, funded_book: SmallBook) -> None:
        restrict(funded_book)
        restrict(funded_book, source="hold")
        withdrawal = funded_book.draft("client_withdrawal", bank=-1, wang=1)
        for source, refused in (("margin", True), ("hold", False)):
            lift_restrictions(
                account_ids=[funded_book.accounts["wang"]],
                scope="outflow",
                source=source,
                business_date=MONDAY + dt.timedelta(1),
            )
            if refused:
                with pytest.raises(refusals.AccountRestricted):
                    funded_book.post(withdrawal)
            else:
                funded_book.post(withdrawal)
        assert not Restriction.objects.filter(lifted_on__isnull=True).exists()
