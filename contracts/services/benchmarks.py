"""Benchmarks and their fixings: set by two people, one or a whole publication at a time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import execute_approval, propose_approval
from contracts.domain.fixings import SheetLine
from contracts.models import Benchmark, BenchmarkFixing
from contracts.queries.fixings import FixingChange, fixing_report
from contracts.services.refusals import ContractRefusal, named_contract_refusals

EVERY_BOOK = ""
"""A benchmark belongs to no one book; its approvals name none."""


class UnknownBenchmark(ContractRefusal):
    """There is no such benchmark."""

    code = "contracts_benchmark_exists"
    sentence = _("There is no such benchmark; create it first.")


class NoFixings(ContractRefusal):
    """Nothing is to be set, or a day comes twice."""

    code = "contracts_benchmarkfixing_days_given_once"
    sentence = _("Give at least one fixing, and each day once.")


class SheetHasFaults(ContractRefusal):
    """A line of a sheet can't be taken; nothing of it is."""

    code = "contracts_benchmarkfixing_sheet_is_whole"
    sentence = _("A line of this sheet has no day, no rate or comes twice; put it right and send it again.")


@dataclass(frozen=True, slots=True)
class FixingDraft:
    """What a benchmark was fixed at on a day; parts per million a year."""

    fixing_date: dt.date
    rate_ppm: int


def create_benchmark(*, code: str, name: str, administrator: str, valid_days: int) -> Benchmark:
    """Create a benchmark, as yet without fixings. Joins the caller's transaction, else is its own.

    A fixing older than `valid_days` on the day of a reset counts as missing.
    """
    return Benchmark.objects.create(code=code, name=name, administrator=administrator, valid_days=valid_days)


def propose_fixings(
    *, benchmark_id: int, fixings: Sequence[FixingDraft], source: str, maker_id: int
) -> Approval:
    """Propose what a benchmark was fixed at; a second person decides on exactly these figures.

    Joins the caller's transaction, else is its own. `source` says where they were published.

    :raises UnknownBenchmark: there is none.
    :raises NoFixings: nothing is given, or a day twice.
    Source: DESIGN 1, rule 9; DESIGN 5 (benchmark + spread).
    """
    benchmark = _benchmark(benchmark_id)
    if not fixings or len({one.fixing_date for one in fixings}) < len(fixings):
        raise NoFixings(benchmark.code)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.SET_BENCHMARK,
        subject=_subject(benchmark, fixings),
        payload=_payload(benchmark, fixings, source),
        maker_id=maker_id,
    )


def set_fixings(
    *, benchmark_id: int, fixings: Sequence[FixingDraft], source: str, approval_id: int
) -> list[BenchmarkFixing]:
    """Set what was approved. Joins or opens an atomic block.

    A fixing of a day that has one takes its place: interest that was counted with the other is put right by
    the next accrual, one adjustment a contract. Contracts that wait for a fixing go on with that accrual.

    :raises UnknownBenchmark: there is none.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 5.
    """
    benchmark = _benchmark(benchmark_id)
    with named_contract_refusals(), transaction.atomic():
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.SET_BENCHMARK,
            subject=_subject(benchmark, fixings),
            payload=_payload(benchmark, fixings, source),
        )
        return BenchmarkFixing.objects.bulk_create(
            [
                BenchmarkFixing(
                    benchmark=benchmark,
                    fixing_date=one.fixing_date,
                    rate_ppm=one.rate_ppm,
                    source=source,
                    approval=approval,
                )
                for one in fixings
            ]
        )


def set_approved_fixings(*, approval_id: int) -> list[BenchmarkFixing]:
    """Set what an approval says, read from itself; as `set_fixings`. Joins or opens an atomic block.

    :raises UnknownBenchmark: there is none of its code.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted: see `execute_approval`.
    Source: DESIGN 5 (benchmark + spread), 1 rule 9.
    """
    asked = Approval.objects.get(pk=approval_id).payload
    benchmark = Benchmark.objects.filter(code=asked["benchmark"]).first()
    if benchmark is None:
        raise UnknownBenchmark(str(asked["benchmark"]))
    return set_fixings(
        benchmark_id=benchmark.pk,
        fixings=[FixingDraft(dt.date.fromisoformat(day), rate_ppm) for day, rate_ppm in asked["fixings"]],
        source=asked["source"],
        approval_id=approval_id,
    )


def propose_sheet(*, benchmark_id: int, lines: Sequence[SheetLine], source: str, maker_id: int) -> Approval:
    """Propose a whole sheet, but for lines that are set so already; as `propose_fixings`. All or nothing.

    :raises SheetHasFaults: a line can't be taken; names the first.
    :raises NoFixings: nothing of it is new.
    :raises UnknownBenchmark: there is none.
    Source: DESIGN 5 (benchmark + spread), 1 rule 9.
    """
    report = fixing_report(benchmark_id=benchmark_id, lines=lines)
    for line in report:
        if line.change is FixingChange.REFUSED:
            raise SheetHasFaults(f"{line.number}: {line.fault}")
    drafts = [
        FixingDraft(line.day, line.rate_ppm)
        for line in report
        if line.change is not FixingChange.SAME and line.day is not None and line.rate_ppm is not None
    ]
    return propose_fixings(benchmark_id=benchmark_id, fixings=drafts, source=source, maker_id=maker_id)


def _benchmark(benchmark_id: int) -> Benchmark:
    benchmark = Benchmark.objects.filter(pk=benchmark_id).first()
    if benchmark is None:
        raise UnknownBenchmark(str(benchmark_id))
    return benchmark


def _subject(benchmark: Benchmark, fixings: Sequence[FixingDraft]) -> str:
    days = sorted(one.fixing_date for one in fixings)
    return f"benchmark/{benchmark.code}/{days[0]}" + (f"..{days[-1]}" if len(days) > 1 else "")


def _payload(
    benchmark: Benchmark, fixings: Sequence[FixingDraft], source: str
) -> dict[str, str | int | list[list[str | int]]]:
    return {
        "benchmark": benchmark.code,
        "source": source,
        "fixings": [[one.fixing_date.isoformat(), one.rate_ppm] for one in fixings],
    }
