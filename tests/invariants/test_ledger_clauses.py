"""Each clause of the ledger's rules by itself: what only this clause refuses, or only it lets pass."""

import datetime as dt

import psycopg
import pytest
from django.db import connection, transaction

from accounts.models import User
from accounts.services.approvals import approve, propose_approval
from accounts.services.staff import register_staff
from ledger.models import BusinessDay, DailySnapshot, DayClose, Unit
from ledger.queries.balances import balance
from ledger.queries.verification import Verdict, verify_book
from ledger.services import refusals
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.days import open_business_day, stamp_positions
from ledger.services.posting import EntryDraft, PostingDraft, reverse_journal_entry
from ledger.services.restrictions import RestrictionDraft, impose_restrictions
from tests.invariants.attack import Login, entry_with, two_legs
from tests.invariants.rows import refused
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import approval, close

TUESDAY = MONDAY + dt.timedelta(1)
EARLIER_MONTH = dt.date(2008, 8, 29)


@pytest.fixture
def book(db: None) -> SmallBook:
    """Wang holds 500.00 in cash and 100 shares, Harbour 900.00."""
    made = small_book()
    made.post(
        made.draft("client_deposit", bank=500_00, wang=-500_00),
        made.draft("securities_in", vault=100, wang_shares=-100),
        made.draft("funder_deposit", funder_bank=900_00, harbour=-900_00),
    )
    return made


@pytest.fixture
def other_book(book: SmallBook) -> SmallBook:
    return small_book(code="OTHER", day=None)


@pytest.fixture
def lin(db: None) -> User:
    return register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )


