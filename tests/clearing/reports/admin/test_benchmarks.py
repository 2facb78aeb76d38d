"""Fixings by two people through the admin, and what a financing costs by the calculator's form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Approval, StaffRole
from contracts.models import Benchmark, BenchmarkFixing
from contracts.services.benchmarks import create_benchmark
from tests.clearing.reports.admin.test_lifecycle import approve_newest, seen
from tests.contracts.builders import Lending, lending
from tests.desk import colleague, desk_of, text_of


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def lpr(book: Lending) -> Benchmark:
    return create_benchmark(code="LPR", name="Loan prime rate", administrator="NIFC", valid_days=40)


@pytest.fixture
def maker(book: Lending) -> Client:
    return desk_of(colleague("rosa.maker", StaffRole.RISK))


class TestFixings:
    def test_are_proposed_by_one_and_set_by_another(self, lpr: Benchmark, maker: Client) -> None:
        page = reverse("admin:contracts_benchmark_fix", args=[lpr.pk])
        assert "never fixed" in seen(maker, page)
        one = {"fixing_date": "2025-01-20", "rate": "3.10", "source": "notice"}
        answer = maker.post(page, one, follow=True)
        shown = text_of(answer.content.decode())
        assert "What would be set" in shown
        assert "3.1000 %" in shown
        assert "fixings are set" in approve_newest(desk_of(colleague("omar.checker", StaffRole.RISK)))
        assert BenchmarkFixing.objects.get().rate_ppm == 31_000
        sheet = SimpleUploadedFile("lpr.csv", b"fixing_date,rate_percent\n2025-01-20,3.1\n2025-02-20,3.0\n")
        maker.post(page, {"sheet": sheet, "source": "notice"}, follow=True)
        assert Approval.objects.latest("id").payload["fixings"] == [["2025-02-20", 30_000]]

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"source": "notice"}, "one day with its rate, or a sheet"),
            ({"fixing_date": "2025-01-20", "rate": "3.00001", "source": "notice"}, "four decimals"),
            ({"fixing_date": "2025-01-20", "rate": "3"}, "required"),
        ],
    )
    def test_say_what_is_missing(
        self, lpr: Benchmark, maker: Client, sent: dict[str, str], said: str
    ) -> None:
        answer = maker.post(reverse("admin:contracts_benchmark_fix", args=[lpr.pk]), sent)
        assert said in text_of(answer.content.decode())
        assert not Approval.objects.filter(kind="set_benchmark").exists()

    def test_are_not_proposed_by_who_only_looks(self, lpr: Benchmark) -> None:
        auditor = desk_of(colleague("ida.looks", StaffRole.AUDITOR))
        assert auditor.get(reverse("admin:contracts_benchmark_fix", args=[lpr.pk])).status_code == 403


class TestCostCalculator:
    def test_shows_all_costs_of_chosen_figures(self, book: Lending, maker: Client) -> None:
        page = reverse("admin:contracts_termsversion_calculate", args=[book.terms["MARGIN"].pk])
        assert "Nothing is booked" in seen(maker, page)
        sent = {"own": "1000000", "financed": "1000000", "from_date": "2025-01-01", "slippage": "0.10"}
        answer = maker.post(page, {**sent, "until_date": "2025-01-31"})
        shown = text_of(answer.content.decode())
        assert "5,342.47" in shown
        assert "12,182.47" in shown
        for wrong in ({"until_date": "2025-01-01"}, {"until_date": "2025-01-31", "financed": "0.001"}):
            assert "12,182.47" not in text_of(maker.post(page, {**sent, **wrong}).content.decode())
