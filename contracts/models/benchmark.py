"""Benchmarks that rates float on, and their fixings. Parts per million a year; a fixing may be negative."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval

PARTS_PER_MILLION = 1_000_000


class Benchmark(models.Model):
    """A published rate, such as a loan prime rate or an overnight index. Append-only."""

    code = models.CharField(_("code"), max_length=16)
    name = models.CharField(_("name"), max_length=120)
    administrator = models.CharField(_("administrator"), max_length=120)
    # A fixing that is older on the day of a reset counts as missing.
    valid_days = models.PositiveSmallIntegerField(_("days that a fixing is good for"))

    class Meta:
        verbose_name = _("benchmark")
        verbose_name_plural = _("benchmarks")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="contracts_benchmark_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"), name="contracts_benchmark_code_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class BenchmarkFixing(models.Model):
    """What a benchmark was fixed at on a day, by two people; of several of one day the newest counts.

    Append-only: a wrong fixing is put right by another, and interest counted with it by one adjustment.
    """

    benchmark = models.ForeignKey(
        Benchmark, on_delete=models.PROTECT, related_name="fixings", verbose_name=_("benchmark")
    )
    fixing_date = models.DateField(_("fixed on"))
    rate_ppm = models.IntegerField(_("rate"))
    source = models.CharField(_("source"), max_length=200)
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )

    class Meta:
        verbose_name = _("fixing")
        verbose_name_plural = _("fixings")
        ordering = ["benchmark", "fixing_date", "id"]
        indexes = [
            models.Index(fields=["benchmark", "fixing_date"], name="contracts_fixing_of_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(rate_ppm__range=(-PARTS_PER_MILLION, PARTS_PER_MILLION)),
                name="contracts_benchmarkfixing_rate_in_range",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="contracts_benchmarkfixing_source_given"),
        ]

    def __str__(self) -> str:
        return f"{self.benchmark_id} {self.fixing_date}: {self.rate_ppm}"
