"""Reads about parties."""

from collections.abc import Iterable

from accounts.models import Party


def party_ids(*, codes: Iterable[str]) -> dict[str, int]:
    """Identifiers by code; a code that nobody has is absent."""
    return dict(Party.objects.filter(code__in=list(codes)).values_list("code", "pk"))
