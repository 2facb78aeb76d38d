"""Statements: balances and movements of closed days, how interest came about, and how a contract ended."""

import datetime as dt
import json

import pytest

from accounts.models import DisclosureVersion
from contracts.documents.words import LOCALES
from contracts.models import Document, FinancingContract
from contracts.queries.client_statement import closing_inputs
from contracts.services.charges import accrue_fee
from contracts.services.interest import accrue_interest
from contracts.services.interest_collection import collect_interest
from contracts.services.repayment import repay
from contracts.services.statements import (
    ContractNotEnded,
    NoContractInPeriod,
    PeriodStillOpen,
    issue_client_statement,
    issue_closing_statement,
    issue_disclosure,
)
from contracts.services.waterfall import WaterfallStage, apply_waterfall
from tests.contracts.builders import DAY_ONE, Lending
from tests.contracts.documents.paper import text_of, without_blanks

TENTH, THIRTY_FIRST, FEBRUARY = dt.date(2025, 1, 11), dt.date(2025, 1, 31), dt.date(2025, 2, 3)


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """A million for ten days, 750,000 for twenty: 1,780.82 and 2,671.23 of interest; a fee; shares."""
    made = book.drawn()
    book.post_securities(made, 1_000)
    book.advance(TENTH)
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    paid(book, made, 25_000_000, "first")
    book.advance(THIRTY_FIRST)
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    accrue_fee(
        contract_id=made.pk,
        amount_minor=200_000,
        booking_date=book.day,
        value_date=book.day,
        maker_id=book.maker.id,
        idempotency_key="fee",
    )
    book.advance(FEBRUARY)
    collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    return made


def paid(book: Lending, contract: FinancingContract, amount: int, key: str) -> None:
    repay(
        contract_id=contract.pk,
        amount_minor=amount,
        booking_date=book.day,
        value_date=book.day,
        maker_id=book.maker.id,
        idempotency_key=key,
    )


def statement(
    book: Lending, locale: str = "en", since: dt.date = DAY_ONE, until: dt.date = THIRTY_FIRST
) -> Document:
    return issue_client_statement(
        book_id=book.book.pk,
        client_id=book.parties["CHEN"].pk,
        since=since,
        until=until,
        locale=locale,
        issued_on=FEBRUARY,
        maker_id=book.maker.pk,
    )


def closing(book: Lending, contract: FinancingContract, locale: str = "en") -> Document:
    return issue_closing_statement(
        contract_id=contract.pk, locale=locale, issued_on=book.day, maker_id=book.maker.pk
    )


def said_in(document: Document, *said: str) -> list[str]:
    """What of it the paper does not say."""
    text = text_of(bytes(document.content))
    return [one for one in said if without_blanks(one) not in text]


class TestIssueClientStatement:
    def test_states_balances_movements_and_segments(self, book: Lending, contract: FinancingContract) -> None:
        made = statement(book)
        assert made.reference == "LEND-STM-2025-000001"
        missing = said_in(
            made,
            "Chen (CHEN)",
            "1 January 2025 to 31 January 2025",
            "Cash, settled 0.00 1,250,000.00 1,250,000.00",
            "Loan principal 0.00 750,000.00 750,000.00",
            "Interest owed 0.00 4,452.05 4,452.05",
            "Fees owed 0.00 2,000.00 2,000.00",
            "Owed in all 0.00 756,452.05 756,452.05",
            "01 Jan 2025 11 Jan 2025 10 1,000,000.00 6.50 % 1,780.82",
            "11 Jan 2025 31 Jan 2025 20 750,000.00 6.50 % 2,671.23",
            "Total 30 4,452.05",
            "actual days over 365; the first day counts",
            "XSHG:600000 0 1,000 0 1,000",
        )
        assert missing == []
        (one,) = json.loads(made.inputs)["contracts"]
        assert [line["balance_minor"] for line in one["cash_lines"]] == [50_000_000, 150_000_000, 125_000_000]
        assert [line["kind"] for line in one["loan_lines"]] == ["drawdown", "repayment"]

    @pytest.mark.parametrize(
        ("locale", "said"),
        [
            ("zh-hans", ["客户对账单", "2025年1月1日 至 2025年1月31日", "融资本金", "应付罚息", "利息计算"]),
            (
                "zh-hant",
                ["客戶對帳單", "2025年1月1日 至 2025年1月31日", "融資本金", "應付違約金", "利息計算"],
            ),
        ],
    )
    def test_states_them_in_chinese(
        self, book: Lending, contract: FinancingContract, locale: str, said: list[str]
    ) -> None:
        assert said_in(statement(book, locale), *said, "2025-01-11", "2,671.23") == []

    def test_goes_on_where_the_last_one_ended(self, book: Lending, contract: FinancingContract) -> None:
        book.advance(dt.date(2025, 2, 4))
        later = json.loads(statement(book, since=dt.date(2025, 2, 1), until=FEBRUARY).inputs)["contracts"][0]
        first = json.loads(statement(book).inputs)["contracts"][0]
        for account, balance in first["balances"].items():
            assert later["balances"][account]["opening_minor"] == balance["closing_minor"]
        (paid_interest,) = later["charges"]
        assert (paid_interest["kind"], paid_interest["amount_minor"]) == ("interest_collected", -445_205)

    def test_states_closed_days_only(self, book: Lending, contract: FinancingContract) -> None:
        for until in (FEBRUARY, dt.date(2025, 2, 28), dt.date(2024, 12, 31)):
            with pytest.raises(PeriodStillOpen):
                statement(book, until=until)
        assert not Document.objects.exists()

    def test_needs_a_contract(self, book: Lending, contract: FinancingContract) -> None:
        dubois = book.party("DUBOIS", "client")
        with pytest.raises(NoContractInPeriod):
            issue_client_statement(
                book_id=book.book.pk,
                client_id=dubois.pk,
                since=DAY_ONE,
                until=THIRTY_FIRST,
                locale="en",
                issued_on=FEBRUARY,
                maker_id=book.maker.pk,
            )


