"""The posting rule, clause by clause: each request breaks one clause only, or would break a careless one.

Found by dropping and turning every clause of `posting_rule.sql` in turn: each of these is what one of them
alone refuses or lets pass.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest
from django.db import connection, transaction

from ledger.models import Account, BalanceDelta
from ledger.queries.balances import balance
from ledger.services import refusals
from ledger.services.posting import EntryDraft
from ledger.services.restrictions import RestrictionDraft, impose_restrictions, lift_restrictions
from tests.invariants.attack import COLUMNS, entry_with, two_legs
from tests.invariants.rows import refused
from tests.invariants.test_ledger_clauses import add_account
from tests.ledger.builders import MONDAY, SmallBook, small_book

TUESDAY = MONDAY + dt.timedelta(1)


@pytest.fixture
def book(db: None) -> SmallBook:
    """Wang and Okafor hold 500.00 each, Harbour 900.00; the reserve has a bank and a fund."""
    made = small_book()
    made.post(
        made.draft("client_deposit", bank=1000_00, wang=-500_00, okafor=-500_00),
        made.draft("funder_deposit", funder_bank=900_00, harbour=-900_00),
        made.draft("securities_in", vault=100, wang_shares=-100),
    )
    add_account(made, "reserve_bank", "reserve", "custody")
    add_account(made, "fund", "reserve", "reserve_fund")
    add_account(made, "lender", "funder", "funder_available", like="okafor")
    return made


def raw(book: SmallBook, postings: str, rule: str, **changes: object) -> None:
    statement, arguments = entry_with(book, postings, **changes)
    with refused(rule), connection.cursor() as cursor:
        cursor.execute(statement, arguments)  # type: ignore[arg-type]


def legs(*rows: Mapping[str, str]) -> str:
    """Postings of `e`, each with its own account, amount and number, and what else is said otherwise."""
    usual = {"unit": "%(usd)s", "book": "%(book)s", "day": "%(day)s::date", "value": "%(day)s::date"}
    return " UNION ALL ".join(
        "SELECT e.id, {account}, {amount}, {no}, {unit}, {book}, {day}, {value} FROM e".format(
            **{**usual, "no": str(number), **row}
        )
        for number, row in enumerate(rows, start=1)
    )


def leg(account: str, amount: int, **more: str) -> Mapping[str, str]:
    return {"account": f"%({account})s", "amount": str(amount), **more}


class TestShape:
    def test_one_of_two_accounts_in_the_unit_of_the_postings_is_not_enough(self, book: SmallBook) -> None:
        raw(book, two_legs("bank", "wang_shares"), "ledger_posting_unit_agrees")

    def test_one_of_two_accounts_that_is_there_is_not_enough(self, book: SmallBook) -> None:
        raw(book, two_legs(credit="ghost"), "ledger_posting_account_exists", ghost=999_999)

    def test_one_of_two_accounts_in_the_book_is_not_enough(self, book: SmallBook) -> None:
        stranger = small_book(code="OTHER", day=None).accounts["wang"]
        raw(book, two_legs(credit="stranger"), "ledger_posting_book_agrees", stranger=stranger)

    def test_each_posting_in_the_book_of_its_account_is_not_enough(self, book: SmallBook) -> None:
        other = small_book(code="OTHER", day=None)
        postings = legs(leg("bank", 5), leg("stranger", -5, book="%(other)s"))
        names = {"stranger": other.accounts["wang"], "other": other.book.id}
        raw(book, postings, "ledger_posting_book_agrees", **names)

    @pytest.mark.parametrize("date", ["day", "value"])
    @pytest.mark.parametrize("days", [-1, 1])
    def test_one_of_two_postings_on_the_date_of_the_entry_is_not_enough(
        self, book: SmallBook, date: str, days: int
    ) -> None:
        other = {date: f"%(day)s::date + {days}"}
        raw(book, legs(leg("bank", 5), leg("wang", -5, **other)), "ledger_posting_dates_agree")

    @pytest.mark.parametrize("column", ["booking_date", "value_date"])
    def test_both_on_another_date_are_refused(self, book: SmallBook, column: str) -> None:
        # Other numbers, or the same would be there already.
        other = COLUMNS.replace("posting_no", "posting_no + 10").replace(column, f"{column} + 1")
        again = f"INSERT INTO ledger_posting ({COLUMNS}) SELECT {other} FROM ledger_posting"
        with refused("ledger_posting_dates_agree"), connection.cursor() as cursor:
            cursor.execute(f"{again} WHERE account_id = %s", [book.accounts["vault"]])

    def test_postings_of_no_entry_are_refused(self, book: SmallBook) -> None:
        raw(book, two_legs(entry="e.id + 999"), "ledger_journalentry_brings_postings")
        stray = f"INSERT INTO ledger_posting ({COLUMNS}) VALUES (%(no)s, %(bank)s, 5, 1, %(usd)s, %(book)s,"
        stray += " '2008-09-15', '2008-09-15')"
        names = {**book.accounts, "no": 10**9, "usd": book.units["USD"], "book": book.book.id}
        with refused("ledger_posting_entry_exists"), connection.cursor() as cursor:
            cursor.execute(stray, names)


class TestCompleteness:
    @pytest.mark.parametrize(
        ("numbers", "count"), [((1, 3), 3), ((1, 3), 2), ((1, 2), 3), ((1, 2, 3), 2), ((1, 2, 4), 3)]
    )
    def test_takes_every_number_up_to_the_count(
        self, book: SmallBook, numbers: tuple[int, ...], count: int
    ) -> None:
        amounts = [5 * (len(numbers) - 1), *[-5] * (len(numbers) - 1)]
        names = ["bank", "wang", "okafor"]
        rows = [
            leg(name, amount, no=str(number))
            for name, amount, number in zip(names, amounts, numbers, strict=False)
        ]
        raw(book, legs(*rows), "ledger_posting_entry_complete", count=count)

    def test_is_asked_of_an_entry_in_two_units_as_a_whole(self, book: SmallBook) -> None:
        share = {"unit": "%(ibm)s"}
        rows = [leg("wang", 5), leg("bank", -5), leg("vault", 1, **share), leg("wang_shares", -1, **share)]
        kind = "trade_buy_settled"
        raw(book, legs(*rows), "ledger_posting_entry_complete", count=5, kind=kind)
        statement, arguments = entry_with(book, legs(*rows), count=4, kind=kind)
        with connection.cursor() as cursor:
            cursor.execute(statement, arguments)  # type: ignore[arg-type]
        assert balance(account_id=book.accounts["vault"]) == 101


class TestBalance:
    @pytest.mark.parametrize("lonely", ["unallocated", "harbour", "fund", "spread", "loan"])
    @pytest.mark.parametrize("amount", [-5, 5])
    def test_is_kept_in_every_ring_by_itself(self, book: SmallBook, lonely: str, amount: int) -> None:
        with pytest.raises(refusals.UnbalancedEntry):
            book.post(book.draft_of("interest_accrued", {"interest": 9, "spread": -9, lonely: amount}))

    def test_of_one_ring_is_not_made_up_by_another(self, book: SmallBook) -> None:
        with pytest.raises(refusals.UnbalancedEntry):
            book.post(book.draft("interest_accrued", unallocated=5, harbour=-5))

    def test_of_one_unit_is_not_made_up_by_another(self, book: SmallBook) -> None:
        with pytest.raises(refusals.UnbalancedEntry):
            book.post(book.draft("client_deposit", bank=5, wang_shares=-5))

    def test_of_one_entry_is_not_made_up_by_another(self, book: SmallBook) -> None:
        with pytest.raises(refusals.UnbalancedEntry):
            book.post(
                book.draft("client_deposit", bank=6, wang=-5), book.draft("client_deposit", bank=5, wang=-6)
            )

    def test_of_one_contract_is_not_made_up_by_another(self, book: SmallBook) -> None:
        with pytest.raises(refusals.UnbalancedEntry):
            book.post(book.draft("interest_accrued", loan=5, loan_2=-5))

    def test_of_contracts_says_nothing_of_other_rings(self, book: SmallBook) -> None:
        """One entry repays two contracts: only principal is kept by contract."""
        (funded,) = Account.objects.filter(pk=book.accounts["funded"])
        funded.pk, funded.contract_code, funded.address = None, "F2", "contract/F2/funded/H1"
        funded.save(force_insert=True)
        book.accounts["funded_2"] = funded.pk
        owed = {"loan": 5, "funded": -5, "loan_2": 6, "funded_2": -6}
        book.post(book.draft_of("interest_capitalised", owed))
        paid = {name: -amount for name, amount in owed.items()}
        moved = {"harbour": -11, "funder_bank": 11, "bank": -11, "wang": 5, "okafor": 6}
        book.post(book.draft_of("repayment", {**paid, **moved}))
        assert balance(account_id=book.accounts["okafor"]) == -499_94


class TestFlows:
    def test_out_of_the_reserve_need_a_permitted_way(self, book: SmallBook) -> None:
        with pytest.raises(refusals.FlowNotPermitted):
            book.post(book.draft("reserve_contribution", reserve_bank=-5, fund=5, house_bank=5, capital=-5))

    def test_into_the_reserve_need_one_too(self, book: SmallBook) -> None:
        with pytest.raises(refusals.FlowNotPermitted):
            book.post(book.draft("reserve_contribution", reserve_bank=5, fund=-5, bank=-5, wang=5))


class TestOwners:
    def test_may_both_give(self, book: SmallBook) -> None:
        book.post(book.draft("client_withdrawal", bank=-10, wang=5, okafor=5))

    def test_may_both_receive(self, book: SmallBook) -> None:
        book.post(book.draft("client_deposit", bank=10, wang=-5, okafor=-5))

    def test_may_move_their_own_beside_anothers(self, book: SmallBook) -> None:
        book.post(book.draft("client_withdrawal", bank=-5, okafor=5, wang=7, wang_other=-7))
        book.post(book.draft("client_deposit", bank=5, okafor=-5, wang=7, wang_other=-7))
        assert balance(account_id=book.accounts["wang_other"]) == -14

    def test_may_do_so_in_two_entries_at_once(self, book: SmallBook) -> None:
        book.post(
            book.draft("client_withdrawal", bank=-10, wang=5, okafor=5),
            book.draft("client_deposit", bank=10, wang=-5, okafor=-5),
        )

    def test_of_two_rings_pay_each_other(self, book: SmallBook) -> None:
        book.post(book.draft("interest_collected", wang=5, bank=-5, funder_bank=5, harbour=-5))

    def test_in_one_ring_are_not_excused_by_another(self, book: SmallBook) -> None:
        """Okafor takes Wang's money as a client while as a lender he is paid out as much."""
        with pytest.raises(refusals.OwnerMismatch):
            book.post(book.draft("funder_withdrawal", wang=5, okafor=-5, lender=5, funder_bank=-5))


