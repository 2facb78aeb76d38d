"""Pages of custody."""

from custody.admin import custodians, payments, statements

__all__ = ["custodians", "payments", "statements"]