class TestIssueClosingStatement:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_shows_how_each_debt_was_settled(
        self, book: Lending, contract: FinancingContract, locale: str
    ) -> None:
        with pytest.raises(ContractNotEnded):
            closing(book, contract)
        wind_up(book, contract, left=100_000_000, state="closed")
        made = closing(book, contract, locale)
        assert said_in(made, "1,000,000.00", "4,452.05", "2,000.00", "LEND-CLS-2025-000001") == []
        accounts = closing_inputs(contract_id=contract.pk)["accounts"]
        owed = {name: sum(one["amount_minor"] for one in moved) for name, moved in accounts.items()}
        assert owed == {"cash": 24_800_000, "principal": 0, "interest": 0, "penalty": 0, "fees": 0}

    def test_says_who_bore_a_deficit(self, book: Lending, contract: FinancingContract) -> None:
        book.fill_reserve(8_000_000)
        wind_up(book, contract, left=70_000_000, state="defaulted")
        assert (
            said_in(
                closing(book, contract),
                "The contract has ended by default",
                "Negative-balance protection applies",
                "Paid by the reserve fund",
            )
            == []
        )


class TestIssueDisclosure:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_carries_the_text_and_its_hash(self, book: Lending, locale: str) -> None:
        disclosure = DisclosureVersion.objects.get(code="MARGIN-RISK", version=1)
        made = issue_disclosure(
            book_id=book.book.pk,
            client_id=book.party("CHEN", "client").pk,
            disclosure_id=disclosure.pk,
            locale=locale,
            issued_on=book.day,
            maker_id=book.maker.pk,
        )
        said = disclosure.texts[locale]
        paragraphs = [one for one in said["text"].split("\n") if one.strip()]
        assert said_in(made, said["title"], said["sha256"], *paragraphs) == []


def wind_up(book: Lending, contract: FinancingContract, *, left: int, state: str) -> None:
    """The contract's shares go, its cash becomes this much, and the waterfall ends it."""
    custody = book.id_of("client/custody/BANKA", "XSHG:600000")
    book.post_at("securities_out", {custody: -1_000, book.securities_account(contract): 1_000})
    amount = book.of(contract).cash_minor - left
    book.post_at(
        "client_withdrawal", {contract.cash_account_id: amount, book.id_of("client/payments/BANKA"): -amount}
    )
    apply_waterfall(
        contract_id=contract.pk,
        pot_minor=None,
        stage=WaterfallStage.FINAL,
        booking_date=book.day,
        maker_id=book.maker.pk,
        reference="LQ-1",
        reserve_caps_minor=(),
    )
    contract.refresh_from_db()
    if contract.state != "defaulted":
        book.move(contract, "liquidating", "closed")
    contract.refresh_from_db()
    assert contract.state == state