def with_unknown_account(book: SmallBook, kind: str) -> EntryDraft:
    book.accounts["ghost"] = 999_999
    return book.draft(kind, bank=1, ghost=-1)


class TestSeveralEntriesOfOneStatement:
    """They come back in groups by kind and way: nothing found in one is lost to the next."""

    KINDS = (("client_deposit", "receipt_identified"), ("receipt_identified", "client_deposit"))

    @pytest.mark.parametrize(("one", "two"), KINDS)
    def test_are_refused_for_the_first_rule_that_any_breaks(
        self, book: SmallBook, one: str, two: str
    ) -> None:
        book.accounts["stranger"] = small_book(code="OTHER", day=None).accounts["wang"]
        stray = book.draft(two, unallocated=1, stranger=-1)
        with pytest.raises(refusals.UnknownAccount):
            book.post(with_unknown_account(book, one), stray)
        with pytest.raises(refusals.UnknownAccount):
            book.post(with_unknown_account(book, one), book.draft("of_my_own", bank=1, wang=-1))
        with pytest.raises(refusals.UnknownKind):
            book.post(
                book.draft("of_my_own", bank=1, wang=-1), book.draft("interest_accrued", bank=1, wang=-1)
            )

    @pytest.mark.parametrize("bad", range(4))
    @pytest.mark.parametrize("good", ["client_deposit", "client_withdrawal", "house_capital"])
    def test_are_all_looked_at(self, book: SmallBook, bad: int, good: str) -> None:
        """A good one in a group of its own, whichever comes first."""
        kinds = ["receipt_identified", "trade_sold", "interest_accrued", "drawdown"]
        wrong, rule = [
            ({"wang": 5, "okafor": -5}, refusals.OwnerMismatch),
            ({"wang": 5, "wang_other": -4}, refusals.UnbalancedEntry),
            ({"loan": 5, "loan_2": -5}, refusals.UnbalancedEntry),
            ({"house_bank": 5, "capital": -5}, refusals.FlowNotPermitted),
        ][bad]
        right = {
            "client_deposit": {"bank": 5, "wang": -3, "okafor": -2},
            "client_withdrawal": {"bank": -5, "wang": 3, "okafor": 2},
            "house_capital": {"house_bank": 5, "capital": -5},
        }[good]
        for kind in kinds:
            with pytest.raises(rule), transaction.atomic():
                book.post(book.draft_of(good, right), book.draft_of(kind, wrong))

    @pytest.mark.parametrize(
        "good", ["client_deposit", "client_withdrawal", "receipt_identified", "trade_sold"]
    )
    def test_are_mirrored_where_they_reverse(self, book: SmallBook, good: str) -> None:
        (first,) = book.post(book.draft("interest_accrued", interest=5, spread=-5))
        reversal = replace(book.draft("interest_accrued", interest=-4, spread=4), reverses_id=first.entry_id)
        right = {"bank": -2, "wang": 2} if good == "client_withdrawal" else {"wang": 2, "wang_other": -2}
        with pytest.raises(refusals.ReversalNotMirror):
            book.post(reversal, book.draft_of(good, right))

    @pytest.mark.parametrize("good", ["client_deposit", "client_withdrawal", "receipt_identified"])
    def test_are_complete_each(self, book: SmallBook, good: str) -> None:
        amounts = {
            "client_deposit": ("bank", "wang"),
            "client_withdrawal": ("wang", "bank"),
            "receipt_identified": ("wang", "wang_other"),
        }[good]
        whole, arguments = entry_with(book, two_legs(*amounts), kind=good)
        part, others = entry_with(book, two_legs("loan", "funded"), kind="drawdown", key="k2", count=3)
        for name in ("kind", "key", "count"):
            part = part.replace(f"%({name})s", f"%({name}_2)s")
            arguments[f"{name}_2"] = others[name]
        part = part.removeprefix("WITH ").replace("e AS", "e2 AS").replace("p AS", "p2 AS")
        part = part.replace("e.id", "e2.id").replace("FROM e,", "FROM e2,")
        with refused("ledger_posting_entry_complete"), connection.cursor() as cursor:
            cursor.execute(f"{whole.removesuffix('SELECT')}, {part}", arguments)  # type: ignore[arg-type]


