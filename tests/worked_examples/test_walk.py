"""The life of a contract in figures: all of ../shared/golden/walk.json, and its essence without the file."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from ledger.models import JournalEntry, Posting
from tests.worked_examples.walk_banks import banks_confirm
from tests.worked_examples.walk_events import SHARE, Walk, walk

Net = dict[tuple[str, str], int]

ADDRESSES = {
    r"custody/(\w+)": r"\1/custody/BANKA",
    r"capital": "house/capital",
    r"reservefund": "reserve/fund",
    r"expense/loanloss": "house/expense/loan-loss",
    r"expense/(\w+)": r"house/expense/\1",
    r"income/fx_unrealised": "house/income/fx-unrealised",
    r"income/(\w+)": r"house/income/\1",
    r"house/funding": "house/funding",
    r"position": "house/position/USD",
    r"unallocated": "client/unallocated/BANKA",
    r"taxpayable": "client/tax-payable/BANKA",
    r"fxclear": "client/fx-clearing/BANKA",
    r"costs/broker": "client/costs/BANKA/external",
    r"costs/house": "client/costs/BANKA/house",
    r"settle/cashpay": "client/settlement/BANKA/cash-payable",
    r"settle/cashrec": "client/settlement/BANKA/cash-receivable",
    r"settle/secpay": "client/settlement/BANKA/securities-payable",
    r"settle/secrec": "client/settlement/BANKA/securities-receivable",
    r"client/c/(\w+)": r"client/CHEN/F1/\1",
    r"client/d/(\w+)": r"client/DUBOIS/F2/\1",
    r"favail/(\w+)": r"funder/\1/available",
    r"loan/c": "contract/F1/principal",
    r"fprin/c/(\w+)": r"contract/F1/funded/\1",
    r"ir/c": "contract/F1/interest-receivable",
    r"fint/c/(\w+)": r"contract/F1/interest-payable/\1",
    r"pr/c": "contract/F1/penalty-receivable",
    r"fr/c": "contract/F1/fee-receivable",
    r"claim/c/(\w+)": r"contract/F1/claim/\1",
}
"""The model's account names and our addresses."""

WORDS = {"A": "AURORA", "B": "BEACON", "H": "HOUSE"}
KINDS = {"cash": "cash", "cash_unsettled": "cash/unsettled", "sec": "securities"}
KINDS["sec_unsettled"] = "securities/unsettled"


def our_address(name: str) -> str:
    for pattern, address in ADDRESSES.items():
        match = re.fullmatch(pattern, name)
        if match:
            groups = [WORDS.get(group, KINDS.get(group, group)) for group in match.groups()]
            return address.replace(r"\1", groups[0]) if groups else address
    raise AssertionError(f"the model has an account {name} that is not mapped")


def our_unit(code: str) -> str:
    return SHARE if code == "SEC" else code


def as_the_model_sees(address: str) -> str:
    """Money on its way between banks is in custody to the model, which has one account for a position."""
    return re.sub(r"^(\w+)/(transit|payments)/", r"\1/custody/", address).removesuffix("/revaluation")


def net(legs: list[tuple[str, str, int]]) -> Net:
    total: Counter[tuple[str, str]] = Counter()
    for address, unit, amount in legs:
        total[address, unit] += amount
    return {key: amount for key, amount in total.items() if amount}


def entries_after(entry_id: int) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(id__gt=entry_id).order_by("id"))


def net_of(entry: JournalEntry) -> Net:
    rows = Posting.objects.filter(entry=entry).values_list("account__address", "unit__code", "amount_minor")
    return net([(as_the_model_sees(address), unit, amount) for address, unit, amount in rows])


def last_entry_id() -> int:
    newest = JournalEntry.objects.order_by("id").last()
    return newest.id if newest else 0


@pytest.fixture
def chen(db: None) -> Walk:
    return walk()


class TestWalkOfTheModel:
    def test_is_posted_event_by_event_by_our_services(self, chen: Walk, shared_dir: Path) -> None:
        model = json.loads((shared_dir / "golden" / "walk.json").read_text())
        expected = iter(model["entries"])
        for names, happen in chen.events():
            before = last_entry_id()
            happen()
            entries = entries_after(before)
            assert len(entries) == len(names), names
            for name, entry in zip(names, entries, strict=True):
                event = next(expected)
                assert event["event"] == name
                legs = [
                    (our_address(leg["account"]), our_unit(leg["unit"]), leg["amount_minor"])
                    for leg in event["postings"]
                ]
                assert (name, net_of(entry)) == (name, net(legs))
        assert next(expected, None) is None

        banks_confirm(chen.book)
        closing = {
            (our_address(row["account"]), our_unit(row["unit"])): row["amount_minor"]
            for row in model["closing_balances"]
        }
        held = [(address, unit, amount) for (address, unit), amount in chen.closing().items()]
        assert net([(as_the_model_sees(address), unit, amount) for address, unit, amount in held]) == closing


