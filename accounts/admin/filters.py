"""Filters of lists: drop-downs for choices, a span of days for dates, a book by its code."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RelatedDropdownFilter

ListFilter = tuple[str, Any]


def choices(name: str) -> ListFilter:
    return (name, ChoicesDropdownFilter)


def days(name: str) -> ListFilter:
    return (name, RangeDateFilter)


def rows(name: str) -> ListFilter:
    return (name, RelatedDropdownFilter)


def named_rows(name: str, say: Callable[[Any], Any]) -> ListFilter:
    """Rows that are called otherwise than in the database: `say` tells a row's name."""

    class NamedDropdownFilter(RelatedDropdownFilter):  # type: ignore[misc]
        def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
            found = field.remote_field.model.objects.all()
            return [(row.pk, str(say(row))) for row in found]

    return (name, NamedDropdownFilter)
