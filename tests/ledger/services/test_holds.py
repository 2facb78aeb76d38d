"""Holds: placed against what is available, posted in full or part, released, expired."""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.models import StaffRole
from ledger.models import Hold, HoldEvent
from ledger.queries.holds import account_balances, available, open_holds
from ledger.queries.verification import Verdict, verify_book
from ledger.services import refusals_holds as refusals
from ledger.services.days import open_business_day
from ledger.services.hold_draws import HoldDraw
from ledger.services.holds import HoldDraft, place_hold, release_hold, release_holds_on
from ledger.services.posting import reverse_journal_entry
from ledger.services.refusals import IdempotencyConflict, LimitExceeded
from tests.desk import colleague
from tests.ledger.builders import MONDAY, SmallBook
from tests.ledger.services.test_days import close

TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def funded(main_book: SmallBook) -> SmallBook:
    """Wang has 500.00."""
    main_book.post(main_book.draft("client_deposit", bank=500_00, wang=-500_00))
    return main_book


def draft(
    book: SmallBook, amount: int, key: str = "h1", account: str = "wang", **changes: object
) -> HoldDraft:
    made = HoldDraft(
        account_id=book.accounts[account],
        amount_minor=amount,
        reason="to be paid out",
        source="tests:1",
        idempotency_key=key,
        placed_on=MONDAY,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def place(book: SmallBook, amount: int, key: str = "h1", account: str = "wang", **changes: object) -> Hold:
    return place_hold(
        book_id=book.book.id,
        draft=draft(book, amount, key, account, **changes),
        caller="tests",
        maker_id=book.maker.id,
    )


def release(book: SmallBook, hold: Hold, key: str = "r1", amount: int | None = None) -> HoldEvent:
    return release_hold(
        hold_id=hold.pk,
        reason="given up",
        business_date=MONDAY,
        caller="tests",
        idempotency_key=key,
        maker_id=book.maker.id,
        amount_minor=amount,
    )


def pay_out(book: SmallBook, amount: int, *draws: HoldDraw, key: str = "") -> int:
    entry = replace(
        book.draft("client_withdrawal", key=key, wang=amount, payments=-amount), hold_draws=list(draws)
    )
    return book.post(entry)[0].entry_id


def standing(book: SmallBook, account: str = "wang") -> tuple[int, int, int | None]:
    found = account_balances(account_ids=[book.accounts[account]])[book.accounts[account]]
    return found.booked_minor, found.held_minor, found.available_minor


def is_clean(book: SmallBook) -> bool:
    return verify_book(book=book.book).verdict is Verdict.CLEAN


class TestPlacing:
    def test_takes_the_amount_off_what_is_available_and_leaves_the_balance(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        assert standing(funded) == (-500_00, 200_00, 300_00)
        assert available(account_id=funded.accounts["wang"]) == 300_00
        assert list(open_holds(account_id=funded.accounts["wang"])) == [hold]
        assert is_clean(funded)

    def test_keeps_others_from_taking_it(self, funded: SmallBook) -> None:
        place(funded, 200_00)
        with pytest.raises(LimitExceeded, match="would stand at -19999 with 20000 held"):
            pay_out(funded, 300_01)
        pay_out(funded, 300_00)
        assert standing(funded) == (-200_00, 200_00, 0)

    def test_is_refused_beyond_what_is_available(self, funded: SmallBook) -> None:
        place(funded, 200_00)
        with pytest.raises(refusals.HoldExceedsAvailable):
            place(funded, 300_01, "h2")
        assert standing(funded) == (-500_00, 200_00, 300_00)

    def test_holds_on_a_debt_too(self, funded: SmallBook) -> None:
        funded.post(funded.draft("interest_capitalised", loan=100, funded=-100))
        place(funded, 60, account="loan")
        assert standing(funded, "loan") == (100, 60, 40)
        with pytest.raises(LimitExceeded):
            funded.post(funded.draft("repayment", loan=-41, funded=41))

    def test_answers_the_same_request_with_the_first(self, funded: SmallBook) -> None:
        first = place(funded, 200_00)
        assert place(funded, 200_00) == first
        release(funded, first)
        assert place(funded, 200_00) == first
        assert standing(funded) == (-500_00, 0, 500_00)

    def test_refuses_another_request_under_the_same_key(self, funded: SmallBook) -> None:
        place(funded, 200_00)
        with pytest.raises(refusals.HoldKeyConflict):
            place(funded, 200_01)

    def test_needs_an_account_with_a_limit(self, funded: SmallBook) -> None:
        with pytest.raises(refusals.HoldNeedsLimit):
            place(funded, 1, account="wang_unsettled")

    def test_needs_an_amount(self, funded: SmallBook) -> None:
        with pytest.raises(refusals.HoldNotAnAmount):
            place(funded, 0)

    def test_cannot_expire_on_its_day(self, funded: SmallBook) -> None:
        with pytest.raises(refusals.HoldExpiresTooEarly):
            place(funded, 1, expires_on=MONDAY)


class TestPosting:
    def test_posts_through_the_hold_in_full(self, funded: SmallBook) -> None:
        hold = place(funded, 500_00)
        entry_id = pay_out(funded, 500_00, HoldDraw(hold.pk, 500_00))
        event = HoldEvent.objects.get()
        assert (event.event, event.amount_minor, event.entry_id) == ("posted", 500_00, entry_id)
        assert standing(funded) == (0, 0, 0)
        assert is_clean(funded)

    def test_posts_a_part_and_keeps_the_rest(self, funded: SmallBook) -> None:
        hold = place(funded, 500_00)
        pay_out(funded, 120_00, HoldDraw(hold.pk, 120_00))
        assert standing(funded) == (-380_00, 380_00, 0)
        pay_out(funded, 380_00, HoldDraw(hold.pk, 380_00))
        assert not open_holds(account_id=funded.accounts["wang"]).exists()
        assert is_clean(funded)

    def test_may_take_more_than_was_held(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        pay_out(funded, 450_00, HoldDraw(hold.pk, 200_00))
        assert standing(funded) == (-50_00, 0, 50_00)

    def test_draws_on_several_holds(self, funded: SmallBook) -> None:
        first, second = place(funded, 200_00), place(funded, 300_00, "h2")
        pay_out(funded, 450_00, HoldDraw(first.pk, 200_00), HoldDraw(second.pk, 250_00))
        assert standing(funded) == (-50_00, 50_00, 0)
        assert is_clean(funded)

    def test_is_answered_once(self, funded: SmallBook) -> None:
        hold = place(funded, 500_00)
        entry_id = pay_out(funded, 100_00, HoldDraw(hold.pk, 100_00), key="pay")
        assert pay_out(funded, 100_00, HoldDraw(hold.pk, 100_00), key="pay") == entry_id
        assert standing(funded) == (-400_00, 400_00, 0)

    def test_is_refused_under_its_key_with_other_draws(self, funded: SmallBook) -> None:
        hold = place(funded, 400_00)
        pay_out(funded, 100_00, HoldDraw(hold.pk, 100_00), key="pay")
        for draws in ([], [HoldDraw(hold.pk, 99_00)]):
            with pytest.raises(IdempotencyConflict):
                pay_out(funded, 100_00, *draws, key="pay")

    def test_is_refused_beyond_the_hold_and_writes_nothing(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        with pytest.raises(refusals.HoldOverdrawn):
            pay_out(funded, 300_00, HoldDraw(hold.pk, 200_01))
        assert standing(funded) == (-500_00, 200_00, 300_00)

    def test_is_refused_where_the_entry_takes_less(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        with pytest.raises(refusals.DrawTakesLess):
            pay_out(funded, 100_00, HoldDraw(hold.pk, 200_00))

    def test_is_refused_for_another_account(self, funded: SmallBook) -> None:
        funded.post(funded.draft("client_deposit", bank=100, wang_other=-100))
        hold = place(funded, 100, account="wang_other")
        with pytest.raises(refusals.DrawTakesLess):
            pay_out(funded, 100, HoldDraw(hold.pk, 100))

    def test_is_refused_through_no_hold(self, funded: SmallBook) -> None:
        with pytest.raises(refusals.UnknownHold):
            pay_out(funded, 100, HoldDraw(4711, 100))
        with pytest.raises(refusals.HoldOverdrawn):
            pay_out(funded, 100, HoldDraw(place(funded, 1).pk, -5))

    def test_is_refused_before_the_hold_and_after_its_time(self, funded: SmallBook) -> None:
        later = place(funded, 1, placed_on=TUESDAY)
        with pytest.raises(refusals.EventBeforeHold):
            pay_out(funded, 1, HoldDraw(later.pk, 1))
        over = place(funded, 1, "h2", placed_on=MONDAY - dt.timedelta(days=3), expires_on=MONDAY)
        with pytest.raises(refusals.HoldExpired):
            pay_out(funded, 1, HoldDraw(over.pk, 1))

    def test_does_not_reinstate_the_hold_when_its_entry_is_reversed(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        entry_id = pay_out(funded, 200_00, HoldDraw(hold.pk, 200_00))
        reverse_journal_entry(
            entry_id=entry_id,
            booking_date=MONDAY,
            narration="paid in error",
            caller="tests",
            idempotency_key="reverse",
            maker_id=funded.maker.id,
        )
        assert standing(funded) == (-500_00, 0, 500_00)
        assert is_clean(funded)


class TestExpiring:
    def test_is_a_row_of_the_day_that_opens(self, funded: SmallBook) -> None:
        ending = place(funded, 200_00, expires_on=TUESDAY)
        lasting = place(funded, 100_00, "h2", expires_on=TUESDAY + dt.timedelta(days=1))
        endless = place(funded, 50_00, "h3")
        close(funded, colleague("lin.fen", StaffRole.FINANCE))
        open_business_day(book_id=funded.book.id, business_date=TUESDAY, maker_id=funded.maker.id)
        event = HoldEvent.objects.get()
        assert (event.hold, event.event, event.amount_minor) == (ending, "expired", 200_00)
        assert (event.business_date, event.maker) == (TUESDAY, funded.maker)
        assert standing(funded) == (-500_00, 150_00, 350_00)
        assert list(open_holds(account_id=funded.accounts["wang"])) == [lasting, endless]
        assert is_clean(funded)


class TestReleasing:
    def test_makes_what_is_left_available(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        pay_out(funded, 50_00, HoldDraw(hold.pk, 50_00))
        assert release(funded, hold).amount_minor == 150_00
        assert standing(funded) == (-450_00, 0, 450_00)
        assert is_clean(funded)

    def test_gives_up_a_part(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        release(funded, hold, amount=80_00)
        assert standing(funded) == (-500_00, 120_00, 380_00)

    def test_answers_the_same_request_with_the_first(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        first = release(funded, hold, amount=80_00)
        assert release(funded, hold, amount=80_00) == first
        assert standing(funded) == (-500_00, 120_00, 380_00)
        with pytest.raises(refusals.ReleaseKeyConflict):
            release(funded, hold, amount=81_00)

    def test_of_all_that_is_left_is_no_replay_of_a_release_in_part(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        release(funded, hold, amount=80_00)
        with pytest.raises(refusals.ReleaseKeyConflict):
            release(funded, hold)
        rest = release(funded, hold, "r2")
        assert release(funded, hold, "r2") == rest
        with pytest.raises(refusals.ReleaseKeyConflict):
            release(funded, hold)

    def test_is_refused_once_nothing_is_left(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        release(funded, hold)
        with pytest.raises(refusals.HoldClosed):
            release(funded, hold, "r2")

    def test_is_refused_beyond_what_is_left(self, funded: SmallBook) -> None:
        hold = place(funded, 200_00)
        with pytest.raises(refusals.HoldOverdrawn):
            release(funded, hold, amount=200_01)

    def test_is_refused_for_no_hold(self, funded: SmallBook) -> None:
        with pytest.raises(refusals.UnknownHold):
            release(funded, Hold(pk=4711))

    def test_of_an_account_gives_up_all_its_holds_at_once(self, funded: SmallBook) -> None:
        holds = [place(funded, 100_00), place(funded, 50_00, "h2")]
        asked = {
            "account_ids": [funded.accounts["wang"], funded.accounts["okafor"]],
            "reason": "a liquidation comes first",
            "business_date": MONDAY,
            "caller": "tests",
            "idempotency_key": "liquidation",
            "maker_id": funded.maker.id,
        }
        assert release_holds_on(**asked) == [hold.pk for hold in holds]  # type: ignore[arg-type]
        assert release_holds_on(**asked) == []  # type: ignore[arg-type]
        assert standing(funded) == (-500_00, 0, 500_00)
        assert is_clean(funded)