def amounts(entry: JournalEntry, **addresses: str) -> dict[str, int]:
    found = net_of(entry)
    return {name: found.get((address, "CNY"), 0) for name, address in addresses.items()}


class TestWalkInItsEssentials:
    """The figures that matter, without the file: in fen."""

    @pytest.fixture
    def events(self, chen: Walk) -> dict[str, list[JournalEntry]]:
        found: dict[str, list[JournalEntry]] = {}
        for names, happen in chen.events():
            before = last_entry_id()
            happen()
            for name, entry in zip(names, entries_after(before), strict=True):
                found.setdefault(name, []).append(entry)
        return found

    def test_thirty_days_cost_5342_47(self, events: dict[str, list[JournalEntry]]) -> None:
        days = [
            amounts(
                entry,
                client="contract/F1/interest-receivable",
                aurora="contract/F1/interest-payable/AURORA",
                beacon="contract/F1/interest-payable/BEACON",
                spread="house/income/spread",
            )
            for entry in events["accrue"]
        ]
        assert [one["client"] for one in days[:7]] == [17808, 17808, 17809, 17808, 17808, 17808, 17809]
        assert [one["spread"] for one in days[:3]] == [-2740, -2739, -2741]
        assert {name: sum(one[name] for one in days) for name in days[0]} == {
            "client": 534247,
            "aurora": -271233,
            "beacon": -180822,
            "spread": -82192,
        }

    @pytest.mark.parametrize(
        ("event", "figures"),
        [
            (
                "interest collected (part)",
                {"client": -300000, "aurora": 152308, "beacon": 101538, "house": 46154},
            ),
            ("wf interest", {"client": -224247, "aurora": 113848, "beacon": 75899, "house": 34500}),
        ],
    )
    def test_interest_is_shared_by_what_each_has_earned(
        self, events: dict[str, list[JournalEntry]], event: str, figures: dict[str, int]
    ) -> None:
        assert (
            amounts(
                events[event][0],
                client="contract/F1/interest-receivable",
                aurora="contract/F1/interest-payable/AURORA",
                beacon="contract/F1/interest-payable/BEACON",
                house="house/custody/BANKA",
            )
            == figures
        )

    @pytest.mark.parametrize(
        ("event", "figures"),
        [
            ("drawdown", {"loan": 100000000, "aurora": -60000000, "beacon": -40000000, "house": 0}),
            ("repay", {"loan": -10000000, "aurora": 6000000, "beacon": 4000000, "house": 0}),
            ("capitalise", {"loan": 10000, "aurora": -5077, "beacon": -3385, "house": -1538}),
            ("wf principal", {"loan": -77066971, "aurora": 46239392, "beacon": 30826262, "house": 1317}),
            ("reserve draw", {"loan": -8000000, "aurora": 4799918, "beacon": 3199945, "house": 137}),
            ("funder loss", {"loan": -4943029, "aurora": 2965767, "beacon": 1977178, "house": 84}),
        ],
    )
    def test_principal_is_shared_to_the_last_fen(
        self, events: dict[str, list[JournalEntry]], event: str, figures: dict[str, int]
    ) -> None:
        assert (
            amounts(
                events[event][0],
                loan="contract/F1/principal",
                aurora="contract/F1/funded/AURORA",
                beacon="contract/F1/funded/BEACON",
                house="contract/F1/funded/HOUSE",
            )
            == figures
        )

    def test_a_recovery_repays_the_losers_and_then_the_reserve(
        self, events: dict[str, list[JournalEntry]]
    ) -> None:
        assert amounts(
            events["recovery"][0],
            aurora="funder/AURORA/available",
            beacon="funder/BEACON/available",
            house="house/income/recovery",
            reserve="reserve/fund",
        ) == {"aurora": -2965767, "beacon": -1977178, "house": -84, "reserve": -2056971}

    def test_nothing_of_the_contract_is_left_but_the_claims(
        self, chen: Walk, events: dict[str, list[JournalEntry]]
    ) -> None:
        assert events
        of_chen = {key: value for key, value in chen.closing().items() if "F1" in key[0]}
        assert of_chen == {
            ("contract/F1/claim/debtor", "CNY"): 5943029,
            ("contract/F1/claim/reserve", "CNY"): -5943029,
        }
