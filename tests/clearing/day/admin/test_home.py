"""The first page, the acts of the day, and what each role sees."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from clearing.day.admin.looks import duration_text, figures_text
from clearing.day.admin.runs import next_day
from contracts.models import FinancingContract
from ledger.models import BusinessDay
from tests.clearing.day.admin.conftest import Evening
from tests.desk import text_of
from tests.world import SESSIONS

LISTS = [
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in apps.get_models()
    if admin.site.is_registered(model) and model._meta.app_label != "auth"
]


class TestHome:
    def test_shows_the_day_and_what_waits(self, evening: Evening) -> None:
        page = text_of(evening.desk(evening.rita).get("/admin/").content.decode())
        assert "Wednesday, 10 September 2008" in page
        assert "awaiting close by a second person" in page
        assert "4 liquidations to release" in page
        assert "5 approvals waiting for me" in page
        assert "Emergency 4" in page

    def test_leads_each_figure_to_its_filtered_list(self, evening: Evening) -> None:
        client = evening.desk(evening.rita)
        html = client.get("/admin/").content.decode()
        for query in ("state__exact=proposed", "level__exact=5", "closed_on__isnull=True"):
            assert query in html
        released = client.get("/admin/liquidation/liquidation/?state__exact=proposed").content.decode()
        assert evening.liquidation.reference in released


class TestContractPage:
    def test_tells_a_contract_s_story(self, evening: Evening) -> None:
        contract = FinancingContract.objects.order_by("code")[0]
        address = reverse("admin:contracts_financingcontract_change", args=[contract.pk])
        html = evening.desk(evening.ava).get(address).content.decode()
        page = text_of(html)
        assert "150,000.00 USD" in page
        assert 'class="pl-chart"' in html
        assert "Call 140 %" in page
        assert evening.liquidation.reference in page
        assert "state: Approved → Active" in page

    def test_takes_a_constant_number_of_queries(
        self, evening: Evening, django_assert_max_num_queries: object
    ) -> None:
        contract = FinancingContract.objects.order_by("code")[0]
        address = reverse("admin:contracts_financingcontract_change", args=[contract.pk])
        client = evening.desk(evening.ava)
        with django_assert_max_num_queries(55):  # type: ignore[operator]
            client.get(address)


class TestEveryPage:
    def test_is_there_for_an_auditor_in_each_language(self, evening: Evening) -> None:
        client = evening.desk(evening.ava)
        for name in LISTS:
            listed = client.get(reverse(f"admin:{name}_changelist"))
            assert listed.status_code == 200, name
            app, _, model = name.partition("_")
            if apps.get_model(app, model).objects.exists():
                assert f"/admin/{app}/{model}/" in listed.content.decode().split("result_list")[1], name
        for language in ("en", "zh-hans", "zh-hant"):
            client.cookies["django_language"] = language
            for name in LISTS:
                app, _, model = name.partition("_")
                row = apps.get_model(app, model).objects.first()
                if row is not None:
                    page = client.get(reverse(f"admin:{name}_change", args=[row.pk]))
                    assert page.status_code == 200, (language, name)

    def test_takes_a_constant_number_of_queries_as_a_list(
        self, evening: Evening, django_assert_max_num_queries: object
    ) -> None:
        client = evening.desk(evening.ava)
        for name in LISTS:
            client.get(reverse(f"admin:{name}_changelist"))
            with django_assert_max_num_queries(16, info=name):  # type: ignore[operator]
                client.get(reverse(f"admin:{name}_changelist"))

    def test_offers_an_auditor_nothing_to_do(self, evening: Evening) -> None:
        client = evening.desk(evening.ava)
        assert "pl-acts" not in client.get("/admin/").content.decode()
        for name in ("day_open", "day_run"):
            assert client.get(reverse(f"admin:{name}")).status_code == 403
            assert client.post(reverse(f"admin:{name}"), {}).status_code == 403

    def test_is_kept_from_a_role_that_it_is_not_for(self, evening: Evening) -> None:
        risk = evening.desk(evening.rita)
        refused = risk.get("/admin/custody/statement/")
        assert refused.status_code == 403
        assert "Your roles do not permit this page" in refused.content.decode()
        assert 'href="/admin/custody/statement/"' not in risk.get("/admin/").content.decode()


class TestOpenDay:
    def test_proposes_the_next_session(self, evening: Evening) -> None:
        assert next_day(evening.world.book) == SESSIONS[2]  # the open day comes first
        evening.desk(evening.rita).post(f"/admin/accounts/approval/{evening.close.pk}/approve/")
        assert next_day(evening.world.book) == SESSIONS[3]

    def test_opens_it_once(self, evening: Evening) -> None:
        evening.desk(evening.rita).post(f"/admin/accounts/approval/{evening.close.pk}/approve/")
        olga, form = evening.desk(evening.olga), {"business_date": SESSIONS[3].isoformat()}
        assert "is open." in olga.post(reverse("admin:day_open"), form, follow=True).content.decode()
        assert "is open already." in olga.post(reverse("admin:day_open"), form, follow=True).content.decode()
        assert BusinessDay.objects.get(business_date=SESSIONS[3]).opened_by == evening.olga

    def test_says_what_the_ledger_refuses(self, evening: Evening) -> None:
        form = {"business_date": SESSIONS[3].isoformat()}
        response = evening.desk(evening.olga).post(reverse("admin:day_open"), form, follow=True)
        assert "A day of this book is open; close it first." in response.content.decode()


class TestLanguage:
    def test_is_switched_without_losing_the_page(self, evening: Evening) -> None:
        client = evening.desk(evening.ava)
        here = "/admin/ledger/journalentry/?q=1"
        switched = client.post("/i18n/setlang/", {"language": "zh-hant", "next": here}, follow=True)
        assert switched.redirect_chain == [(here, 302)]
        assert "分錄" in switched.content.decode()


class TestDurationText:
    @pytest.mark.parametrize(
        ("milliseconds", "shown"),
        [(7, "7 ms"), (1_250, "1.2 s"), (120_000, "2 min"), (3_660_000, "1:01 h")],
    )
    def test_is_short(self, milliseconds: int, shown: str) -> None:
        assert duration_text(dt.timedelta(milliseconds=milliseconds)) == shown


class TestFiguresText:
    def test_leaves_out_what_is_zero(self) -> None:
        assert figures_text({"marks": 3, "holds": 0}) == "marks 3"
