"""Which statement took the place of which: both are kept, bytes and lines. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from custody.models.statement import Statement


class StatementReplacement(models.Model):
    """A stopped statement and the corrected one of the same day and number that took its place.

    What differs between the two is read from their lines, never stored beside them. A custodian may need
    several tries: one replacement can supersede all stopped ones before it.
    """

    replaced = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="superseded_by", verbose_name=_("superseded")
    )
    replacement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="supersedes", verbose_name=_("superseded by")
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("imported by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("replacement of a statement")
        verbose_name_plural = _("replacements of statements")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["replaced"], name="custody_statementreplacement_superseded_once"),
            models.CheckConstraint(
                condition=Q(replacement__gt=F("replaced")),
                name="custody_statementreplacement_comes_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.replaced_id} > {self.replacement_id}"
