"""The command says in words and in JSON what it did, and exits non-zero when refused."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.ledger.builders import SmallBook
from tests.ledger.months import three_months

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])


@pytest.fixture
def autumn(transactional_db: None) -> SmallBook:
    return three_months()


class TestMoveMonth:
    def test_detaches_and_attaches(self, autumn: SmallBook, capsys: pytest.CaptureFixture[str]) -> None:
        documents = []
        for move in ("detach", "attach"):
            call_command("move_month", "2008-09", move, "--json")
            documents.append(json.loads(capsys.readouterr().out))
        assert [document.pop("move") for document in documents] == ["detached", "attached"]
        assert documents[0] == documents[1]
        assert (documents[0]["month"], documents[0]["postings"]) == ("2008-09", 2)
        assert len(documents[0]["sha256"]) == 64

    def test_exits_with_one_where_it_is_refused(
        self, autumn: SmallBook, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as caught:
            call_command("move_month", "2008-11", "detach", "--json")
        said = capsys.readouterr()
        assert caught.value.code == 1
        assert json.loads(said.out) == {"month": "2008-11", "refused": "ledger_monthmove_days_are_closed"}
        assert "every book has left behind" in said.err

    @pytest.mark.parametrize("month", ["2008", "2008-13", "2008-9", "september"])
    def test_takes_months_only(self, db: None, month: str) -> None:
        with pytest.raises(CommandError, match="YYYY-MM"):
            call_command("move_month", month, "detach")
