"""Panels, cells and refusals: what every page is made of."""

import datetime as dt

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils import translation

from accounts.admin.cells import percent_text, plain
from accounts.admin.history import history_panel
from accounts.admin.panels import NOTHING, Column, Look, Table, number, text
from accounts.admin.refusals import refusal_sentence
from accounts.models import Party, PartyStatus, StaffRole, User
from accounts.queries.staff import day_runner_id
from accounts.services.approvals import SelfApproval
from accounts.services.parties import change_party_status, register_party
from ledger.services.refusals import DayNotOpen
from tests.desk import colleague, desk_of, text_of


class TestTable:
    def test_sets_a_plain_cell_as_its_column_says(self) -> None:
        table = Table("", [Column("who"), Column("how much", Look.NUMBER)], [[text("Wang"), NOTHING]], "")
        assert [look for _, look in table.body[0]] == [Look.TEXT, Look.NUMBER]

    def test_lets_a_cell_say_for_itself(self) -> None:
        assert Table("", [Column("who")], [[number("1")]], "").body[0][0][1] is Look.NUMBER

    def test_refuses_a_row_of_another_length(self) -> None:
        with pytest.raises(ValueError, match="argument"):
            Table("", [Column("who")], [[text("Wang"), text("Okafor")]], "").body  # noqa: B018


class TestPercentText:
    @pytest.mark.parametrize(
        ("ppm", "shown"),
        [(1_312_499, "131.24 %"), (65_000, "6.50 %"), (0, "0.00 %"), (-5_000, "-0.50 %"), (9, "0.00 %")],
    )
    def test_truncates(self, ppm: int, shown: str) -> None:
        assert percent_text(ppm) == shown

    def test_shows_as_many_decimals_as_asked(self) -> None:
        assert percent_text(300, 4) == "0.0300 %"


class TestPlain:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (None, "—"),
            (dt.date(2008, 9, 15), "2008-09-15"),
            (1_234_567, "1,234,567"),
            (b"\x0f\xa0", "0fa0"),
            ("", "—"),
        ],
    )
    def test_shows_a_value_by_its_type(self, value: object, shown: str) -> None:
        assert plain(value).text == shown


class TestRefusalSentence:
    def test_is_the_sentence_of_a_refusal_that_has_one(self) -> None:
        said = refusal_sentence(DayNotOpen("2008-09-15"))
        assert said is not None
        assert said.startswith("Entries are booked into the open business day;")
        assert said.endswith("2008-09-15")

    def test_is_the_docstring_of_one_that_has_none(self) -> None:
        assert refusal_sentence(SelfApproval()) == (
            "Maker and checker are two people: ask a colleague to decide."
        )

    def test_speaks_the_language_of_the_request(self) -> None:
        with translation.override("zh-hans"):
            assert refusal_sentence(SelfApproval()) == "经办与复核须为两人：请同事审批。"  # noqa: RUF001
        with translation.override("zh-hant"):
            assert refusal_sentence(SelfApproval()) == "經辦與覆核須為兩人：請同事審批。"  # noqa: RUF001

    def test_is_none_for_a_fault(self) -> None:
        assert refusal_sentence(KeyError("no refusal")) is None


@pytest.fixture
def harbour(db: None) -> Party:
    return register_party(
        code="HARBOUR",
        kind="funder",
        display_name="Harbour Lending",
        actor_id=day_runner_id(),
        reason="applied in writing",
    )


class TestHistoryPanel:
    def test_says_who_changed_what_and_why(self, harbour: Party) -> None:
        olga = colleague("olga.meyer", StaffRole.OPERATIONS)
        change_party_status(
            party_id=harbour.pk, status=PartyStatus.SUSPENDED, actor_id=olga.pk, reason="papers expired"
        )
        request = RequestFactory().get("/")
        request.user = olga
        newest, first = history_panel(harbour, request).rows
        assert [str(cell.text) for cell in newest[1:]] == [
            "Olga Meyer",
            "changed",
            "status: Active → Suspended",
            "papers expired",
        ]
        assert "name: Harbour Lending" in str(first[3].text)
        assert first[4].text == "applied in writing"


class TestReadOnlyAdmin:
    def test_gives_nobody_the_right_to_change_anything(self, db: None) -> None:
        root = User(username="root", is_superuser=True, is_staff=True, is_active=True)
        request = RequestFactory().get("/")
        request.user = root
        for model, page in admin.site._registry.items():
            if model._meta.app_label in {"auth", "contenttypes", "sessions"}:
                continue
            rights = page.get_model_perms(request)
            assert rights == {"add": False, "change": False, "delete": False, "view": True}, model

    def test_shows_a_page_in_tabs_with_its_history(self, harbour: Party) -> None:
        client = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        page = text_of(client.get(f"/admin/accounts/party/{harbour.pk}/change/").content.decode())
        assert "Party HARBOUR Harbour Lending" in page
        assert "applied in writing" in page

    def test_refuses_to_be_posted_to(self, harbour: Party) -> None:
        client = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        address = f"/admin/accounts/party/{harbour.pk}/change/"
        assert client.post(address, {"display_name": "Other"}).status_code == 403

    def test_knows_no_row_that_is_not_there(self, db: None) -> None:
        client = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        assert client.get("/admin/accounts/party/999999/change/").status_code == 404
        assert client.get("/admin/accounts/party/nonsense/change/").status_code == 404


class TestStaffPage:
    def test_never_shows_a_password_hash(self, db: None) -> None:
        olga = colleague("olga.meyer", StaffRole.OPERATIONS, password="a-long-harbour-wall")
        page = desk_of(olga).get(f"/admin/accounts/user/{olga.pk}/change/").content.decode()
        assert "scrypt" not in page
        assert "Operations" in page
