"""Rates, exchanges and revaluations tried round Python, as the application's login; refused by name."""

import datetime as dt

import psycopg
import pytest
from django.db import connection, transaction

from accounts.services.approvals import approve
from ledger.models import (
    ClientExchange,
    ClientExchangeSettlement,
    OfficialRate,
    Revaluation,
    RevaluationLine,
)
from ledger.services.client_exchange import settle_client_exchanges
from ledger.services.official_rates import RateDraft, propose_official_rates
from ledger.services.posting import reverse_journal_entry
from ledger.services.refusals_exchange import ClearingNotOfExchange, ExchangeIsSettled
from tests.invariants.rows import copy_row, not_permitted, refused
from tests.ledger.exchange_cast import MONDAY, ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db
CASH, CLEARING, BANK = "client/W1/F1/cash", "client/fx-clearing/BANKA", "client/custody/BANKA"
TUESDAY = MONDAY + dt.timedelta(1)


@pytest.fixture
def fx() -> ExchangeBook:
    book = exchange_book()
    book.rate(USD="7.1", KWD="23.4567")
    return book


@pytest.fixture
def rate(fx: ExchangeBook) -> OfficialRate:
    return OfficialRate.objects.get(book=fx.book, unit__code="USD")


def approval(fx: ExchangeBook, *, is_approved: bool = True, **rates: str) -> int:
    proposed = propose_official_rates(
        book_id=fx.book.pk,
        rate_date=fx.day,
        drafts=[RateDraft(unit, "CNY", text) for unit, text in rates.items()],
        maker_id=fx.maker.pk,
    )
    if is_approved:
        approve(approval_id=proposed.pk, checker_id=fx.checker.pk)
    return proposed.pk


class TestOfficialRates:
    @pytest.mark.parametrize("bad", ["0", "-7.1", "NaN", "999999999999999999"])
    def test_are_positive_numbers_within_the_scale(self, rate: OfficialRate, bad: str) -> None:
        name = "ledger_officialrate_rate_positive"
        if len(bad) > 12:
            with pytest.raises(Exception, match="numeric field overflow"), transaction.atomic():
                copy_row("ledger_officialrate", rate.pk, rate=bad, rate_date=TUESDAY)
            return
        with refused(name):
            copy_row("ledger_officialrate", rate.pk, rate=bad, rate_date=TUESDAY)

    def test_are_of_two_units(self, rate: OfficialRate) -> None:
        with refused("ledger_officialrate_units_differ"):
            copy_row("ledger_officialrate", rate.pk, base_unit_id=rate.unit_id, rate_date=TUESDAY)

    def test_are_between_currencies(self, fx: ExchangeBook, rate: OfficialRate) -> None:
        with refused("ledger_officialrate_between_currencies"):
            copy_row("ledger_officialrate", rate.pk, unit_id=fx.units["XSHG:600000"])

    @pytest.mark.parametrize("day", ["1899-12-31", "3000-01-01", "infinity"])
    def test_are_of_a_plausible_day(self, rate: OfficialRate, day: str) -> None:
        with refused("ledger_officialrate_date_plausible"):
            copy_row("ledger_officialrate", rate.pk, rate_date=day)

    def test_have_a_source(self, rate: OfficialRate) -> None:
        with refused("ledger_officialrate_source_present"):
            copy_row("ledger_officialrate", rate.pk, source="", rate_date=TUESDAY)

    def test_are_in_one_direction(self, rate: OfficialRate) -> None:
        with refused("ledger_officialrate_one_direction"):
            copy_row("ledger_officialrate", rate.pk, unit_id=rate.base_unit_id, base_unit_id=rate.unit_id)

    @pytest.mark.parametrize("version", [1, 3])
    def test_follow_one_another(self, rate: OfficialRate, version: int) -> None:
        with refused("ledger_officialrate_versions_follow"):
            copy_row("ledger_officialrate", rate.pk, version=version)

    def test_are_set_by_hand_by_two(self, rate: OfficialRate) -> None:
        with refused("ledger_officialrate_manual_needs_approval"):
            copy_row("ledger_officialrate", rate.pk, source="manual", rate_date=TUESDAY)

    def test_are_set_anew_by_two(self, rate: OfficialRate) -> None:
        with refused("ledger_officialrate_manual_needs_approval"):
            copy_row("ledger_officialrate", rate.pk, version=2)

    def test_are_what_two_people_approved(self, fx: ExchangeBook, rate: OfficialRate) -> None:
        good = {"version": 2, "source": "manual", "rate": "7.2"}
        for changes in (
            {"approval_id": approval(fx, USD="7.3")},
            {"approval_id": approval(fx, HKD="7.2")},
            {"approval_id": approval(fx, is_approved=False, USD="7.2")},
            {"approval_id": approval(fx, USD="7.2"), "rate_date": TUESDAY, "version": 1},
            {"approval_id": approval(fx, USD="7.2"), "source": "somebody"},
            {"approval_id": approval(fx, USD="7.2"), "maker_id": fx.checker.pk},
        ):
            with refused("ledger_officialrate_is_approved"):
                copy_row("ledger_officialrate", rate.pk, **{**good, **changes})
        permitted = {**good, "approval_id": approval(fx, USD="7.2")}
        copy_row("ledger_officialrate", rate.pk, **permitted)
        with refused("ledger_officialrate_is_approved"):
            copy_row("ledger_officialrate", rate.pk, **{**permitted, "version": 3})

    def test_are_neither_changed_nor_deleted(self, fx: ExchangeBook, rate: OfficialRate) -> None:
        with not_permitted():
            OfficialRate.objects.filter(pk=rate.pk).update(rate=8)
        with not_permitted():
            rate.delete()


