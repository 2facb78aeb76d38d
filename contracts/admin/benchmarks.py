"""Benchmarks, what they were fixed at, and contracts whose interest waits for a fixing. Looked at only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import days, rows
from accounts.admin.read_only import ReadOnlyAdmin
from contracts.models import Benchmark, BenchmarkFixing, InterestHold
from ledger.admin.amounts import ppm_column


@admin.register(Benchmark)
class BenchmarkAdmin(ReadOnlyAdmin[Benchmark]):
    list_display = [code_column(Benchmark, "code"), "name", "administrator", "valid_days"]
    search_fields = ["code", "name"]


@admin.register(BenchmarkFixing)
class BenchmarkFixingAdmin(ReadOnlyAdmin[BenchmarkFixing]):
    empty_hint = gettext_lazy("A fixing is proposed by one person and approved by another.")
    list_display = [
        day_column(BenchmarkFixing, "fixing_date"),
        column(lambda row: row.benchmark.code, name="benchmark", label=gettext_lazy("benchmark")),
        ppm_column(BenchmarkFixing, "rate_ppm"),
        "source",
    ]
    list_filter = [rows("benchmark"), days("fixing_date")]
    list_select_related = ["benchmark"]
    ordering = ["-fixing_date", "-id"]


@admin.register(InterestHold)
class InterestHoldAdmin(ReadOnlyAdmin[InterestHold]):
    empty_hint = gettext_lazy("No contract waits for a fixing.")
    list_display = [
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        state_column(InterestHold, "reason"),
        day_column(InterestHold, "missing_from"),
        day_column(InterestHold, "held_on"),
        day_column(InterestHold, "lifted_on"),
    ]
    list_filter = [days("held_on")]
    list_select_related = ["contract"]
    ordering = ["-held_on", "contract"]
