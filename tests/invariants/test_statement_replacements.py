"""Which statement takes the place of which is the database's to refuse, whoever asks."""

from typing import Any

import pytest

from custody.models import Statement
from tests.custody.cast import Cast, document, make_cast, raw
from tests.custody.services.test_statement_replacements import wrong
from tests.invariants.custody_attacks import columns, copy_row, forbidden, refused, sql

ATTACK = """
INSERT INTO custody_statementreplacement (replaced_id, replacement_id, maker_id)
SELECT %s, %s, maker_id FROM custody_statement LIMIT 1
"""
STATED = columns(Statement, "transaction_id")
STOPPED = '\'[{"code": "footing_wrong", "stops": true}]\''


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def forged(**changes: Any) -> int:
    """A further statement, copied from the newest by the login itself."""
    other = (
        f"'{len(changes)} {sorted(changes)}'::bytea".replace("['", "").replace("']", "").replace("', '", " ")
    )
    copy_row(
        "custody_statement",
        STATED,
        "ORDER BY id DESC LIMIT 1",
        **{"original": other, "sha256": f"sha256({other})", **changes},
    )
    return Statement.objects.latest("id").pk


class TestStatementReplacement:
    def test_is_never_changed_or_taken_away(self, cast: Cast) -> None:
        cast.take_in(raw(wrong()))
        cast.take_in(raw(document()))
        for statement in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"):
            with forbidden():
                sql(statement.format("custody_statementreplacement"))

    def test_supersedes_a_statement_once(self, cast: Cast) -> None:
        replaced = cast.take_in(raw(wrong()))
        cast.take_in(raw(document()))
        with refused("custody_statementreplacement_superseded_once"):
            sql(ATTACK, replaced.pk, forged(findings="'[]'"))

    def test_never_replaces_one_that_nothing_stopped(self, cast: Cast) -> None:
        accepted = cast.take_in(raw(document()))
        with refused("custody_statementreplacement_replaced_was_stopped"):
            sql(ATTACK, accepted.pk, forged(file_name="'b'"))

    def test_never_replaces_by_one_that_is_stopped_itself(self, cast: Cast) -> None:
        stopped = cast.take_in(raw(wrong()))
        with refused("custody_statementreplacement_replacement_is_usable"):
            sql(ATTACK, stopped.pk, forged(findings=STOPPED))

    @pytest.mark.parametrize(
        "changes",
        [{"statement_date": "statement_date + 1"}, {"sequence_number": "9"}, {"kind": "'holdings'"}],
    )
    def test_is_about_the_same_day_and_number(self, cast: Cast, changes: dict[str, str]) -> None:
        stopped = cast.take_in(raw(wrong()))
        with refused("custody_statementreplacement_same_day_and_number"):
            sql(ATTACK, stopped.pk, forged(state="'accepted'", findings="'[]'", **changes))

    def test_never_goes_back_in_time(self, cast: Cast) -> None:
        right = forged_first = cast.take_in(raw(document()))
        stopped = forged(state="'marked'", findings=STOPPED)
        with refused("custody_statementreplacement_comes_later"):
            sql(ATTACK, stopped, right.pk)
        assert forged_first.pk < stopped


@pytest.mark.django_db(transaction=True)
class TestStatementReplacementLater:
    def test_is_not_claimed_for_a_statement_that_came_before(self) -> None:
        cast = make_cast()
        stopped = cast.take_in(raw(wrong()))
        forged(state="'accepted'", findings="'[]'")
        with refused("custody_statementreplacement_arrives_with_statement"):
            sql(ATTACK, stopped.pk, Statement.objects.latest("id").pk)
