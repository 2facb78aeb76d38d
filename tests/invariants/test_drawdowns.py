"""What the database refuses of drawdowns, round the services: the gate cannot be gone past."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from contracts.models import Drawdown, FinancingContract
from contracts.services.drawdown import NotOpenYet, PastMaturity
from tests.contracts.builders import DAY_ONE, TERMS, Lending, lending
from tests.contracts.services.test_rule_packs import put_in_force
from tests.contracts.services.test_suitability_gate import HOUSE_LENDS, stranger, us_like
from tests.invariants.custody_attacks import forbidden, sql
from tests.invariants.test_contracts import refused

COPY = """
INSERT INTO contracts_drawdown (
    book_id, entry_id, contract_id, booking_date, amount_minor, own_minor, financed_minor, cap_ppm,
    cap_source, tier, assessment_id, rule_pack_version_id
)
SELECT
    coalesce(%(book)s, book_id), coalesce(%(entry)s, entry_id), coalesce(%(contract)s, contract_id),
    coalesce(%(day)s::date, booking_date), coalesce(%(amount)s, amount_minor), coalesce(%(own)s, own_minor),
    coalesce(%(financed)s, financed_minor), coalesce(%(cap)s, cap_ppm), cap_source, coalesce(%(tier)s, tier),
    coalesce(%(assessment)s, assessment_id), coalesce(%(pack)s, rule_pack_version_id)
FROM contracts_drawdown ORDER BY id LIMIT 1
"""
NAMES = ["book", "entry", "contract", "day", "amount", "own", "financed", "cap", "tier", "assessment", "pack"]


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """Chen's contract, with a million drawn on 500,000.00 of her own."""
    made = book.open(tranches=HOUSE_LENDS)
    book.deposit(made, 50_000_000)
    book.draw(made, 100_000_000)
    return made


def settle() -> None:
    """Let the deferred rules speak, as a commit does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def raw_entry(
    book: Lending, contract: FinancingContract, amount: int, value_date: dt.date | None = None
) -> int:
    """An entry of a drawdown by the ledger's own door, without the service of contracts."""
    entry = book.post_at(
        "drawdown",
        {
            contract.principal_account_id: amount,
            book.id_of(f"contract/{contract.code}/funded/HOUSE"): -amount,
            book.id_of("house/funding"): amount,
            book.id_of("house/transit/BANKA"): -amount,
            book.id_of("client/transit/BANKA"): amount,
            contract.cash_account_id: -amount,
        },
        value_date,
    )
    return entry.entry_id


def write(**changes: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COPY, {**dict.fromkeys(NAMES), **changes})


class TestEntry:
    def test_has_a_row_that_permits_it(self, book: Lending, contract: FinancingContract) -> None:
        settle()
        with refused(book, "contracts_drawdown_permits_entry"):
            raw_entry(book, contract, 1000)
            settle()

    def test_of_an_unknown_client_finds_nothing_to_permit_it(self, book: Lending) -> None:
        """Going past submit as well: the states are moved by hand."""
        chen = book.open("F1", tranches=HOUSE_LENDS)
        book.deposit(chen, 1_000_000)
        book.draw(chen, 1000)
        stranger(book)
        novak = book.open("F2", client="NOVAK", approved=False, tranches=HOUSE_LENDS)
        book.deposit(novak, 1_000_000)
        with refused(book, "contracts_drawdown_client_is_suitable"):
            entry = raw_entry(book, novak, 1000)
            write(entry=entry, contract=novak.pk, own=1_000_000, financed=1000)


