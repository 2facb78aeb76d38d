"""Vector S1: 10,000 and 5,000 owed, 700 overdrawn, 250 unallocated, 1,000 prudent, 15,800 in the bank."""

import json
from pathlib import Path

from clearing.domain.client_money import NegativeBalance, reconcile_client_money
from ledger.domain.money import minor_to_decimal_string, parse_amount_minor

ALMA, BRUNO, CHEN = "client/alma/F1/cash", "client/bruno/F2/cash", "client/chen/F3/cash"


class TestReconcileClientMoney:
    def test_never_nets_an_overdrawn_client_against_the_others(self) -> None:
        result = reconcile_client_money(
            balances_minor={ALMA: 10_000_00, BRUNO: 5_000_00, CHEN: -700_00},
            unallocated_minor=250_00,
            prudent_segregation_minor=1_000_00,
            resource_minor=15_800_00,
        )
        assert result.requirement_minor == 16_250_00
        assert result.shortfall_minor == 450_00
        assert result.excess_minor == 0
        assert result.negative == (NegativeBalance(account=CHEN, balance_minor=-700_00),)

    def test_shows_what_netting_would_have_hidden(self) -> None:
        result = reconcile_client_money(
            balances_minor={ALMA: 10_000_00, BRUNO: 5_000_00, CHEN: -700_00},
            unallocated_minor=250_00,
            prudent_segregation_minor=1_000_00,
            resource_minor=15_800_00,
        )
        assert result.naive_requirement_minor == 15_550_00
        assert result.naive_excess_minor == 250_00

    def test_counts_money_owed_for_a_purchase_until_it_has_left_the_bank(self) -> None:
        bought = reconcile_client_money(
            balances_minor={ALMA: 4_000_00},
            unallocated_minor=0,
            prudent_segregation_minor=0,
            obligations_minor=6_000_00,
            resource_minor=10_000_00,
        )
        assert (bought.requirement_minor, bought.shortfall_minor, bought.excess_minor) == (10_000_00, 0, 0)

    def test_does_not_take_money_receivable_for_a_resource(self) -> None:
        sold = reconcile_client_money(
            balances_minor={ALMA: 4_000_00},
            unallocated_minor=0,
            prudent_segregation_minor=0,
            obligations_minor=-6_000_00,
            resource_minor=4_000_00,
        )
        assert (sold.requirement_minor, sold.shortfall_minor) == (4_000_00, 0)

    def test_names_overdrawn_accounts_in_the_order_of_their_addresses(self) -> None:
        result = reconcile_client_money(
            balances_minor={CHEN: -1, ALMA: -2, BRUNO: 0},
            unallocated_minor=0,
            prudent_segregation_minor=0,
            resource_minor=0,
        )
        assert [one.account for one in result.negative] == [ALMA, CHEN]
        assert result.requirement_minor == 0

    def test_gives_the_figures_of_the_vector(self, shared_dir: Path) -> None:
        vectors = json.loads((shared_dir / "golden" / "vectors.json").read_text())
        expected = next(vector["expected"] for vector in vectors if vector["id"] == "S1")
        result = reconcile_client_money(
            balances_minor={ALMA: 10_000_00, BRUNO: 5_000_00, CHEN: -700_00},
            unallocated_minor=250_00,
            prudent_segregation_minor=1_000_00,
            resource_minor=parse_amount_minor(expected["resource"], exponent=2),
        )
        assert minor_to_decimal_string(result.requirement_minor, 2) == f"{expected['requirement']}.00"
        assert minor_to_decimal_string(result.shortfall_minor, 2) == f"{expected['shortfall']}.00"
        assert (
            minor_to_decimal_string(result.naive_requirement_minor, 2)
            == f"{expected['naive_net_requirement']}.00"
        )
        assert expected["naive_result"] == f"excess {result.naive_excess_minor // 100}"
