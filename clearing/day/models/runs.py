"""A business day as it was run: its steps, and the chunks that a step was cut into.

A chunk's effects and its `done` commit in one transaction, so these rows say exactly what has happened:
whoever finds the process dead goes on from here. Rows are written by clearing.day.services alone.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models import Book


class StepName(models.TextChoices):
    """The steps of a day in their order (DESIGN 9)."""

    OPEN = "open", pgettext_lazy("step of the day", "Open")
    STATEMENTS_IN = "statements_in", _("Statements in")
    MARKS_FIXED = "marks_fixed", _("Marks fixed")
    TRADES_SETTLED = "trades_settled", _("Trades settled")
    INTEREST_ACCRUED = "interest_accrued", _("Interest accrued")
    VALUED = "valued", _("Valued")
    LEVELLED = "levelled", _("Levelled")
    CALLS_AND_LIQUIDATIONS = "calls_and_liquidations", _("Calls and liquidations")
    RECONCILED = "reconciled", _("Reconciled")
    REPORTED = "reported", _("Reported")
    CLOSED = "closed_and_sealed", _("Closed and sealed")


class StepStatus(models.TextChoices):
    PENDING = "pending", _("Pending")  # inserted so; back from failed when the day is run again
    RUNNING = "running", _("Running")  # planned in several chunks
    FAILED = "failed", _("Failed")  # a chunk or the step itself was refused; run the day again
    DONE = "done", _("Done")  # with the last chunk; final


class DayRun(models.Model):
    """The run of one business day of one book. There is one; running the day again goes on with it."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="day_runs", verbose_name=_("book"))
    business_date = models.DateField(_("business date"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("run by")
    )
    started_at = models.DateTimeField(_("started at"), db_default=Now())

    class Meta:
        verbose_name = _("day run")
        verbose_name_plural = _("day runs")
        constraints = [
            models.UniqueConstraint(fields=["book", "business_date"], name="day_dayrun_one_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.business_date}"


class DayStep(models.Model):
    """One step of a day. Done is final, and only after the steps before it and all its chunks."""

    run = models.ForeignKey(DayRun, on_delete=models.PROTECT, related_name="steps", verbose_name=_("day run"))
    ordinal = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("step"), max_length=24, choices=StepName)
    status = models.CharField(_("status"), max_length=7, choices=StepStatus, default=StepStatus.PENDING)
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    message = models.TextField(_("message"), blank=True, default="")
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["run", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["run", "ordinal"], name="day_daystep_ordinal_unique"),
            models.UniqueConstraint(fields=["run", "name"], name="day_daystep_name_unique"),
            models.CheckConstraint(condition=Q(name__in=StepName.values), name="day_daystep_name_known"),
            models.CheckConstraint(
                condition=Q(status__in=StepStatus.values), name="day_daystep_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="done", finished_at__isnull=False)
                | (~Q(status="done") & Q(finished_at__isnull=True)),
                name="day_daystep_done_has_instant",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(message=""), name="day_daystep_failure_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DayChunk(models.Model):
    """A part of a step: one phase over a range of contracts, instruments or custodians, as the phase says.

    An empty range means all. The plan is fixed with the step's start, so that a resumed day cuts as the
    interrupted one did.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")  # inserted so
        FAILED = "failed", _("Failed")  # refused; tried again alone when the day is run again
        DONE = "done", _("Done")  # in the transaction of its effects; final

    step = models.ForeignKey(DayStep, on_delete=models.PROTECT, related_name="chunks", verbose_name=_("step"))
    ordinal = models.PositiveIntegerField(_("number"))
    phase = models.CharField(_("phase"), max_length=40)
    first_id = models.BigIntegerField(_("first id"), null=True, blank=True)
    last_id = models.BigIntegerField(_("last id"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.PENDING)
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    message = models.TextField(_("message"), blank=True, default="")

    class Meta:
        verbose_name = _("chunk")
        verbose_name_plural = _("chunks")
        ordering = ["step", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["step", "ordinal"], name="day_daychunk_ordinal_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "failed", "done"]), name="day_daychunk_status_known"
            ),
            models.CheckConstraint(
                condition=Q(first_id__isnull=True, last_id__isnull=True)
                | Q(first_id__isnull=False, last_id__isnull=False, first_id__lte=models.F("last_id")),
                name="day_daychunk_range_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(message=""), name="day_daychunk_failure_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.ordinal}"
