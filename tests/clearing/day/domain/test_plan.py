from clearing.day.domain.plan import add_figures, ranges


class TestRanges:
    def test_gives_nothing_for_nothing(self) -> None:
        assert ranges([], parts=4) == []

    def test_covers_every_identifier_once_whatever_the_number_of_parts(self) -> None:
        ids = [3, 5, 8, 13, 21, 34, 55]
        for parts in range(1, 12):
            cut = ranges(ids, parts=parts)
            assert [one for first, last in cut for one in ids if first <= one <= last] == ids
            assert len(cut) == min(parts, len(ids))

    def test_cuts_into_parts_of_nearly_equal_size(self) -> None:
        sizes = [last - first + 1 for first, last in ranges(list(range(1, 301)), parts=7)]
        assert max(sizes) - min(sizes) <= 1

    def test_keeps_each_part_below_the_largest(self) -> None:
        assert ranges(list(range(1, 11)), parts=1, largest=4) == [(1, 3), (4, 6), (7, 10)]


class TestAddFigures:
    def test_adds_up_by_name_in_the_order_of_appearance(self) -> None:
        parts = [{"accrued": 2, "skipped": 0}, {"accrued": 3}, {"held": 1}]
        assert add_figures(parts) == {"accrued": 5, "skipped": 0, "held": 1}
        assert list(add_figures(parts)) == ["accrued", "skipped", "held"]
