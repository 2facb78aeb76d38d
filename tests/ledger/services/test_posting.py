"""Posting and reversing, as a user of the service sees it."""

import datetime as dt

import pytest

from ledger.models import JournalEntry, Posting
from ledger.queries.balances import balance
from ledger.services import refusals
from ledger.services.posting import (
    EntryHeader,
    post_journal_entries_from_select,
    reverse_journal_entry,
)
from tests.ledger.builders import MONDAY, SmallBook, small_book

pytestmark = pytest.mark.django_db


class TestPostJournalEntries:
    def test_books_a_deposit(self, main_book: SmallBook) -> None:
        (posted,) = main_book.post(main_book.draft("client_deposit", bank=1_000_00, wang=-1_000_00))
        assert not posted.is_replay
        assert balance(account_id=main_book.accounts["wang"]) == -1_000_00
        assert balance(account_id=main_book.accounts["bank"]) == 1_000_00
        entry = JournalEntry.objects.get(pk=posted.entry_id)
        assert (entry.booking_date, entry.value_date, entry.posting_count) == (MONDAY, MONDAY, 2)
        assert [p.posting_no for p in Posting.objects.filter(entry=entry).order_by("posting_no")] == [1, 2]

    def test_books_many_entries_in_the_order_given(self, main_book: SmallBook) -> None:
        drafts = [main_book.draft("client_deposit", bank=n, wang=-n) for n in range(1, 501)]
        posted = main_book.post(*drafts)
        assert [entry.idempotency_key for entry in posted] == [draft.idempotency_key for draft in drafts]
        assert sorted(entry.entry_id for entry in posted) == [entry.entry_id for entry in posted]
        assert balance(account_id=main_book.accounts["wang"]) == -sum(range(1, 501))

    def test_books_thousands_of_entries_in_one_statement(self, main_book: SmallBook) -> None:
        main_book.post(*[main_book.draft("client_deposit", bank=1, wang=-1) for _ in range(5_000)])
        assert balance(account_id=main_book.accounts["wang"]) == -5_000
        assert Posting.objects.count() == 10_000

    def test_books_nothing_for_no_drafts(self, main_book: SmallBook) -> None:
        assert main_book.post() == []

    def test_returns_the_first_entry_for_the_same_key_and_payload(self, main_book: SmallBook) -> None:
        (first,) = main_book.post(main_book.draft("client_deposit", key="D1", bank=500, wang=-500))
        (again,) = main_book.post(main_book.draft("client_deposit", key="D1", bank=500, wang=-500))
        assert again.is_replay
        assert again.entry_id == first.entry_id
        assert balance(account_id=main_book.accounts["wang"]) == -500

    def test_books_what_is_new_beside_a_replay(self, main_book: SmallBook) -> None:
        old = main_book.draft("client_deposit", key="D1", bank=500, wang=-500)
        main_book.post(old)
        replayed, new = main_book.post(old, main_book.draft("client_deposit", key="D2", bank=7, wang=-7))
        assert (replayed.is_replay, new.is_replay) == (True, False)
        assert balance(account_id=main_book.accounts["wang"]) == -507

    def test_refuses_the_same_key_with_another_payload(self, main_book: SmallBook) -> None:
        main_book.post(main_book.draft("client_deposit", key="D1", bank=500, wang=-500))
        with pytest.raises(refusals.IdempotencyConflict):
            main_book.post(main_book.draft("client_deposit", key="D1", bank=501, wang=-501))
        assert balance(account_id=main_book.accounts["wang"]) == -500

    def test_keeps_the_keys_of_callers_apart(self, main_book: SmallBook) -> None:
        main_book.post(main_book.draft("client_deposit", key="D1", bank=500, wang=-500), caller="bank-a")
        (other,) = main_book.post(
            main_book.draft("client_deposit", key="D1", bank=9, wang=-9), caller="bank-b"
        )
        assert not other.is_replay

    def test_refuses_a_key_named_twice_in_one_call(self, main_book: SmallBook) -> None:
        draft = main_book.draft("client_deposit", key="D1", bank=500, wang=-500)
        with pytest.raises(refusals.IdempotencyConflict):
            main_book.post(draft, draft)

    def test_leaves_nothing_of_a_refused_batch(self, main_book: SmallBook) -> None:
        good = main_book.draft("client_deposit", bank=500, wang=-500)
        bad = main_book.draft("client_deposit", bank=500, wang=-499)
        with pytest.raises(refusals.UnbalancedEntry):
            main_book.post(good, bad)
        assert not JournalEntry.objects.exists()
        assert balance(account_id=main_book.accounts["bank"]) == 0

    @pytest.mark.parametrize(
        ("kind", "amounts", "refusal"),
        [
            ("client_deposit", {"bank": 500, "wang": -499}, refusals.UnbalancedEntry),
            ("client_deposit", {"bank": 500, "vault": -500}, refusals.UnbalancedEntry),
            ("drawdown", {"loan": 5, "funded": -5, "harbour": 5, "wang": -5}, refusals.UnbalancedEntry),
            ("drawdown", {"loan": 5, "loan_2": -5}, refusals.UnbalancedEntry),
            ("client_deposit", {"bank": 500}, refusals.EntryWithoutPostings),
            ("client_deposit", {"bank": 0, "wang": 0}, refusals.ZeroAmount),
            ("client_withdrawal", {"bank": -1, "wang": 1}, refusals.LimitExceeded),
            ("repayment", {"loan": -1, "funded": 1}, refusals.LimitExceeded),
            ("house_capital", {"bank": 500, "wang": -500}, refusals.FlowNotPermitted),
            (
                "client_deposit",
                {"wang": -5, "bank": 5, "house_bank": 5, "capital": -5},
                refusals.FlowNotPermitted,
            ),
            ("receipt_identified", {"wang": 500, "okafor": -500}, refusals.OwnerMismatch),
            ("no_such_kind", {"bank": 500, "wang": -500}, refusals.UnknownKind),
        ],
    )
    def test_refuses_by_name(
        self, main_book: SmallBook, kind: str, amounts: dict[str, int], refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            main_book.post(main_book.draft_of(kind, amounts))
        assert not JournalEntry.objects.exists()

    def test_moves_money_between_contracts_of_one_owner(self, main_book: SmallBook) -> None:
        main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        main_book.post(main_book.draft("receipt_identified", wang=200, wang_other=-200))
        assert balance(account_id=main_book.accounts["wang_other"]) == -200

    def test_names_the_account_that_lacks_money(self, main_book: SmallBook) -> None:
        with pytest.raises(refusals.LimitExceeded, match=str(main_book.accounts["wang"])):
            main_book.post(main_book.draft("client_withdrawal", bank=-1, wang=1))

    def test_refuses_a_day_that_is_not_open(self, main_book: SmallBook) -> None:
        with pytest.raises(refusals.DayNotOpen):
            main_book.post(
                main_book.draft("client_deposit", bank=500, wang=-500), day=MONDAY + dt.timedelta(1)
            )

    def test_takes_a_value_date_in_the_past(self, main_book: SmallBook) -> None:
        friday = MONDAY - dt.timedelta(3)
        (posted,) = main_book.post(main_book.draft("client_deposit", value_date=friday, bank=5, wang=-5))
        assert {p.value_date for p in Posting.objects.filter(entry_id=posted.entry_id)} == {friday}

    def test_refuses_an_account_that_is_not_there(self, main_book: SmallBook) -> None:
        main_book.accounts["ghost"] = 999_999
        with pytest.raises(refusals.UnknownAccount):
            main_book.post(main_book.draft("client_deposit", bank=5, ghost=-5))


class TestPostJournalEntriesFromSelect:
    def post(self, main_book: SmallBook, rows: str) -> list[int]:
        headers = [
            EntryHeader(number, "client_deposit", MONDAY, "deposit", "tests:select", f"select-{number}")
            for number in (1, 2)
        ]
        posted = post_journal_entries_from_select(
            book_id=main_book.book.id,
            booking_date=MONDAY,
            headers=headers,
            postings_sql=f"SELECT * FROM (VALUES {rows}) AS v(entry_no, account_id, amount_minor)",
            params=main_book.accounts,
            caller="tests",
            maker_id=main_book.maker.id,
        )
        return [entry.entry_id for entry in posted]

    def test_posts_what_the_select_yields(self, main_book: SmallBook) -> None:
        rows = "(1, %(bank)s, 10), (1, %(wang)s, -10), (2, %(bank)s, 5), (2, %(okafor)s, -5)"
        assert len(self.post(main_book, rows)) == 2
        assert balance(account_id=main_book.accounts["okafor"]) == -5

    def test_skips_a_header_without_rows(self, main_book: SmallBook) -> None:
        assert len(self.post(main_book, "(2, %(bank)s, 5), (2, %(okafor)s, -5)")) == 1

    def test_is_idempotent(self, main_book: SmallBook) -> None:
        rows = "(1, %(bank)s, 10), (1, %(wang)s, -10)"
        assert self.post(main_book, rows) == self.post(main_book, rows)
        assert balance(account_id=main_book.accounts["wang"]) == -10


class TestReverseJournalEntry:
    def reverse(self, main_book: SmallBook, entry_id: int, key: str = "R1") -> int:
        return reverse_journal_entry(
            entry_id=entry_id,
            booking_date=MONDAY,
            narration="booked by mistake",
            caller="tests",
            idempotency_key=key,
            maker_id=main_book.maker.id,
        ).entry_id

    def test_negates_every_posting(self, main_book: SmallBook) -> None:
        (posted,) = main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        reversal = JournalEntry.objects.get(pk=self.reverse(main_book, posted.entry_id))
        assert reversal.reverses_id == posted.entry_id
        assert balance(account_id=main_book.accounts["wang"]) == 0
        assert balance(account_id=main_book.accounts["bank"]) == 0

    def test_refuses_a_second_reversal(self, main_book: SmallBook) -> None:
        (posted,) = main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        self.reverse(main_book, posted.entry_id)
        with pytest.raises(refusals.AlreadyReversed):
            self.reverse(main_book, posted.entry_id, key="R2")

    def test_returns_the_first_reversal_for_the_same_key(self, main_book: SmallBook) -> None:
        (posted,) = main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        assert self.reverse(main_book, posted.entry_id) == self.reverse(main_book, posted.entry_id)

    def test_refuses_the_reversal_of_a_reversal(self, main_book: SmallBook) -> None:
        (posted,) = main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        reversal = self.reverse(main_book, posted.entry_id)
        with pytest.raises(refusals.WrongCorrection):
            self.reverse(main_book, reversal, key="R2")

    def test_refuses_what_would_take_money_already_gone(self, main_book: SmallBook) -> None:
        (posted,) = main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        main_book.post(main_book.draft("client_withdrawal", bank=-500, wang=500))
        with pytest.raises(refusals.LimitExceeded):
            self.reverse(main_book, posted.entry_id)

    def test_refuses_an_entry_that_is_not_there(self, main_book: SmallBook) -> None:
        with pytest.raises(refusals.UnknownEntry):
            self.reverse(main_book, 999_999)


@pytest.mark.django_db(transaction=True)
class TestOutsideATransaction:
    """A single entry is a transaction by itself there; several are still one."""

    def test_keeps_nothing_of_a_batch_in_which_one_key_was_another_entry_s(self) -> None:
        book = small_book()
        book.post(book.draft("client_deposit", key="taken", bank=500, wang=-500))
        with pytest.raises(refusals.IdempotencyConflict):
            book.post(
                book.draft("client_deposit", key="new", bank=100, wang=-100),
                book.draft("client_deposit", key="taken", bank=7, wang=-7),
            )
        assert balance(account_id=book.accounts["wang"]) == -500

    def test_keeps_nothing_of_an_entry_that_is_refused(self) -> None:
        book = small_book()
        with pytest.raises(refusals.UnbalancedEntry):
            book.post(book.draft("client_deposit", bank=100, wang=-99))
        assert JournalEntry.objects.count() == 0

    def test_replays_a_single_entry(self) -> None:
        book = small_book()
        (first,) = book.post(book.draft("client_deposit", key="once", bank=500, wang=-500))
        (again,) = book.post(book.draft("client_deposit", key="once", bank=500, wang=-500))
        assert (again.entry_id, again.is_replay) == (first.entry_id, True)
        with pytest.raises(refusals.IdempotencyConflict):
            book.post(book.draft("client_deposit", key="once", bank=501, wang=-501))

    def test_hashes_one_entry_as_it_does_many(self) -> None:
        """The statement for one entry and that for many must know each other's entries."""
        book = small_book()
        one = book.draft("client_deposit", key="same", bank=500, wang=-300, okafor=-200)
        other = book.draft("client_deposit", key="else", bank=1, wang=-1)
        book.post(one)
        assert [entry.is_replay for entry in book.post(one, other)] == [True, False]
