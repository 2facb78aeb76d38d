"""Instruments, sources and volumes."""

import pytest

from clearing.marks.models import Instrument, PriceSource
from clearing.marks.services.instruments import (
    InstrumentDraft,
    UnitUnknown,
    WrongKindOfUnit,
    record_average_daily_volumes,
    register_instruments,
    register_price_sources,
)
from tests.clearing.marks.market import SmallMarket


def draft(unit: str, currency: str = "USD") -> InstrumentDraft:
    return InstrumentDraft(unit_code=unit, currency_code=currency, calendar_code="XNYS", settlement_days=3)


class TestRegisterInstruments:
    def test_leaves_history(self, market: SmallMarket) -> None:
        (row,) = market.ibm.history.all()
        assert (row.history_type, row.history_change_reason, row.history_user_id) == (
            "+",
            "listed",
            market.maker.pk,
        )

    def test_refuses_an_unknown_unit(self, market: SmallMarket) -> None:
        with pytest.raises(UnitUnknown, match="XNYS:XYZ"):
            register_instruments(drafts=[draft("XNYS:XYZ")], actor_id=market.maker.pk, reason="listed")

    @pytest.mark.parametrize(("unit", "currency"), [("USD", "USD"), ("XNYS:IBM", "XNAS:MSFT")])
    def test_refuses_a_unit_of_the_wrong_kind(self, market: SmallMarket, unit: str, currency: str) -> None:
        with pytest.raises(WrongKindOfUnit):
            register_instruments(drafts=[draft(unit, currency)], actor_id=market.maker.pk, reason="listed")


class TestRegisterPriceSources:
    def test_leaves_those_that_are_there(self, market: SmallMarket) -> None:
        sources = register_price_sources(labels={"anchor": "Renamed", "echo": "Echo"})
        assert {code: source.label for code, source in sources.items()} == {
            "anchor": "Anchor Data",
            "echo": "Echo",
        }
        assert PriceSource.objects.count() == 4


class TestRecordAverageDailyVolumes:
    def test_writes_history_of_what_changed_only(self, market: SmallMarket) -> None:
        volumes = {market.ibm.pk: 7_000_000, market.msft.pk: 58_000_000}
        assert record_average_daily_volumes(volumes=volumes, actor_id=market.maker.pk, reason="monthly") == 2
        volumes[market.ibm.pk] = 8_000_000
        assert record_average_daily_volumes(volumes=volumes, actor_id=market.maker.pk, reason="monthly") == 1
        assert Instrument.objects.get(pk=market.ibm.pk).average_daily_volume == 8_000_000
        assert market.ibm.history.count() == 3
        assert market.msft.history.count() == 2
