"""Breaks and their ages."""

import pytest

from clearing.reconciliation.queries.breaks import aged_breaks, bucket_of, open_breaks
from tests.clearing.reconciliation.bookings import pay_in
from tests.world import SESSIONS, World


class TestAgedBreaks:
    def test_counts_business_days_since_a_break_was_first_seen(self, world: World) -> None:
        """First seen on Friday; on Tuesday it is two business days old, the weekend does not count."""
        world.play(SESSIONS[0])
        pay_in(world, SESSIONS[4], 800_00, "WHOSE")
        world.play(*SESSIONS[1:7])
        [aged] = aged_breaks(book_id=world.book.pk, as_of=SESSIONS[6])
        assert (aged.age_days, aged.bucket, aged.difference_minor) == (2, "2-5", -800_00)

    def test_knows_nothing_that_was_seen_later(self, world: World) -> None:
        world.play(SESSIONS[0])
        pay_in(world, SESSIONS[1], 800_00, "WHOSE")
        world.play(SESSIONS[1])
        assert aged_breaks(book_id=world.book.pk, as_of=SESSIONS[0]) == []
        assert open_breaks(book_id=world.book.pk).count() == 1


class TestBucketOf:
    @pytest.mark.parametrize(
        ("age", "bucket"),
        [(0, "0-1"), (1, "0-1"), (2, "2-5"), (5, "2-5"), (6, "6-10"), (30, "11-30"), (31, "31+")],
    )
    def test_names_the_bucket_of_an_age(self, age: int, bucket: str) -> None:
        assert bucket_of(age) == bucket