@pytest.mark.usefixtures("unfinished")
class TestClientExchanges:
    @pytest.fixture
    def deal(self, fx: ExchangeBook) -> ClientExchange:
        fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
        return fx.trade(("CNY", 700_000), ("USD", 98_000), days=0).exchange

    def settled(self, fx: ExchangeBook) -> ClientExchangeSettlement:
        (one,) = settle_client_exchanges(book_id=fx.book.pk, business_date=fx.day, maker_id=fx.maker.pk)
        return one

    def reverse(self, fx: ExchangeBook, entry_id: int) -> None:
        reverse_journal_entry(
            entry_id=entry_id,
            booking_date=fx.day,
            narration="wrong",
            caller="tests",
            idempotency_key=f"reverse-{entry_id}",
            maker_id=fx.maker.pk,
        )

    def post_again(self, fx: ExchangeBook) -> int:
        legs = [
            (CASH, "CNY", 7),
            (CLEARING, "CNY", -7),
            (CLEARING, "USD", 1),
            (f"{CASH}/unsettled", "USD", -1),
        ]
        return fx.post("fx_traded", *legs).entry_id

    @pytest.mark.parametrize("changes", [{"sold_minor": 8}, {"bought_minor": 2}, {"custodian_code": "BANKB"}])
    def test_say_what_was_posted(
        self, fx: ExchangeBook, deal: ClientExchange, changes: dict[str, object]
    ) -> None:
        fresh = {"reference": "x", "entry_id": self.post_again(fx), "sold_minor": 7, "bought_minor": 1}
        with refused("ledger_clientexchange_matches_entry"):
            copy_row("ledger_clientexchange", deal.pk, **{**fresh, **changes})
        copy_row("ledger_clientexchange", deal.pk, **fresh)

    def test_are_of_one_contract(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        other = fx.id_of(fx.other_clients_cash("USD"), "USD")
        with refused("ledger_clientexchange_within_contract"):
            copy_row("ledger_clientexchange", deal.pk, reference="x", bought_account_id=other)
        with refused("ledger_clientexchange_within_contract"):
            copy_row("ledger_clientexchange", deal.pk, reference="x", bought_account_id=deal.sold_account_id)

    def test_have_a_reference_of_their_own(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        with refused("ledger_clientexchange_reference_unique"):
            copy_row(
                "ledger_clientexchange",
                deal.pk,
                entry_id=self.post_again(fx),
                sold_minor=7,
                bought_minor=1,
            )

    def test_are_of_something(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        """The other way round, its entry would be."""
        legs = [
            (CASH, "CNY", -7),
            (CLEARING, "CNY", 7),
            (CLEARING, "USD", -1),
            (f"{CASH}/unsettled", "USD", 1),
        ]
        entry = fx.post("fx_traded", *legs).entry_id
        with refused("ledger_clientexchange_amounts_positive"):
            copy_row(
                "ledger_clientexchange",
                deal.pk,
                reference="x",
                entry_id=entry,
                sold_minor=-7,
                bought_minor=-1,
            )

    def test_settle_after_they_are_traded(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        fresh = {"reference": "x", "entry_id": self.post_again(fx), "sold_minor": 7, "bought_minor": 1}
        with refused("ledger_clientexchange_dates_in_order"):
            copy_row("ledger_clientexchange", deal.pk, settlement_date="2008-09-14", **fresh)

    def test_are_settled_by_what_was_posted(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        with refused("ledger_clientexchangesettlement_matches_entry"):
            ClientExchangeSettlement.objects.create(exchange=deal, attempt=1, entry_id=deal.entry_id)

    def test_are_settled_once(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        one = self.settled(fx)
        for attempt in (1, 2):
            with refused("ledger_clientexchangesettlement_is_due"):
                copy_row("ledger_clientexchangesettlement", one.pk, attempt=attempt)

    def test_are_not_settled_when_reversed(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        self.reverse(fx, deal.entry_id)
        with refused("ledger_clientexchangesettlement_is_due"):
            ClientExchangeSettlement.objects.create(exchange=deal, attempt=1, entry_id=deal.entry_id)

    def test_are_not_settled_before_their_day(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        later = fx.trade(("CNY", 7), ("USD", 1), days=1).exchange
        with refused("ledger_clientexchangesettlement_is_due"):
            ClientExchangeSettlement.objects.create(exchange=later, attempt=1, entry_id=later.entry_id)

    def test_are_neither_changed_nor_deleted(self, fx: ExchangeBook, deal: ClientExchange) -> None:
        one = self.settled(fx)
        with not_permitted():
            ClientExchange.objects.filter(pk=deal.pk).update(bought_minor=1)
        with not_permitted():
            one.delete()


class TestRevaluations:
    @pytest.fixture
    def run(self, fx: ExchangeBook) -> Revaluation:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        found = fx.revalue().revaluation
        assert found is not None
        return found

    def test_are_of_an_open_day(self, fx: ExchangeBook, run: Revaluation) -> None:
        fx.next_day()
        with refused("ledger_revaluation_day_is_open"):
            copy_row("ledger_revaluation", run.pk, run_no=2, entry_id=None)

    @pytest.mark.parametrize("run_no", [1, 3])
    def test_follow_one_another(self, run: Revaluation, run_no: int) -> None:
        with refused("ledger_revaluation_runs_follow"):
            copy_row("ledger_revaluation", run.pk, run_no=run_no, entry_id=None)

    def test_name_entries_of_their_kind(self, fx: ExchangeBook, run: Revaluation) -> None:
        other = fx.exchange(("CNY", 1), ("USD", 1)).posted.entry_id
        with refused("ledger_revaluation_matches_entries"):
            copy_row("ledger_revaluation", run.pk, run_no=2, entry_id=other)
        with refused("ledger_revaluation_matches_entries"):
            copy_row("ledger_revaluation", run.pk, run_no=2, translated_entry_id=run.entry_id, entry_id=None)

    @pytest.mark.parametrize(
        "changes",
        [
            {"quantity_minor": 98_001},
            {"cost_minor": 699_999, "unrealised_minor": -4_199},
            {"unrealised_minor": 0},
        ],
    )
    def test_say_what_stands(self, run: Revaluation, changes: dict[str, object]) -> None:
        again = copy_row("ledger_revaluation", run.pk, run_no=2, entry_id=None)
        line = run.lines.get()
        with refused("ledger_revaluationline_balances_proved"):
            copy_row("ledger_revaluationline", line.pk, revaluation_id=again, **changes)
        copy_row("ledger_revaluationline", line.pk, revaluation_id=again)
        with refused("ledger_revaluationline_unit_once"):
            copy_row("ledger_revaluationline", line.pk, revaluation_id=again)

    def test_are_at_the_newest_rate_of_the_unit_and_day(self, fx: ExchangeBook, run: Revaluation) -> None:
        again = copy_row("ledger_revaluation", run.pk, run_no=2, entry_id=None)
        line = run.lines.get()
        dinar = OfficialRate.objects.get(unit__code="KWD").pk
        assert line.rate_id is not None
        tomorrow = copy_row("ledger_officialrate", line.rate_id, rate_date=TUESDAY)
        for rate_id in (None, dinar, tomorrow):
            with refused("ledger_revaluationline_at_official_rate"):
                copy_row("ledger_revaluationline", line.pk, revaluation_id=again, rate_id=rate_id)
        copy_row(
            "ledger_officialrate",
            line.rate_id,
            version=2,
            source="manual",
            rate="7.2",
            approval_id=approval(fx, USD="7.2"),
        )
        with refused("ledger_revaluationline_at_official_rate"):
            copy_row("ledger_revaluationline", line.pk, revaluation_id=again)

    def test_are_neither_changed_nor_deleted(self, run: Revaluation) -> None:
        with not_permitted():
            Revaluation.objects.filter(pk=run.pk).update(run_no=9)
        with not_permitted():
            RevaluationLine.objects.filter(revaluation=run).update(cost_minor=0)


class TestTables:
    @pytest.mark.parametrize(
        "table",
        ["officialrate", "clientexchange", "clientexchangesettlement", "revaluation", "revaluationline"],
    )
    @pytest.mark.django_db(transaction=True)
    def test_are_append_only_for_the_owner_too(
        self, owner_connection: psycopg.Connection[tuple[object, ...]], table: str
    ) -> None:
        with transaction.atomic():
            fx = exchange_book()
            fx.rate(USD="7.1")
            fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
            fx.trade(("CNY", 700_000), ("USD", 98_000), days=0)
            settle_client_exchanges(book_id=fx.book.pk, business_date=fx.day, maker_id=fx.maker.pk)
            fx.exchange(("CNY", 700_000), ("USD", 98_000))
            fx.revalue()
        for statement in (f"UPDATE ledger_{table} SET id = id", f"DELETE FROM ledger_{table}"):
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                owner_connection.execute(statement)
            assert caught.value.diag.constraint_name == f"ledger_{table}_append_only"

    def test_are_not_locked_by_anybody_else(self, fx: ExchangeBook) -> None:
        """The functions that run as their owner take what they lock from the book, and nothing else."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT proname FROM pg_proc WHERE prosecdef AND proname LIKE 'ledger_%%'"
                " AND has_function_privilege(current_user, oid, 'EXECUTE')"
                " AND proname IN ('ledger_account_at', 'ledger_entry_posts_exactly')"
            )
            assert cursor.fetchall() == []


def end_transaction() -> None:
    """Ask for what is due at its end, as a commit does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestEntriesOfRows:
    """An entry of a kind that a row explains, posted raw and without it."""

    def test_give_no_client_what_another_paid_for(self, fx: ExchangeBook) -> None:
        fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
        other = fx.other_clients_cash("USD")
        with refused("ledger_journalentry_has_its_row"):
            fx.post(
                "fx_traded",
                (CASH, "CNY", 700_000),
                (CLEARING, "CNY", -700_000),
                (CLEARING, "USD", 98_000),
                (other, "USD", -98_000),
            )
            end_transaction()

    @pytest.mark.parametrize("kind", ["house_revalued", "house_result_translated"])
    def test_state_no_result_that_no_revaluation_found(self, fx: ExchangeBook, kind: str) -> None:
        with refused("ledger_journalentry_has_its_row"):
            fx.post(kind, ("house/capital", "CNY", 7), ("house/income/commission", "CNY", -7))
            end_transaction()

    def test_settle_no_exchange_that_was_not_traded(self, fx: ExchangeBook) -> None:
        fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
        with refused("ledger_journalentry_has_its_row"):
            fx.post("fx_settled", (CASH, "CNY", 7), (BANK, "CNY", -7))
            end_transaction()

    @pytest.mark.parametrize("kind", ["opening_balance", "journal_imported"])
    def test_import_nothing_that_two_people_did_not_approve(self, fx: ExchangeBook, kind: str) -> None:
        with refused("ledger_journalentry_has_its_row"):
            fx.post(kind, (BANK, "CNY", 7), (CASH, "CNY", -7))
            end_transaction()

    def test_are_honest_with_it(self, fx: ExchangeBook) -> None:
        fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
        fx.trade(("CNY", 700_000), ("USD", 98_000), days=0)
        settle_client_exchanges(book_id=fx.book.pk, business_date=fx.day, maker_id=fx.maker.pk)
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.revalue()
        end_transaction()

    @pytest.mark.parametrize("kind", ["charge_waived", "client_deposit", "trade_bought"])
    def test_alone_touch_fx_clearing(self, fx: ExchangeBook, kind: str) -> None:
        """Else any kind could do what an exchange may not."""
        fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
        other = fx.other_clients_cash("USD")
        with pytest.raises(ClearingNotOfExchange):
            fx.post(
                kind,
                (CASH, "CNY", 700_000),
                (CLEARING, "CNY", -700_000),
                (CLEARING, "USD", 98_000),
                (other, "USD", -98_000),
            )


class TestReversalOfAnExchange:
    def test_waits_till_its_settlement_is_reversed(self, fx: ExchangeBook) -> None:
        """Else the client has both currencies."""
        fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
        deal = fx.trade(("CNY", 700_000), ("USD", 98_000), days=0).exchange
        (settled,) = settle_client_exchanges(book_id=fx.book.pk, business_date=fx.day, maker_id=fx.maker.pk)
        with pytest.raises(ExchangeIsSettled):
            TestClientExchanges().reverse(fx, deal.entry_id)
        TestClientExchanges().reverse(fx, settled.entry_id)
        TestClientExchanges().reverse(fx, deal.entry_id)
        end_transaction()
