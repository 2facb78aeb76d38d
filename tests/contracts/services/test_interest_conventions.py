"""The book's accrual by every convention: golden vectors through the real services and the database."""

import datetime as dt
from dataclasses import replace

import pytest

from contracts.models import FinancingContract, InterestAdjustment, PenaltyAccrual
from contracts.services.capitalisation import capitalise_due_interest
from contracts.services.interest import AccrualResult, accrue_interest
from contracts.services.interest_collection import collect_interest
from contracts.services.penalty import accrue_penalties
from contracts.services.repayment import repay
from contracts.services.terms import TermsDraft
from ledger.models import JournalEntry
from tests.contracts.builders import TERMS, Lending, lending


def opened(
    on: dt.date, draft: TermsDraft, matures_on: dt.date | None = None
) -> tuple[Lending, FinancingContract]:
    """A book whose first day is the given one, and a million drawn under the terms."""
    book = lending(day=on)
    book.put_terms_in_force("OWN", draft)
    book.terms["MARGIN"] = book.terms["OWN"]
    return book, book.drawn(matures_on=matures_on)


def accrue(book: Lending, day: dt.date) -> AccrualResult:
    if day != book.day:
        book.advance(day)
    return accrue_interest(book_id=book.book.id, business_date=day, maker_id=book.maker.id)


def pay_back(book: Lending, contract: FinancingContract, amount: int, value_date: dt.date) -> None:
    repay(
        contract_id=contract.pk,
        amount_minor=amount,
        booking_date=book.day,
        value_date=value_date,
        maker_id=book.maker.id,
        idempotency_key=f"back-{book.day}-{amount}",
    )


@pytest.mark.django_db
class TestDayCounts:
    @pytest.mark.parametrize(
        ("day_count", "start", "end", "amount"),
        [
            ("ACT_365F", dt.date(2028, 1, 1), dt.date(2029, 1, 1), 65_178_08),  # I6
            ("ACT_360", dt.date(2026, 1, 1), dt.date(2026, 1, 31), 5_416_67),  # I3
            ("THIRTY_360_BOND", dt.date(2026, 1, 31), dt.date(2026, 2, 28), 5_055_56),  # I4, 28 days
            ("THIRTY_360_BOND", dt.date(2026, 2, 28), dt.date(2026, 3, 31), 5_958_33),  # 33
            ("THIRTY_360_US", dt.date(2026, 2, 28), dt.date(2026, 3, 31), 5_416_67),  # 30
            ("THIRTY_E_360", dt.date(2026, 2, 28), dt.date(2026, 3, 31), 5_777_78),  # 32
            ("THIRTY_E_360_ISDA", dt.date(2026, 1, 31), dt.date(2026, 2, 28), 5_416_67),  # 30
            ("ACT_ACT_ISDA", dt.date(2027, 7, 1), dt.date(2028, 7, 1), 65_089_53),
        ],
    )
    def test_come_to_the_golden_figure_in_two_runs(
        self, day_count: str, start: dt.date, end: dt.date, amount: int
    ) -> None:
        book, contract = opened(start, replace(TERMS, day_count=day_count, rule_pack="PLATFORM"))
        half = start + (end - start) // 2
        first = accrue(book, half).client_minor
        assert first + accrue(book, end).client_minor == amount
        assert book.of(contract).interest_minor == amount

    def test_takes_an_earlier_drawdown_for_the_origin_of_thirty_days(self) -> None:
        book = lending(day=dt.date(2026, 1, 29))
        book.terms["MARGIN"] = book.put_terms_in_force("OWN", replace(TERMS, day_count="THIRTY_360_BOND"))
        contract = book.open()
        book.advance(dt.date(2026, 1, 30))
        book.deposit(contract, 50_000_000)
        book.fund("AURORA", 100_000_000)
        book.fund("BEACON", 100_000_000)
        book.draw(contract, 100_000_000)
        accrue(book, dt.date(2026, 2, 10))
        book.draw(contract, 10_000_000, value_date=dt.date(2026, 1, 29))
        posted = accrue(book, dt.date(2026, 3, 31))
        # From the 29th: 62 days of 100,000; a million from the 30th counts 62 less one.
        assert book.of(contract).interest_minor == round((10_000_000 * 62 + 100_000_000 * 61) * 0.065 / 360)
        assert posted.adjusted_minor > 0
        assert JournalEntry.objects.get(kind_id="interest_adjusted").value_date == dt.date(2026, 1, 29)


