"""The forms that propose corrections, as somebody of operations fills them in; a colleague decides."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import StaffRole
from clearing.corrections.models import Correction
from contracts.models import TermsVersion
from custody.models import Statement
from ledger.services.official_rates import RateDraft, set_official_rates
from tests.accounts.cast import staff
from tests.clearing.corrections.statements import keep, said, take_in
from tests.clearing.margin.harbour import HARBOUR, MONDAY, TUESDAY, Harbour

WHY = {"reason": "typed wrong", "evidence": "notice 17"}
PROPOSE = "/admin/corrections/correction/propose"


@pytest.fixture
def closed(world: Harbour) -> Harbour:
    """Monday is closed with a mark, a rate of the euro and a statement; Tuesday is open."""
    world.contract(owes=10_000_000, harbour=1_500)
    take_in(world, said(("AB-1", 100_000, "F1/7"), day=MONDAY))
    set_official_rates(
        book_id=world.book.pk,
        rate_date=MONDAY,
        drafts=[RateDraft("EUR", "USD", "1.42")],
        source="fed",
        maker_id=world.maker.pk,
    )
    world.evening()
    world.morning(TUESDAY)
    return world


@pytest.fixture
def mei(closed: Harbour) -> Client:
    client = Client()
    client.force_login(staff("mei.chen", StaffRole.OPERATIONS))
    return client


def filled_in(world: Harbour, kind: str, **changes: Any) -> dict[str, Any]:
    """The form of a kind, filled in."""
    own: dict[str, dict[str, Any]] = {
        "mark": {
            "instrument": world.instruments[HARBOUR].pk,
            "session_date": MONDAY.isoformat(),
            "price": "98.50",
        },
        "rate": {
            "terms": TermsVersion.objects.get().pk,
            "from_date": MONDAY.isoformat(),
            "rate": "7.3",
        },
        "trade": {"broker_reference": "B-1"},
        "fx": {
            "unit": world.units["EUR"],
            "base": world.units["USD"],
            "rate_date": MONDAY.isoformat(),
            "rate": "1.4310",
        },
    }
    return {"book": world.book.pk, **WHY, **own[kind], **changes}


class TestForms:
    @pytest.mark.parametrize(
        ("kind", "subject", "corrected"),
        [
            ("mark", f"mark/{HARBOUR}/2008-09-15", ("price_minor", 9_850)),
            ("rate", "rate/MARGIN/v1", ("rate_ppm", 73_000)),
            ("fx", "fx/EUR/USD/2008-09-15", ("rate", "1.431")),
        ],
    )
    def test_propose_what_is_filled_in(
        self, closed: Harbour, mei: Client, kind: str, subject: str, corrected: tuple[str, object]
    ) -> None:
        address = f"{PROPOSE}/{kind}/"
        assert "Second person, in one of these roles" in mei.get(address).content.decode()
        response = mei.post(address, filled_in(closed, kind), follow=True)
        made = Correction.objects.get()
        assert (made.subject, made.corrected[corrected[0]]) == (subject, corrected[1])
        shown = response.content.decode()
        assert made.reference in shown
        assert "What a run would find now" in shown
        assert "Who may approve this" in shown

    @pytest.mark.parametrize(
        ("kind", "changes", "sentence"),
        [
            ("trade", {}, "What is to be corrected is not there."),
            ("trade", {"quantity": "7"}, "Give the reference of the correct trade"),
            ("mark", {"price": "98,50"}, "The corrected value cannot be."),
            ("fx", {"rate": "nought"}, "The corrected value cannot be."),
            ("rate", {"rate": "7.3 %"}, "The corrected value cannot be."),
        ],
    )
    def test_say_what_is_refused_and_keep_what_was_filled_in(
        self, closed: Harbour, mei: Client, kind: str, changes: dict[str, Any], sentence: str
    ) -> None:
        shown = mei.post(f"{PROPOSE}/{kind}/", filled_in(closed, kind, **changes)).content.decode()
        assert sentence in shown
        assert "notice 17" in shown
        assert not Correction.objects.exists()

    def test_are_offered_above_the_list_to_who_decides(self, mei: Client) -> None:
        shown = mei.get("/admin/corrections/correction/").content.decode()
        assert "Propose a correction" in shown
        auditor = Client()
        auditor.force_login(staff("ida.berg", StaffRole.AUDITOR))
        assert "Propose a correction" not in auditor.get("/admin/corrections/correction/").content.decode()
        for kind in ("mark", "trade", "rate", "fx", "statement"):
            assert auditor.get(f"{PROPOSE}/{kind}/").status_code == 403


class TestStatementForm:
    def test_goes_on_with_a_file_that_came_by_itself(self, closed: Harbour, mei: Client) -> None:
        came = keep(closed, said(("AB-1", 90_000, "F1/7"), day=MONDAY))
        assert came.external_number in mei.get(f"{PROPOSE}/statement/").content.decode()
        address = f"{PROPOSE}/statement/{came.pk}/"
        assert "900.00" in mei.get(address).content.decode()
        mei.post(address, WHY)
        assert Correction.objects.get().corrected["statement"] == came.pk

    def test_keeps_nothing_that_corrects_nothing(self, closed: Harbour, mei: Client) -> None:
        file = SimpleUploadedFile("tuesday.json", said(day=TUESDAY, opening=100_000))
        sent = {"book": closed.book.pk, "custodian": "ANCHOR", "file": file}
        shown = mei.post(f"{PROPOSE}/statement/", sent).content.decode()
        assert "The corrected value cannot be." in shown
        assert not Statement.objects.filter(statement_date=TUESDAY).exists()
        assert mei.get(f"{PROPOSE}/statement/999999/").status_code == 404
