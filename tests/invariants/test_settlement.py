"""What the database itself refuses of trades and corporate actions, whoever asks."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.services.violations import violated_constraint
from clearing.settlement.models import CorporateActionStep, RejectedTrade, Trade, TradeFile
from clearing.settlement.services.settle import settle_trades
from ledger.models import JournalEntry
from ledger.services.books import create_book
from tests.clearing.settlement.services.test_corporate_actions import announce_dividend
from tests.clearing.settlement.world import THURSDAY, World, row, world


@pytest.fixture(name="world")
def with_a_trade(db: None) -> World:
    made = world()
    made.deposit("F1", 5_000_000)
    made.book_trades(row())
    return made


def refused_by(statement: str) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return violated_constraint(error=refused.value)


def creation_refused_by(model: type[Any], **fields: object) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        model.objects.bulk_create([model(**fields)])
    return violated_constraint(error=refused.value)


def another(**change: object) -> dict[str, object]:
    """The booked trade again, under another reference, with a change."""
    trade = Trade.objects.get()
    fields = {field.attname: getattr(trade, field.attname) for field in Trade._meta.concrete_fields}
    return {**fields, "id": None, "broker_reference": "forged", **change}


class TestTrade:
    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"side": "held"}, "settlement_trade_side_known"),
            ({"quantity": 0}, "settlement_trade_amounts_positive"),
            ({"price_minor": 0}, "settlement_trade_amounts_positive"),
            ({"commission_minor": -1}, "settlement_trade_amounts_positive"),
            ({"overrun_minor": -1}, "settlement_trade_amounts_positive"),
            ({"net_minor": 1}, "settlement_trade_net_is_gross_and_costs"),
            ({"side": "sell"}, "settlement_trade_net_is_gross_and_costs"),
            ({"settlement_date": dt.date(2008, 9, 12)}, "settlement_trade_settles_after_trading"),
            ({"settled_on": THURSDAY}, "settlement_trade_settled_when_due"),
            ({"broker_reference": ""}, "settlement_trade_reference_present"),
        ],
    )
    def test_is_refused(self, world: World, change: dict[str, object], constraint: str) -> None:
        assert creation_refused_by(Trade, **another(**change)) == constraint

    def test_has_a_reference_of_its_own(self, world: World) -> None:
        again = another(broker_reference=Trade.objects.get().broker_reference)
        assert creation_refused_by(Trade, **again) == "settlement_trade_reference_unique"

    def test_is_booked_before_it_settles(self, world: World) -> None:
        entry = JournalEntry.objects.first()
        assert entry is not None
        forged = another(settled_entry_id=entry.pk, settled_on=THURSDAY)
        assert creation_refused_by(Trade, **forged) == "settlement_trade_booked_before_settled"

    def test_is_of_its_contract_s_book_and_currency(self, world: World) -> None:
        other = create_book(code="OTHER", name="Other pool", base_unit_code="USD")
        in_another_book = creation_refused_by(Trade, **another(book_id=other.pk))
        assert in_another_book == "settlement_trade_fits_contract"
        in_euro = creation_refused_by(Trade, **another(instrument_id=world.instruments["XETR:SAP"].pk))
        assert in_euro == "settlement_trade_fits_contract"

    def test_settles_once(self, world: World) -> None:
        settle_trades(book_id=world.book.pk, business_date=THURSDAY, maker_id=world.maker.pk)
        for attack in ("settled_entry_id = NULL, settled_on = NULL", "settled_on = settled_on + 1"):
            assert refused_by(f"UPDATE settlement_trade SET {attack}") == "settlement_trade_settled_once"

    def test_settles_no_earlier_than_due(self, world: World) -> None:
        early = (
            "UPDATE settlement_trade SET settled_entry_id = booked_entry_id, settled_on = settlement_date - 1"
        )
        assert refused_by(early) == "settlement_trade_settled_when_due"

    def test_changes_in_nothing_else_even_by_its_owner(self, world: World) -> None:
        """The login has no right to the other columns; the trigger holds whoever has."""
        for column in ("quantity", "net_minor", "contract_id", "booked_entry_id", "broker_reference"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(f"UPDATE settlement_trade SET {column} = {column}")

    @pytest.mark.parametrize(
        "attack",
        [
            "DELETE FROM {}",
            "TRUNCATE {} CASCADE",
            "UPDATE {} SET id = id",
        ],
    )
    @pytest.mark.parametrize(
        "table",
        [
            "settlement_trade",
            "settlement_tradefile",
            "settlement_rejectedtrade",
            "settlement_corporateactionstep",
            "settlement_corporateactionentry",
        ],
    )
    def test_and_its_like_are_only_added_to(self, world: World, table: str, attack: str) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(attack.format(table))


class TestTradeForItsOwner:
    @pytest.mark.django_db(transaction=True)
    def test_never_changes(self, owner_connection: Any) -> None:
        made = world()
        made.deposit("F1", 5_000_000)
        made.book_trades(row())
        with pytest.raises(Exception, match="settlement_trade_never_changes"):
            owner_connection.execute("UPDATE settlement_trade SET quantity = quantity + 1")


class TestTradeFile:
    def test_comes_once(self, world: World) -> None:
        file = TradeFile.objects.create(
            book=world.book,
            file_name="a",
            original=b"",
            sha256=b"same",
            received_at=dt.datetime(2008, 9, 18, tzinfo=dt.UTC),
        )
        fields = {field.attname: getattr(file, field.attname) for field in TradeFile._meta.concrete_fields}
        again = creation_refused_by(TradeFile, **{**fields, "id": None})
        assert again == "settlement_tradefile_content_unique"


class TestRejectedTrade:
    def test_names_its_reason(self, world: World) -> None:
        refused = creation_refused_by(
            RejectedTrade,
            book=world.book,
            business_date=THURSDAY,
            line_number=1,
            raw="",
            reason="No!",
            explanation="",
        )
        assert refused == "settlement_rejectedtrade_reason_named"


class TestCorporateActionStep:
    def test_is_reached_once(self, world: World) -> None:
        action = announce_dividend(world)
        step = {"action_id": action, "stage": "ex", "business_date": THURSDAY}
        CorporateActionStep.objects.create(**step)
        again = creation_refused_by(CorporateActionStep, **step)
        assert again == "settlement_corporateactionstep_reached_once"

    def test_is_one_of_two(self, world: World) -> None:
        unknown = creation_refused_by(
            CorporateActionStep, action_id=announce_dividend(world), stage="guessed", business_date=THURSDAY
        )
        assert unknown == "settlement_corporateactionstep_stage_known"