@pytest.mark.django_db
class TestSameDay:
    DAY = dt.date(2026, 1, 5)

    @pytest.mark.parametrize(("rule", "amount"), [("ONE_DAY", 180_56), ("FREE", 0)])
    def test_counts_one_day_where_the_terms_say_so(self, rule: str, amount: int) -> None:
        book, contract = opened(self.DAY, replace(TERMS, day_count="ACT_360", same_day_rule=rule))
        pay_back(book, contract, 100_000_000, self.DAY)
        assert accrue(book, self.DAY).client_minor == amount  # I16
        assert accrue(book, self.DAY + dt.timedelta(days=1)).client_minor == 0
        assert [one.interest_minor > 0 for one in book.of(contract).tranches[:2]] == [bool(amount)] * 2

    def test_counts_nights_as_ever_from_friday_to_monday(self) -> None:
        friday = dt.date(2026, 1, 9)
        book, _ = opened(friday, replace(TERMS, day_count="ACT_360", same_day_rule="ONE_DAY"))
        assert accrue(book, friday + dt.timedelta(days=3)).client_minor == 541_67

    def test_keeps_the_day_beside_a_later_loan(self) -> None:
        book, contract = opened(self.DAY, replace(TERMS, day_count="ACT_360", same_day_rule="ONE_DAY"))
        pay_back(book, contract, 100_000_000, self.DAY)
        accrue(book, self.DAY)
        book.advance(self.DAY + dt.timedelta(days=1))
        book.draw(contract, 100_000_000)
        accrue(book, self.DAY + dt.timedelta(days=3))
        assert book.of(contract).interest_minor == 541_67


@pytest.mark.django_db
class TestLatePrincipal:
    def test_is_one_adjustment_valued_on_its_day(self) -> None:
        start = dt.date(2026, 1, 5)
        book, contract = opened(start, TERMS)
        accrue(book, start + dt.timedelta(days=10))
        book.advance(start + dt.timedelta(days=12))
        book.draw(contract, 20_000_000, value_date=start + dt.timedelta(days=4))
        done = accrue(book, book.day)
        assert done.adjusted_minor == round((100_000_000 * 10 + 20_000_000 * 6) * 0.065 / 365) - 178082
        entry = JournalEntry.objects.get(kind_id="interest_adjusted")
        assert (entry.value_date, entry.booking_date) == (start + dt.timedelta(days=4), book.day)
        # Client and both funders, each with its exact difference.
        assert InterestAdjustment.objects.count() == 3
        assert book.of(contract).interest_minor == round((100_000_000 * 12 + 20_000_000 * 8) * 0.065 / 365)
        assert accrue(book, book.day + dt.timedelta(days=1)).adjusted_minor == 0


