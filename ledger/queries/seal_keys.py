"""Which keys sign seals."""

from django.db import connection

from ledger.models import SealKeyEvent


def key_in_force() -> str | None:
    """Return the key that seals are made with; None before any is published, or when it is revoked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_seal_key_in_force()")
        (key_id,) = cursor.fetchone()
    return None if key_id is None else str(key_id)


def is_sealing() -> bool:
    """Whether this installation seals its closes: since its first key was published, for ever."""
    return SealKeyEvent.objects.exists()
