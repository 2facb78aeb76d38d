"""Announcements."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from clearing.marks.models import CorporateAction
from clearing.marks.queries.epochs import epochs_on, instrument_epoch
from clearing.marks.services.corporate_actions import (
    AlreadyAnnounced,
    AnnouncementMalformed,
    DividendDraft,
    SplitDraft,
    announce_corporate_actions,
)
from tests.clearing.marks.market import FRIDAY, MONDAY, TUESDAY, SmallMarket


def dividend(market: SmallMarket) -> DividendDraft:
    return DividendDraft(
        instrument_id=market.msft.pk,
        announced_on=FRIDAY,
        ex_date=MONDAY,
        record_date=TUESDAY,
        pay_date=dt.date(2008, 10, 15),
        amount_micro=11_000_000,
        tax_ppm=100_000,
    )


def split(market: SmallMarket) -> SplitDraft:
    return SplitDraft(
        instrument_id=market.ibm.pk,
        announced_on=FRIDAY,
        ex_date=MONDAY,
        record_date=TUESDAY,
        pay_date=TUESDAY,
        ratio_numerator=2,
        ratio_denominator=1,
    )


class TestAnnounceCorporateActions:
    def test_keeps_what_was_announced(self, market: SmallMarket) -> None:
        announce_corporate_actions(book_id=market.book.pk, drafts=[dividend(market), split(market)])
        assert CorporateAction.objects.count() == 2

    def test_refuses_a_second_announcement(self, market: SmallMarket) -> None:
        announce_corporate_actions(book_id=market.book.pk, drafts=[dividend(market)])
        with pytest.raises(AlreadyAnnounced):
            announce_corporate_actions(book_id=market.book.pk, drafts=[split(market), dividend(market)])
        assert CorporateAction.objects.count() == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"amount_micro": 0},
            {"tax_ppm": 1_000_001},
            {"announced_on": TUESDAY},
            {"record_date": FRIDAY},
            {"pay_date": MONDAY},
        ],
    )
    def test_refuses_a_dividend_that_none_pays(self, market: SmallMarket, change: dict[str, Any]) -> None:
        with pytest.raises(AnnouncementMalformed):
            announce_corporate_actions(
                book_id=market.book.pk,
                drafts=[dataclasses.replace(dividend(market), **change)],
            )

    @pytest.mark.parametrize("change", [{"ratio_numerator": 1}, {"ratio_denominator": 0}])
    def test_refuses_a_split_of_nothing(self, market: SmallMarket, change: dict[str, Any]) -> None:
        with pytest.raises(AnnouncementMalformed):
            announce_corporate_actions(
                book_id=market.book.pk, drafts=[dataclasses.replace(split(market), **change)]
            )


class TestEpochs:
    def test_count_splits_whose_ex_date_has_come(self, market: SmallMarket) -> None:
        announce_corporate_actions(book_id=market.book.pk, drafts=[dividend(market), split(market)])
        assert epochs_on(book_id=market.book.pk, business_date=FRIDAY) == {
            market.ibm.pk: 1,
            market.msft.pk: 1,
        }
        assert epochs_on(book_id=market.book.pk, business_date=MONDAY) == {
            market.ibm.pk: 2,
            market.msft.pk: 1,
        }
        one = instrument_epoch(book_id=market.book.pk, instrument_id=market.ibm.pk, business_date=MONDAY)
        assert one == 2
