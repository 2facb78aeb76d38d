"""Whatever a custodian is told, its statements foot, follow one another, and are read as they were meant."""

import os
import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from custody.domain.statement_checks import Predecessor, check_continuity, check_statement
from custody.domain.statement_json import ParsedStatement, StatedUnit, parse_statement
from custody.simulator.books import CustodianBooks

START = date(2008, 9, 15)
UNITS = {
    "USD": StatedUnit(2, is_currency=True),
    "JPY": StatedUnit(0, is_currency=True),
    "XNYS:IBM": StatedUnit(0, is_currency=False),
    "XNYS:GE": StatedUnit(0, is_currency=False),
}
ACCOUNTS = ["1-CLIENT", "1-FUNDER", "1-HOUSE"]
account = st.sampled_from(ACCOUNTS)
amount = st.integers(min_value=1, max_value=10_000)
days = st.integers(min_value=0, max_value=3)

order = st.one_of(
    st.tuples(st.just("incoming"), account, st.sampled_from(sorted(UNITS)), amount, days),
    st.tuples(st.just("transfer"), account, st.sampled_from([*ACCOUNTS, "EXTERNAL"]), amount),
    st.tuples(
        st.just("fill"),
        st.sampled_from(["buy", "sell"]),
        st.sampled_from(["XNYS:IBM", "XNYS:GE"]),
        amount,
        days,
    ),
    st.tuples(st.just("dividend"), st.sampled_from(["XNYS:IBM", "XNYS:GE"]), amount, days),
    st.tuples(st.just("split"), st.sampled_from(["XNYS:IBM", "XNYS:GE"]), st.integers(1, 5), days),
    st.just(("crash",)),
    st.just(("day",)),
)


def tell(books: CustodianBooks, what: tuple, number: int, today: date) -> None:  # type: ignore[type-arg]
    reference = f"R{number}"
    match what:
        case ("incoming", number_of, unit, quantity, ahead):
            books.credit_incoming(number_of, unit, quantity, reference, today + timedelta(ahead))
        case ("transfer", payer, payee, quantity) if payer != payee:
            books.instruct_transfer(reference, payer, payee, "USD", quantity)
        case ("fill", side, instrument, quantity, ahead):
            settles = today + timedelta(ahead)
            books.fill(reference, "1-CLIENT", side, instrument, quantity, quantity * 3, "USD", settles)
        case ("dividend", instrument, quantity, ahead):
            pays = today + timedelta(ahead + 1)
            books.announce_dividend(reference, instrument, today, pays, "USD", quantity * 12_345, 150_000)
        case ("split", instrument, numerator, ahead):
            books.announce_split(reference, instrument, today, today + timedelta(ahead), numerator, 2)


def predecessor(statement: ParsedStatement) -> Predecessor:
    return Predecessor(
        number=statement.number,
        sequence=statement.sequence,
        closing_minor={
            (stated.number, balance.unit): balance.closing_minor
            for stated in statement.accounts
            for balance in stated.balances
        },
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(order, max_size=40), st.randoms(use_true_random=False))
def test_statements_foot_and_continue(orders: list[tuple], random: object) -> None:  # type: ignore[type-arg]
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        books = CustodianBooks(directory, "HARBOUR")
        for opened in ACCOUNTS:
            books.open_account(opened, opened[2:].lower())
        today = START
        books.advance_to(today)
        files = []
        for number, what in enumerate([*orders, ("day",)]):
            if what == ("day",):
                files.append(books.write_statement(today))
                today += timedelta(1)
                books.advance_to(today)
            elif what == ("crash",):
                books.close()
                with (directory / "HARBOUR.jsonl").open("ab") as torn:
                    torn.write(b'{"n":99999,"command":"inc')
                    os.fsync(torn.fileno())
                books = CustodianBooks(directory, "HARBOUR")
            else:
                tell(books, what, number, today)
        balances = {(held, unit): books.balance(held, unit) for held in ACCOUNTS for unit in UNITS}
        last = books.write_statement(today)
        books.close()
    stated: dict[tuple[str, str], int] = {}
    for kind in (0, 1):
        before: Predecessor | None = None
        for _name, raw in [day[kind] for day in files] + [last[kind]]:
            statement = parse_statement(raw, units=UNITS)
            assert check_statement(statement, known_accounts=ACCOUNTS) == []
            assert check_continuity(statement, before) == []
            before = predecessor(statement)
        assert before is not None
        stated |= before.closing_minor
    assert {key: value for key, value in balances.items() if value} == {
        key: value for key, value in stated.items() if value
    }
