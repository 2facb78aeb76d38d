"""A corrected file takes the place of one that was stopped; both are kept and the difference is shown."""

from datetime import timedelta
from typing import Any

from custody.models import Statement, StatementReplacement, StatementState
from custody.queries.replacements import differences_of
from custody.queries.statements import is_usable, usable_statement
from tests.custody.cast import MONDAY, Cast, document, entry, raw
from tests.custody.services.test_statements import codes, tuesday


def wrong() -> dict[str, Any]:
    """Monday's statement with one amount mistaken: it does not foot."""
    said = document()
    said["accounts"][0]["entries"][1]["amount"] = "500.01"
    return said


class TestImportStatement:
    def test_lets_a_right_file_supersede_a_stopped_one(self, cast: Cast) -> None:
        stopped, data = cast.take_in(raw(wrong())), raw(document())
        right = cast.take_in(data, on=MONDAY + timedelta(days=1))
        assert (right.state, codes(right)) == (StatementState.ACCEPTED, [])
        assert list(StatementReplacement.objects.values_list("replaced", "replacement")) == [
            (stopped.pk, right.pk)
        ]
        found = usable_statement(
            book_id=cast.book.pk, custodian_id=cast.harbour.pk, kind="cash", statement_date=MONDAY
        )
        assert found == right

    def test_keeps_bytes_findings_and_lines_of_both(self, cast: Cast) -> None:
        stopped = cast.take_in(raw(wrong()))
        cast.take_in(raw(document()))
        kept = Statement.objects.get(pk=stopped.pk)
        assert bytes(kept.original) == raw(wrong())
        assert (codes(kept), kept.entries.count(), is_usable(kept)) == (["footing_wrong"], 2, False)

    def test_supersedes_once_however_often_it_is_sent(self, cast: Cast) -> None:
        cast.take_in(raw(wrong()))
        assert cast.take_in(raw(document())).pk == cast.take_in(raw(document())).pk
        assert cast.take_in(raw(wrong())).superseded_by.count() == 1
        assert StatementReplacement.objects.count() == 1

    def test_supersedes_every_try_before_it(self, cast: Cast) -> None:
        first = cast.take_in(raw(wrong()))
        again = wrong()
        again["accounts"][0]["balances"][0]["closing"] = "1500.02"
        second = cast.take_in(raw(again))
        assert "day_stated_before" in codes(second)
        assert not StatementReplacement.objects.exists()
        right = cast.take_in(raw(document()))
        assert right.state == StatementState.ACCEPTED
        assert set(right.supersedes.values_list("replaced", flat=True)) == {first.pk, second.pk}

    def test_never_supersedes_one_that_may_have_confirmed_something(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        other = document()
        other["accounts"][0]["entries"][1]["description"] = "another"
        late = cast.take_in(raw(other))
        assert {"day_stated_before", "sequence_used_before", "number_used_before"} <= set(codes(late))
        assert not is_usable(late)
        assert not StatementReplacement.objects.exists()

    def test_asks_for_the_same_day_and_the_sender_s_own_sequence(self, cast: Cast) -> None:
        cast.take_in(raw(wrong()))
        renumbered = cast.take_in(raw(document(sequence=7)))
        assert "day_stated_before" in codes(renumbered)
        another_day = cast.take_in(raw(document(statement_date="2008-09-16")))
        assert "sequence_used_before" in codes(another_day)
        assert not StatementReplacement.objects.exists()

    def test_leaves_other_kinds_alone(self, cast: Cast) -> None:
        cast.take_in(raw(wrong()))
        cast.take_in(raw(document(kind="holdings", accounts=[])))
        assert not StatementReplacement.objects.exists()

    def test_measures_the_next_day_by_the_right_one(self, cast: Cast) -> None:
        stopped = wrong()
        stopped["accounts"][0]["balances"][0]["closing"] = "1777.00"
        cast.take_in(raw(stopped))
        cast.take_in(raw(document()))
        assert cast.take_in(raw(tuesday())).state == StatementState.ACCEPTED

    def test_still_refuses_entries_that_another_day_told(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        bad, good = tuesday(), tuesday()
        bad["accounts"][0]["balances"][0]["closing"] = "1.00"
        good["accounts"][0]["entries"] = [entry("1000.00", "HB-1"), entry("-1000.00", "HB-3")]
        cast.take_in(raw(bad))
        assert "entry_stated_before" in codes(cast.take_in(raw(good)))
        assert not StatementReplacement.objects.exists()


class TestDifferencesOf:
    def test_names_what_was_added_gone_and_changed(self, cast: Cast) -> None:
        was = document()
        was["accounts"][0]["entries"] = [
            entry("1000.00", "HB-1"),
            entry("1.00", "HB-8"),
            entry("2.00", "HB-2"),
        ]
        replaced = cast.take_in(raw(was))
        now = document()
        now["accounts"][0]["entries"] = [
            entry("1000.00", "HB-1"),
            entry("3.00", "HB-2"),
            entry("497.00", "HB-9"),
        ]
        replacement = cast.take_in(raw(now))
        found = [
            (one.what, one.reference, one.was_minor, one.corrected_minor, one.differs)
            for one in differences_of(replaced=replaced, replacement=replacement)
        ]
        assert found == [
            ("entry", "HB-2", 200, 300, ("amount_minor",)),
            ("entry", "HB-8", 100, None, ()),
            ("entry", "HB-9", None, 49_700, ()),
        ]

    def test_names_balances_stated_otherwise(self, cast: Cast) -> None:
        was = document()
        was["accounts"][0]["balances"][0]["closing"] = "1499.00"
        replaced, replacement = cast.take_in(raw(was)), cast.take_in(raw(document()))
        [one] = differences_of(replaced=replaced, replacement=replacement)
        assert (one.what, one.account, one.was_minor, one.corrected_minor) == (
            "closing",
            "H-CLIENT",
            149_900,
            150_000,
        )

    def test_is_empty_between_a_statement_and_itself(self, cast: Cast) -> None:
        statement = cast.take_in(raw(document()))
        assert differences_of(replaced=statement, replacement=statement) == []
