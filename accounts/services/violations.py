"""Tell by its name which rule of the database was broken, and say so by a named exception."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction


def violated_constraint(*, error: IntegrityError) -> str:
    """The name of the constraint that refused; empty where the server named none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@contextmanager
def refusing(*, refusals: Mapping[str, Exception]) -> Iterator[None]:
    """Raise the exception of the constraint violated inside the block; any other violation as it came.

    Opens an atomic block, so that a surrounding one stays usable after the refusal. Deferred constraints
    speak only at the commit and are not met here.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusals.get(violated_constraint(error=error))
        if refusal is None:
            raise
        raise refusal from error