class TestRestrictions:
    def restrict(self, book: SmallBook, name: str, scope: str) -> None:
        draft = RestrictionDraft(book.accounts[name], scope, "why", "tests")
        impose_restrictions(drafts=[draft], business_date=MONDAY)

    def test_of_another_scope_or_account_do_not_count(self, book: SmallBook) -> None:
        self.restrict(book, "wang", "financing")
        self.restrict(book, "okafor", "outflow")
        book.post(book.draft("client_withdrawal", bank=-5, wang=5))

    def test_let_money_in(self, book: SmallBook) -> None:
        self.restrict(book, "wang", "outflow")
        book.post(book.draft("client_deposit", bank=5, wang=-5))

    def test_that_were_lifted_do_not_count_while_others_stand(self, book: SmallBook) -> None:
        self.restrict(book, "wang", "financing")
        self.restrict(book, "wang", "outflow")
        lift_restrictions(
            account_ids=[book.accounts["wang"]], scope="outflow", source="tests", business_date=MONDAY
        )
        book.post(book.draft("client_withdrawal", bank=-5, wang=5))
        with pytest.raises(refusals.AccountRestricted):
            book.post(book.draft("drawdown", bank=5, wang=-5, funder_bank=-5, harbour=5))


class TestBalances:
    def test_of_hot_and_other_accounts_move_once(self, book: SmallBook) -> None:
        before = {name: balance(account_id=book.accounts[name]) for name in ("bank", "wang", "payments")}
        book.post(book.draft("payment_confirmed", bank=-7, payments=7))
        book.post(
            book.draft("client_deposit", bank=5, wang=-5), book.draft("client_deposit", bank=6, wang=-6)
        )
        moved = {name: balance(account_id=book.accounts[name]) - before[name] for name in before}
        assert moved == {"bank": 4, "wang": -11, "payments": 7}

    def test_that_do_not_move_leave_no_delta(self, book: SmallBook) -> None:
        before = BalanceDelta.objects.count()
        book.post(
            book.draft("client_deposit", bank=5, wang=-5), book.draft("client_withdrawal", bank=-5, wang=5)
        )
        assert BalanceDelta.objects.count() == before
