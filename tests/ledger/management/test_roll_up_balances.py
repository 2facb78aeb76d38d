"""The command that folds deltas."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.models import BalanceDelta
from ledger.queries.balances import balance
from tests.ledger.builders import SmallBook


def roll_up(*arguments: str) -> list[dict[str, object]]:
    out = StringIO()
    call_command("roll_up_balances", "--json", *arguments, stdout=out, stderr=StringIO())
    found: list[dict[str, object]] = json.loads(out.getvalue())
    return found


class TestRollUpBalances:
    def test_folds_all_deltas_batch_by_batch(self, main_book: SmallBook) -> None:
        for _ in range(5):
            main_book.post(main_book.draft("client_deposit", bank=1, wang=-1))
        assert roll_up("--batch", "2") == [{"book": "MAIN", "deltas": 5}]
        assert not BalanceDelta.objects.exists()
        assert balance(account_id=main_book.accounts["bank"]) == 5
        assert roll_up() == [{"book": "MAIN", "deltas": 0}]

    def test_refuses_a_book_that_is_not_there_and_a_batch_of_none(self, main_book: SmallBook) -> None:
        with pytest.raises(CommandError, match="Books: MAIN"):
            roll_up("--book", "OTHER")
        with pytest.raises(CommandError):
            roll_up("--batch", "0")