@pytest.mark.django_db
class TestAccruePenalties:
    START, MATURITY = dt.date(2026, 1, 1), dt.date(2026, 1, 31)

    def penalties(self, book: Lending) -> int:
        return accrue_penalties(
            book_id=book.book.id, business_date=book.day, maker_id=book.maker.id
        ).penalty_minor

    def test_runs_instead_of_interest_once_the_grace_is_over(self) -> None:
        draft = replace(TERMS, penalty_grace_days=2)
        book, contract = opened(self.START, draft, matures_on=self.MATURITY)
        accrue(book, self.MATURITY)
        assert (book.of(contract).interest_minor, self.penalties(book)) == (534247, 0)
        accrue(book, self.MATURITY + dt.timedelta(days=6))
        # Contract interest for the grace; then 1.5 times the rate on principal and interest due.
        assert book.of(contract).interest_minor == round(100_000_000 * 32 * 0.065 / 365)
        assert self.penalties(book) == round(100_534_247 * 4 * 0.0975 / 365)
        assert self.penalties(book) == 0
        accrue(book, self.MATURITY + dt.timedelta(days=14))
        self.penalties(book)
        assert book.of(contract).penalty_minor == round(100_534_247 * 12 * 0.0975 / 365)
        assert PenaltyAccrual.objects.filter(posted_minor__gt=0).count() == 2

    def test_comes_to_the_golden_figure(self) -> None:
        """I8: 105,342.47 overdue for twelve days at 9.75 % is 337.67."""
        book, contract = opened(self.START, TERMS, matures_on=self.MATURITY)
        accrue(book, self.MATURITY)
        pay_back(book, contract, 90_000_000, self.MATURITY)
        accrue(book, self.MATURITY + dt.timedelta(days=12))
        assert self.penalties(book) == 337_67
        assert book.of(contract).interest_minor == 534247

    def test_runs_on_top_where_the_terms_say_so(self) -> None:
        book, contract = opened(self.START, replace(TERMS, penalty_mode="ON_TOP"), matures_on=self.MATURITY)
        accrue(book, self.MATURITY + dt.timedelta(days=10))
        assert book.of(contract).interest_minor == round(100_000_000 * 40 * 0.065 / 365)
        assert self.penalties(book) == round(100_534_247 * 10 * 0.0975 / 365)

    def test_puts_itself_right_after_a_late_payment(self) -> None:
        book, contract = opened(self.START, TERMS, matures_on=self.MATURITY)
        accrue(book, self.MATURITY + dt.timedelta(days=10))
        self.penalties(book)
        book.advance(self.MATURITY + dt.timedelta(days=11))
        pay_back(book, contract, 100_000_000, self.MATURITY + dt.timedelta(days=1))
        accrue(book, book.day)
        assert self.penalties(book) < 0
        assert book.of(contract).penalty_minor == round((100_534_247 + 534_247 * 10) * 0.0975 / 365)


@pytest.mark.django_db
class TestCapitaliseDueInterest:
    def test_makes_interest_principal_by_the_calendar(self) -> None:
        """I10: 5,520.55 in January, then 5,013.83 in February on the larger principal."""
        book, contract = opened(dt.date(2026, 1, 1), replace(TERMS, capitalisation_months=1))
        book.deposit(contract, 10_000_000)
        for day, amount in ((dt.date(2026, 2, 1), 552_055), (dt.date(2026, 3, 1), 501_383)):
            assert accrue(book, day).client_minor == amount
            done = capitalise_due_interest(book_id=book.book.id, business_date=day, maker_id=book.maker.id)
            assert (len(done.entries), done.collected_minor) == (1, amount)
            again = capitalise_due_interest(book_id=book.book.id, business_date=day, maker_id=book.maker.id)
            assert again.entries == ()
        balances = book.of(contract)
        assert (balances.principal_minor, balances.interest_minor) == (101_053_438, 0)
        assert sum(one.principal_minor for one in balances.tranches) == 101_053_438
        assert [one.interest_minor for one in balances.tranches] == [0, 0, 0]

    def test_is_not_collected_before(self) -> None:
        book, contract = opened(dt.date(2026, 1, 1), replace(TERMS, capitalisation_months=3))
        accrue(book, dt.date(2026, 2, 1))
        who = {"book_id": book.book.id, "business_date": book.day, "maker_id": book.maker.id}
        assert collect_interest(**who).entries == ()  # type: ignore[arg-type]
        assert capitalise_due_interest(**who).entries == ()  # type: ignore[arg-type]
        assert book.of(contract).interest_minor == 552_055
