"""Filters of lists: drop-downs for choices, a span of days for dates, a book by its code."""

from typing import Any

from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RelatedDropdownFilter

ListFilter = tuple[str, Any]


def choices(name: str) -> ListFilter:
    return (name, ChoicesDropdownFilter)


def days(name: str) -> ListFilter:
    return (name, RangeDateFilter)


def rows(name: str) -> ListFilter:
    return (name, RelatedDropdownFilter)