def add_account(book: SmallBook, name: str, ring: str, role: str, like: str = "", address: str = "") -> None:
    """An account in dollars; its owner is that of the account `like`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT owner_id FROM ledger_account WHERE id = %s", [book.accounts.get(like, 0)])
        owner = cursor.fetchone() or (None,)
    draft = AccountDraft(address or f"{ring}/{name}", book.units["USD"], ring, role, 1130, owner[0])
    (book.accounts[name],) = open_accounts(book_id=book.book.id, drafts=[draft]).values()


def raw(book: SmallBook, postings: str, rule: str, **changes: object) -> None:
    statement, arguments = entry_with(book, postings, **changes)
    with refused(rule), connection.cursor() as cursor:
        cursor.execute(statement, arguments)  # type: ignore[arg-type]


class TestBooks:
    def test_of_posting_and_account_agree_but_not_of_the_entry(
        self, book: SmallBook, other_book: SmallBook
    ) -> None:
        book.accounts |= {"bank": other_book.accounts["bank"], "wang": other_book.accounts["wang"]}
        raw(book, two_legs(book="%(other)s"), "ledger_posting_book_agrees", other=other_book.book.id)

    def test_of_posting_and_entry_agree_but_not_of_the_account(
        self, book: SmallBook, other_book: SmallBook
    ) -> None:
        book.accounts |= {"bank": other_book.accounts["bank"], "wang": other_book.accounts["wang"]}
        raw(book, two_legs(), "ledger_posting_book_agrees")

    def test_a_day_open_in_another_book_is_not_open_in_this(
        self, book: SmallBook, other_book: SmallBook
    ) -> None:
        open_business_day(book_id=other_book.book.id, business_date=TUESDAY, maker_id=book.maker.id)
        with pytest.raises(refusals.DayNotOpen):
            book.post(book.draft("client_deposit", bank=1, wang=-1), day=TUESDAY)

    def test_a_later_day_of_another_book_does_not_hinder(
        self, book: SmallBook, other_book: SmallBook
    ) -> None:
        opened = open_business_day(
            book_id=other_book.book.id, business_date=EARLIER_MONTH, maker_id=book.maker.id
        )
        assert opened.status == "open"

    def test_an_adjustment_stays_in_its_own(self, book: SmallBook, other_book: SmallBook) -> None:
        open_business_day(book_id=other_book.book.id, business_date=MONDAY, maker_id=book.maker.id)
        (theirs,) = other_book.post(other_book.draft("client_deposit", bank=5, wang=-5))
        draft = EntryDraft(
            kind="client_deposit",
            value_date=MONDAY,
            narration="adjusts",
            source_reference="tests:1",
            idempotency_key="adjusts",
            postings=[PostingDraft(book.accounts["bank"], 1), PostingDraft(book.accounts["wang"], -1)],
            adjusts_id=theirs.entry_id,
        )
        with pytest.raises(refusals.WrongCorrection):
            book.post(draft)

    def test_are_stamped_and_snapshotted_apart(
        self, book: SmallBook, other_book: SmallBook, lin: User
    ) -> None:
        open_business_day(book_id=other_book.book.id, business_date=MONDAY, maker_id=book.maker.id)
        other_book.post(other_book.draft("client_deposit", bank=5, wang=-5))
        assert stamp_positions(book_id=other_book.book.id) == 1
        close(book, lin)
        assert not DailySnapshot.objects.filter(account_id=other_book.accounts["bank"]).exists()
        assert verify_book(book=other_book.book).verdict is Verdict.CLEAN


class TestUnits:
    @pytest.mark.parametrize(
        "code", ["usd", "US DOLLAR", "0700:HK", "XNYS:A/B", "XNYS.F", 'A"B', "A;B", "X:", ""]
    )
    def test_are_named_as_other_tools_can_read(self, book: SmallBook, code: str) -> None:
        with refused("ledger_unit_code_well_formed"):
            Unit.objects.create(code=code, kind="security", exponent=0)

    def test_include_shares_of_a_class_and_of_numbered_symbols(self, book: SmallBook) -> None:
        for code in ("US0378331005", "XNYS:BRK.B", "XNYS:BRK-B", "XHKG:0700", "XNYS:F"):
            Unit.objects.create(code=code, kind="security", exponent=0)


class TestFlows:
    @pytest.mark.parametrize(
        ("ring", "role"),
        [
            ("house", "custody"),
            ("house", "transit"),
            ("house", "payments"),
            ("house", "due_to_client"),
            ("house", "cover"),
            ("client", "custody"),
            ("client", "transit"),
            ("client", "payments"),
            ("client", "due_from_house"),
            ("client", "cover"),
        ],
    )
    def test_resources_of_every_role_need_a_permitted_way(
        self, book: SmallBook, ring: str, role: str
    ) -> None:
        add_account(book, "resource", ring, role)
        against = {"house": "capital", "client": "unallocated"}[ring]
        with pytest.raises(refusals.FlowNotPermitted):
            book.post(book.draft_of("interest_accrued", {"resource": 1, against: -1}))

    def test_from_the_wrong_ring_to_a_right_one_is_refused(self, book: SmallBook) -> None:
        """Interest is collected from the client and never from the house."""
        with pytest.raises(refusals.FlowNotPermitted):
            book.post(book.draft("interest_collected", capital=5, house_bank=-5, funder_bank=5, harbour=-5))


class TestOwners:
    def test_of_unsettled_value_keep_their_own(self, book: SmallBook) -> None:
        for name in ("wang", "okafor"):
            add_account(book, f"{name}_unsettled", "client", "unsettled", like=name)
        with pytest.raises(refusals.OwnerMismatch):
            book.post(book.draft("trade_sold", wang_unsettled=5, okafor_unsettled=-5))

    def test_of_a_funders_available_money_keep_their_own(self, book: SmallBook) -> None:
        add_account(book, "lender", "funder", "funder_available", like="okafor")
        with pytest.raises(refusals.OwnerMismatch):
            book.post(book.draft("receipt_identified", harbour=5, lender=-5))

    def test_may_give_one_unit_and_receive_another(self, book: SmallBook) -> None:
        """Cash out and shares in, of one owner, in one entry: a trade that settles."""
        book.post(book.draft("trade_buy_settled", wang=5, bank=-5, vault=1, wang_shares=-1))
        assert balance(account_id=book.accounts["wang"]) == -499_95

    def test_are_looked_at_unit_by_unit(self, book: SmallBook) -> None:
        """Wang's shares go out while Okafor's cash comes in: in no unit does one give to the other."""
        book.post(book.draft("trade_buy_settled", okafor=-5, bank=5, vault=-1, wang_shares=1))
        assert balance(account_id=book.accounts["okafor"]) == -5


class TestReversals:
    def reversal(self, book: SmallBook, entry_id: int, **amounts: int) -> EntryDraft:
        draft = book.draft_of("client_deposit", amounts)
        return EntryDraft(
            kind=draft.kind,
            value_date=draft.value_date,
            narration=draft.narration,
            source_reference=draft.source_reference,
            idempotency_key=draft.idempotency_key,
            postings=draft.postings,
            reverses_id=entry_id,
        )

    @pytest.mark.parametrize(
        "amounts",
        [
            {"bank": -70, "wang_other": 70},
            {"bank": -40, "wang": 40},
            {"bank": -70, "wang": 30, "wang_other": 40},
            {"bank": -70, "wang": 35, "unallocated": 35},
        ],
    )
    def test_take_from_the_same_accounts_the_same_amounts(
        self, book: SmallBook, amounts: dict[str, int]
    ) -> None:
        deposit, _ = book.post(
            book.draft("client_deposit", bank=70, wang=-70),
            book.draft("client_deposit", bank=500, wang_other=-300, unallocated=-200),
        )
        with pytest.raises(refusals.ReversalNotMirror):
            book.post(self.reversal(book, deposit.entry_id, **amounts))

    def test_take_all_legs(self, book: SmallBook) -> None:
        (deposit,) = book.post(
            book.draft_of("client_deposit", {"bank": 70, "wang": -70, "transit": 5, "unallocated": -5})
        )
        with pytest.raises(refusals.ReversalNotMirror):
            book.post(self.reversal(book, deposit.entry_id, bank=-70, wang=70))

    def test_bring_back_what_left_before_a_restriction(self, book: SmallBook) -> None:
        """What has happened is never refused: a payment that bounced comes back to a restricted account."""
        (withdrawal,) = book.post(book.draft("client_withdrawal", bank=-5, wang=5))
        restriction = RestrictionDraft(book.accounts["wang"], "outflow", "hold", "tests")
        impose_restrictions(drafts=[restriction], business_date=MONDAY)
        reverse_journal_entry(
            entry_id=withdrawal.entry_id,
            booking_date=MONDAY,
            narration="the payment bounced",
            caller="tests",
            idempotency_key="bounced",
            maker_id=book.maker.id,
        )
        assert balance(account_id=book.accounts["wang"]) == -500_00


class TestDays:
    def test_an_instant_of_opening_or_closing_is_not_the_callers_to_choose(
        self, book: SmallBook, other_book: SmallBook, lin: User
    ) -> None:
        long_ago = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
        opened = BusinessDay.objects.create(
            book=other_book.book, business_date=MONDAY, opened_by=book.maker, opened_at=long_ago
        )
        opened.refresh_from_db()
        day = BusinessDay.objects.get(book=book.book)
        closed = DayClose.objects.create(
            day=day, approval_id=approval(book, lin), maker=book.maker, checker=lin, recorded_at=long_ago
        )
        closed.refresh_from_db()
        assert long_ago not in {opened.opened_at, closed.recorded_at}
        assert closed.last_position == 3

    def test_a_snapshot_carries_the_balance_of_the_last(self, book: SmallBook, lin: User) -> None:
        day = MONDAY
        for _ in range(3):
            close(book, lin, day)
            day += dt.timedelta(1)
            open_business_day(book_id=book.book.id, business_date=day, maker_id=book.maker.id)
            book.post(book.draft("client_deposit", bank=1, wang=-1), day=day)
        close(book, lin, day)
        snapshots = DailySnapshot.objects.filter(account_id=book.accounts["wang"]).order_by("business_date")
        expected = [-500_00, -500_01, -500_02, -500_03]
        assert list(snapshots.values_list("balance_minor", flat=True)) == expected

    def test_a_close_is_not_approved_as_something_else(self, book: SmallBook, lin: User) -> None:
        proposed = propose_approval(
            book_code="MAIN",
            kind="release_liquidation",
            subject=f"MAIN/{MONDAY}",
            payload={},
            maker_id=book.maker.id,
        )
        approve(approval_id=proposed.id, checker_id=lin.id)
        day = BusinessDay.objects.get(book=book.book)
        with refused("ledger_dayclose_is_approved"):
            DayClose.objects.create(day=day, approval=proposed, maker=book.maker, checker=lin)


class TestEvenTheOwner:
    """Has every right, and is stopped by the guards alone."""

    @pytest.fixture
    def committed(self, transactional_db: None) -> SmallBook:
        with transaction.atomic():
            book = small_book()
            draft = RestrictionDraft(book.accounts["wang"], "outflow", "why", "tests")
            impose_restrictions(drafts=[draft], business_date=MONDAY)
        return book

    def test_changes_nothing_of_a_restriction_in_force_or_of_a_day_that_it_closes(
        self, committed: SmallBook, owner_connection: Login
    ) -> None:
        changes = [
            ("ledger_restriction", "account_id = account_id + 1", "ledger_restriction_only_lifted"),
            ("ledger_restriction", "scope = 'financing'", "ledger_restriction_only_lifted"),
            ("ledger_restriction", "reason = 'other'", "ledger_restriction_only_lifted"),
            ("ledger_restriction", "source = 'other'", "ledger_restriction_only_lifted"),
            ("ledger_restriction", "imposed_on = '2008-09-14'", "ledger_restriction_only_lifted"),
        ] + [
            ("ledger_businessday", f"status = 'closed', {column}", "ledger_businessday_only_closed")
            for column in (
                "id = id + 1",
                "book_id = book_id + 1",
                "business_date = '2008-09-16'",
                "opened_by_id = opened_by_id + 1",
                "opened_at = '2000-01-01'",
            )
        ]
        for table, change, rule in changes:
            with pytest.raises(psycopg.errors.IntegrityError) as caught:
                owner_connection.execute(f"UPDATE {table} SET {change}")
            assert caught.value.diag.constraint_name == rule, change
        owner_connection.execute("UPDATE ledger_restriction SET lifted_on = '2008-09-16'")
        owner_connection.execute("UPDATE ledger_businessday SET status = 'closed'")
        with pytest.raises(psycopg.errors.IntegrityError):
            owner_connection.execute("UPDATE ledger_businessday SET status = 'closed'")

    def test_closes_no_day_while_an_account_has_lost_its_balance(
        self, committed: SmallBook, owner_connection: Login
    ) -> None:
        lin = register_staff(
            username="lin",
            full_name="Lin Fen",
            role="finance",
            password="correct horse battery",
            actor_id=committed.maker.id,
            reason="second pair of eyes",
        )
        committed.post(committed.draft("client_deposit", bank=5, wang=-5))
        owner_connection.execute(
            "DELETE FROM ledger_balance WHERE account_id = %(wang)s", dict(committed.accounts)
        )
        with pytest.raises(refusals.BalancesDiffer):
            close(committed, lin)


class TestWhatEntriesName:
    def test_is_a_maker_who_exists(self, book: SmallBook) -> None:
        raw(book, two_legs(), "ledger_journalentry_maker_exists", maker=987_654)
