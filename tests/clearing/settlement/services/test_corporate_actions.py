"""Dividends and splits: who is entitled on ex-date, and what arrives."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from clearing.marks.models import Mark
from clearing.marks.services.corporate_actions import DividendDraft, SplitDraft, announce_corporate_actions
from clearing.settlement.models import CorporateActionStep
from clearing.settlement.queries.corporate_actions import (
    TaxRemittance,
    instruments_awaiting_split,
    tax_remitted_on,
)
from clearing.settlement.services.corporate_actions import (
    FractionWithoutPrice,
    book_ex_date,
    book_payments,
)
from clearing.settlement.services.settle import settle_trades
from ledger.models import JournalEntry
from tests.clearing.settlement.world import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, World, row

CASH = "client/WANG/F1/cash"
SHARES = "client/WANG/F1/securities"


def announce_dividend(
    world: World, *, amount_micro: int = 50_000_000, tax_ppm: int = 100_000, pay_date: dt.date = THURSDAY
) -> int:
    """Half a dollar on IBM, ex Tuesday, unless told otherwise."""
    draft = DividendDraft(
        instrument_id=world.instruments["XNYS:IBM"].pk,
        announced_on=MONDAY,
        ex_date=TUESDAY,
        record_date=THURSDAY,
        pay_date=pay_date,
        amount_micro=amount_micro,
        tax_ppm=tax_ppm,
    )
    return announce_corporate_actions(book_id=world.book.pk, drafts=[draft])[0].pk


def announce_split(world: World, numerator: int, denominator: int = 1, *, ex_date: dt.date = TUESDAY) -> None:
    draft = SplitDraft(
        instrument_id=world.instruments["XNYS:IBM"].pk,
        announced_on=MONDAY,
        ex_date=ex_date,
        record_date=THURSDAY,
        pay_date=THURSDAY,
        ratio_numerator=numerator,
        ratio_denominator=denominator,
    )
    announce_corporate_actions(book_id=world.book.pk, drafts=[draft])


def ex(world: World) -> int:
    return len(book_ex_date(book_id=world.book.pk, business_date=THURSDAY, maker_id=world.maker.pk))


def pay(world: World) -> int:
    return len(book_payments(book_id=world.book.pk, business_date=THURSDAY, maker_id=world.maker.pk))


def price_ibm(world: World, price_minor: int) -> None:
    Mark.objects.create(
        book=world.book,
        instrument=world.instruments["XNYS:IBM"],
        session_date=MONDAY,
        state="official",
        price_minor=price_minor,
        usable_for_liquidation=True,
        epoch=1,
        quote_ids=[],
        rule_version="of the test",
    )


class TestDividend:
    def test_is_due_on_ex_date_and_arrives_on_pay_date_as_in_the_walk(self, world: World) -> None:
        """110,000 at 0.05 less 10 % tax: 5,500.00, 550.00 of it tax (walk.json, dividend ex, pay, tax)."""
        world.deliver("F1", "XNYS:IBM", 110_000)
        announce_dividend(world, amount_micro=5_000_000)
        assert ex(world) == 1
        assert world.stands_at("client/settlement/BANKA/cash-receivable") == 550_000
        assert world.stands_at(f"{CASH}/unsettled") == -495_000
        assert world.stands_at("client/tax-payable/BANKA") == -55_000
        assert pay(world) == 1
        assert world.totals() == {
            "client/custody/BANKA USD": 495_000,
            "client/custody/BANKA XNYS:IBM": 110_000,
            f"{CASH} USD": -495_000,
            f"{SHARES} XNYS:IBM": -110_000,
        }

    def test_belongs_to_who_held_on_trade_date_as_ex_date_opened(self, world: World) -> None:
        """Bought on Monday: entitled, though unsettled. Bought or sold on Tuesday, the ex-date: too late."""
        world.deposit("F1", 50_000_000)
        world.deliver("F1", "XNYS:IBM", 1_000)
        world.deliver("F2", "XNYS:IBM", 400)
        world.book_trades(
            row(quantity=300, trade_date=MONDAY),
            row(quantity=70, trade_date=TUESDAY),
            row(side="sell", quantity=1_000, trade_date=TUESDAY),
            row(contract_code="F2", side="sell", quantity=400, trade_date=MONDAY),
        )
        unsettled = world.stands_at(f"{CASH}/unsettled")
        announce_dividend(world, tax_ppm=0)
        ex(world)
        assert world.stands_at(f"{CASH}/unsettled") - unsettled == -1_300 * 50
        assert not JournalEntry.objects.filter(
            kind="dividend_ex", source_reference__endswith="BANKB"
        ).exists()

    @pytest.mark.parametrize(
        ("quantity", "amount_micro", "tax_ppm", "net"),
        [
            (1, 500_000, 0, 1),
            (1, 499_999, 0, 0),
            (3, 11_500_000, 0, 35),
            (5, 11_000_000, 100_000, 55 - 6),
            (4, 11_000_000, 100_000, 44 - 4),
        ],
    )
    def test_is_rounded_half_up(
        self, world: World, quantity: int, amount_micro: int, tax_ppm: int, net: int
    ) -> None:
        world.deliver("F1", "XNYS:IBM", quantity)
        announce_dividend(world, amount_micro=amount_micro, tax_ppm=tax_ppm)
        ex(world)
        assert world.stands_at(f"{CASH}/unsettled") == -net

    @pytest.mark.parametrize(
        ("quantities", "amount_micro", "tax_ppm", "nets"),
        [
            ((1, 1), 500_000, 0, (1, 0)),
            ((15, 15), 11_000_000, 100_000, (165 - 17, 165 - 16)),
            ((1, 2), 400_000, 1_000_000, (0, 0)),
            ((7, 1_000_003), 333_333, 150_000, (2, 283_334)),
        ],
    )
    def test_is_what_the_bank_pays_on_all_it_holds_shared_by_largest_remainder(
        self,
        world: World,
        quantities: tuple[int, int],
        amount_micro: int,
        tax_ppm: int,
        nets: tuple[int, int],
    ) -> None:
        """Half up for each holder alone would owe cents that the bank never pays: a break each time."""
        for contract, quantity in zip(("F2", "F3"), quantities, strict=True):
            world.deliver(contract, "XNYS:IBM", quantity)
        announce_dividend(world, amount_micro=amount_micro, tax_ppm=tax_ppm)
        ex(world)
        assert (
            -world.stands_at("client/OKAFOR/F2/cash/unsettled"),
            -world.stands_at("client/WANG/F3/cash/unsettled"),
        ) == nets
        gross = (2 * sum(quantities) * amount_micro + 1_000_000) // 2_000_000
        tax = (2 * gross * tax_ppm + 1_000_000) // 2_000_000
        assert world.stands_at("client/settlement/BANKB/cash-receivable") == gross
        assert world.stands_at("client/tax-payable/BANKB") == -tax

    def test_has_one_entry_for_all_holders_at_a_bank(self, world: World) -> None:
        for contract in ("F1", "F2"):
            world.deliver(contract, "XNYS:IBM", 100)
        announce_dividend(world)
        ex(world)
        pay(world)
        kinds = (
            JournalEntry.objects.exclude(kind="securities_in").order_by("id").values_list("kind", flat=True)
        )
        assert list(kinds) == ["dividend_ex"] * 2 + ["dividend_paid", "tax_remitted"] * 2

    def test_of_nobody_is_booked_as_done(self, world: World) -> None:
        announce_dividend(world)
        assert (ex(world), pay(world)) == (1, 1)
        assert (ex(world), pay(world)) == (0, 0)
        assert CorporateActionStep.objects.count() == 2
        assert not JournalEntry.objects.exists()

    def test_changes_nothing_the_second_time(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        announce_dividend(world)
        ex(world), pay(world)
        before = world.totals()
        assert (ex(world), pay(world)) == (0, 0)
        assert world.totals() == before

    def test_is_not_paid_before_its_pay_date(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        announce_dividend(world, pay_date=FRIDAY.replace(day=19))
        ex(world)
        assert pay(world) == 0
        assert world.stands_at(CASH) == 0

    def test_is_not_paid_before_it_is_due(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        announce_dividend(world)
        assert pay(world) == 0

    def test_tells_what_tax_the_custodian_has_to_pay_on(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        action = announce_dividend(world)
        ex(world), pay(world)
        assert tax_remitted_on(book_id=world.book.pk, business_date=THURSDAY) == [
            TaxRemittance(f"corporate-action:{action}/BANKA", "BANKA", "USD", 5_000)
        ]

    def test_needs_few_statements(
        self, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        announce_dividend(world)
        with django_assert_max_num_queries(12):
            ex(world)
        with django_assert_max_num_queries(12):
            pay(world)


class TestSplit:
    def test_doubles_what_is_held_as_in_the_walk(self, world: World) -> None:
        """110,000 become 220,000; the new ones are credited later (walk.json, split eff., split credited)."""
        world.deliver("F1", "XNYS:IBM", 110_000)
        announce_split(world, 2)
        ex(world)
        assert world.stands_at("client/settlement/BANKA/securities-receivable", "XNYS:IBM") == 110_000
        assert world.stands_at(f"{SHARES}/unsettled", "XNYS:IBM") == -110_000
        pay(world)
        assert world.totals() == {
            "client/custody/BANKA XNYS:IBM": 220_000,
            f"{SHARES} XNYS:IBM": -220_000,
        }

    def test_covers_what_was_bought_before_and_not_what_was_traded_since(self, world: World) -> None:
        """The Monday's purchase settles in old shares and its new ones come with the split's."""
        world.deposit("F1", 50_000_000)
        world.deliver("F1", "XNYS:IBM", 100)
        world.book_trades(row(quantity=30), row(quantity=7, trade_date=TUESDAY, price_minor=600))
        announce_split(world, 2)
        ex(world)
        settle_trades(book_id=world.book.pk, business_date=THURSDAY, maker_id=world.maker.pk)
        pay(world)
        assert world.stands_at(SHARES, "XNYS:IBM") == -260
        assert world.stands_at(f"{SHARES}/unsettled", "XNYS:IBM") == -7
        assert world.stands_at("client/custody/BANKA", "XNYS:IBM") == 260

    def test_pays_cash_in_lieu_of_a_fraction(self, world: World) -> None:
        """3 for 2 of 101 shares: 151 and half a new one, worth half of two thirds of 90.01."""
        world.deliver("F1", "XNYS:IBM", 101)
        price_ibm(world, 9_001)
        announce_split(world, 3, 2)
        ex(world)
        pay(world)
        assert world.stands_at(SHARES, "XNYS:IBM") == -151
        assert world.stands_at(CASH) == -3_000
        assert world.stands_at("client/custody/BANKA") == 3_000

    def test_merges_shares_and_pays_the_rest(self, world: World) -> None:
        """1 for 10 of 57 shares: 5, and seven tenths of a new one at ten times 2.00."""
        world.deliver("F1", "XNYS:IBM", 57)
        price_ibm(world, 200)
        announce_split(world, 1, 10)
        ex(world)
        pay(world)
        assert world.totals() == {
            "client/custody/BANKA USD": 1_400,
            "client/custody/BANKA XNYS:IBM": 5,
            f"{CASH} USD": -1_400,
            f"{SHARES} XNYS:IBM": -5,
        }

    def test_refuses_to_guess_the_price_of_a_fraction(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 101)
        announce_split(world, 3, 2)
        with pytest.raises(FractionWithoutPrice):
            ex(world)
        assert not CorporateActionStep.objects.exists()

    def test_makes_prices_wait_until_it_is_booked(self, world: World) -> None:
        announce_split(world, 2, ex_date=WEDNESDAY)
        ibm = world.instruments["XNYS:IBM"].pk
        assert instruments_awaiting_split(book_id=world.book.pk, business_date=TUESDAY) == set()
        assert instruments_awaiting_split(book_id=world.book.pk, business_date=WEDNESDAY) == {ibm}
        ex(world)
        assert instruments_awaiting_split(book_id=world.book.pk, business_date=WEDNESDAY) == set()

    def test_comes_after_the_dividend_of_the_same_day(self, world: World) -> None:
        """A dividend on the old shares."""
        world.deliver("F1", "XNYS:IBM", 100)
        announce_split(world, 2)
        announce_dividend(world, tax_ppm=0)
        assert ex(world) == 2
        assert world.stands_at(f"{CASH}/unsettled") == -5_000