class TestDrawdown:
    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"amount": 999}, "contracts_drawdown_entry_is_its_own"),
            ({"day": "2024-12-31"}, "contracts_drawdown_entry_is_its_own"),
            ({"tier": 4}, "contracts_drawdown_tier_is_the_clients"),
            ({"pack": "US_REG_T"}, "contracts_drawdown_pack_is_the_contracts"),
            ({"cap": 5_000_001}, "contracts_drawdown_cap_within_tier"),
            ({"own": 50_000_001}, "contracts_drawdown_own_is_the_ledgers"),
            ({"own": 25_000_000}, "contracts_drawdown_leverage_within_cap"),
            ({"financed": 100_000_999}, "contracts_drawdown_financed_is_the_ledgers"),
            ({"own": 0}, "contracts_drawdown_amounts_positive"),
            ({"cap": 999_999}, "contracts_drawdown_cap_at_least_one"),
        ],
    )
    def test_says_what_is_so(
        self, book: Lending, contract: FinancingContract, change: dict[str, Any], name: str
    ) -> None:
        first = Drawdown.objects.get()
        if "pack" in change:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT v.id FROM contracts_rulepackversion v"
                    " JOIN contracts_rulepack p ON p.id = v.pack_id WHERE p.code = %s",
                    [change["pack"]],
                )
                change = {"pack": (cursor.fetchone() or (None,))[0]}
        assert first.financed_minor == 100_000_000
        with refused(book, name):
            entry = raw_entry(book, contract, 1000)
            write(**{"entry": entry, "amount": 1000, "financed": 100_001_000, **change})

    def test_keeps_within_the_initial_margin_of_its_pack(self, book: Lending) -> None:
        """The pack of the harbour leaves twice; its tiers would let five times pass."""
        put_in_force(book, effective_from="2024-01-01", leverage_cap_ppm_by_tier=[5_000_000] * 5)
        book.put_terms_in_force("HARB", us_like())
        made = book.open("F1", terms="HARB", tranches=HOUSE_LENDS)
        book.deposit(made, 1_000_000)
        book.draw(made, 1000)
        with refused(book, "contracts_drawdown_cap_within_pack"):
            entry = raw_entry(book, made, 1000)
            write(entry=entry, financed=2000, cap=2_000_001)

    def test_keeps_within_the_terms_in_force(self, book: Lending) -> None:
        """Terms at twice, at a fifth of margin and at a third of maintenance, in a pack that leaves five."""
        strict = (
            replace(TERMS, max_leverage_ppm=2_000_000),
            replace(TERMS, initial_margin_ppm=500_000),
            replace(TERMS, maintenance_ppm=333_334),
        )
        for number, draft in enumerate(strict):
            book.put_terms_in_force(f"STRICT-{number}", draft)
            made = book.open(f"S{number}", terms=f"STRICT-{number}", tranches=HOUSE_LENDS)
            book.deposit(made, 1_000_000)
            if not number:
                book.draw(made, 1000)
            with refused(book, "contracts_drawdown_cap_within_terms"):
                entry = raw_entry(book, made, 1000)
                write(
                    entry=entry,
                    contract=made.pk,
                    own=1_000_000,
                    financed=1000 + (1000 if not number else 0),
                    amount=1000,
                    cap=2_000_001,
                )

    def test_says_nothing_for_another_contract_in_its_entry(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        """One row, and a second contract drawn beside it that nobody has looked at."""
        stranger(book)
        novak = book.open("F2", client="NOVAK", approved=False, tranches=HOUSE_LENDS)
        with refused(book, "contracts_drawdown_entry_is_its_own"):
            entry = book.post_at(
                "drawdown",
                {
                    contract.principal_account_id: 1000,
                    book.id_of("contract/F1/funded/HOUSE"): -1000,
                    novak.principal_account_id: 10**9,
                    book.id_of("contract/F2/funded/HOUSE"): -(10**9),
                    book.id_of("house/funding"): 10**9 + 1000,
                    book.id_of("house/transit/BANKA"): -(10**9) - 1000,
                    book.id_of("client/transit/BANKA"): 10**9 + 1000,
                    contract.cash_account_id: -1000,
                    novak.cash_account_id: -(10**9),
                },
            ).entry_id
            write(entry=entry, amount=1000, financed=100_001_000)

    def test_falls_within_the_days_of_its_contract(self, book: Lending) -> None:
        made = book.open(tranches=HOUSE_LENDS, matures_on=DAY_ONE + dt.timedelta(days=9))
        book.deposit(made, 50_000_000)
        book.draw(made, 1000)
        with refused(book, "contracts_drawdown_contract_has_opened"):
            entry = raw_entry(book, made, 1000, DAY_ONE - dt.timedelta(days=1))
            write(entry=entry, financed=2000)
        book.advance(DAY_ONE + dt.timedelta(days=9))
        with refused(book, "contracts_drawdown_before_maturity"):
            entry = raw_entry(book, made, 1000)
            write(entry=entry, financed=2000, day=book.day)
        with pytest.raises(PastMaturity):
            book.draw(made, 1000)
        with pytest.raises(NotOpenYet):
            book.draw(book.open("F2", client="DUBOIS"), 1000, value_date=DAY_ONE)

    def test_is_taken_where_all_of_it_is_so(self, book: Lending, contract: FinancingContract) -> None:
        entry = raw_entry(book, contract, 1000)
        write(entry=entry, amount=1000, financed=100_001_000)
        settle()

    def test_belongs_to_one_entry_and_stays(self, book: Lending, contract: FinancingContract) -> None:
        with pytest.raises(IntegrityError, match="entry_id"), transaction.atomic():
            write()
        for statement in ("UPDATE {} SET tier = 1", "DELETE FROM {}", "TRUNCATE {}"):
            with forbidden():
                sql(statement.format("contracts_drawdown"))
