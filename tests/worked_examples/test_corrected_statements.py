"""A bank that said the wrong thing, from its file to the end: cash and shares, and who stands for what.

Anchor's books are right; its clerk types the statements of Monday wrong. The first client's 100,000.00 are
told as 100,000.99 and the 1,000 Harbour shares that came with them as 100. Monday is booked by that, matched,
and closed. On Tuesday Anchor sends both statements again, as its books had them all along. Mei (operations)
takes the files in and proposes them, Ines (risk) approves, which carries it out. From then on cash, shares,
matches and the reconciliation are as if Monday had been told right; what was booked stays, with what reversed
it, and all of the files are kept.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import StaffRole
from clearing.corrections.models import Correction, CorrectionEntry, CorrectionRun
from clearing.reconciliation.models import BalanceComparison, ReconciliationBreak
from custody.models import Statement, StatementReplacement
from ledger.models import CurrentBalance
from ledger.queries.verification import verify_book
from ledger.services.accounts import AccountDraft, open_accounts
from tests.accounts.cast import staff
from tests.world import SESSIONS, World, build_world

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = SESSIONS[0], SESSIONS[1]
HARBOUR = "XNYS:HARB"


def misread(path: Path, right: bytes, wrong: bytes) -> None:
    """What the clerk does to a file: one figure, in the line and in the closing balance alike."""
    said = path.read_bytes()
    assert said.count(right) >= 2, said.decode()
    path.write_bytes(said.replace(right, wrong))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Monday is closed on what Anchor said wrongly; Tuesday is open and not run yet."""
    made = build_world(tmp_path, contracts=2)
    first = made.contracts[0]
    securities = f"client/{first.client.code}/{first.code}/securities"
    open_accounts(
        book_id=made.book.pk,
        drafts=[
            AccountDraft(
                securities,
                made.units[HARBOUR],
                "client",
                "entitlement",
                2020,
                first.client_id,
                first.code,
                "no_debit_balance",
            )
        ],
    )
    made.banks["ANCHOR"].credit_incoming("ANCHOR-CLIENT", HARBOUR, 1_000, f"{first.code}/IN", MONDAY)
    made.prepare(MONDAY)
    place = made.inbox / "ANCHOR"
    misread(place / "ANCHOR-CASH-000001.json", b'"100000.00"', b'"100000.99"')
    misread(place / "ANCHOR-HOLDINGS-000001.json", b'"1000"', b'"100"')
    assert made.run(MONDAY).is_closed
    assert (held(made, "cash", "USD"), held(made, "securities", HARBOUR)) == (10_000_099, 100)
    made.prepare(TUESDAY)
    yield made
    made.close()


def held(world: World, tail: str, unit: str) -> int:
    """What the first client is owed."""
    first = world.contracts[0]
    address = f"client/{first.client.code}/{first.code}/{tail}"
    return -CurrentBalance.objects.get(account__address=address, account__unit__code=unit).balance_minor


def signed_in(username: str, role: StaffRole) -> Client:
    client = Client()
    client.force_login(staff(username, role))
    return client


def propose(mei: Client, world: World, name: str, content: bytes) -> Correction:
    """Take a corrected file in, look at what it tells otherwise, and propose it."""
    response = mei.post(
        "/admin/corrections/correction/propose/statement/",
        {"book": world.book.pk, "custodian": "ANCHOR", "file": SimpleUploadedFile(name, content)},
    )
    assert response.status_code == 302, response.content.decode()
    assert not Correction.objects.filter(corrected__number=name).exists()
    shown = mei.get(response["Location"]).content.decode()
    assert "Differences in the corrected statement" in shown
    assert ("100,000.99" in shown) == ("CASH" in name)
    mei.post(response["Location"], {"reason": "typed wrong", "evidence": "Anchor's message 7"})
    return Correction.objects.latest("pk")


class TestAStatementToldWrongly:
    def test_is_put_right_as_if_it_had_been_told_right(self, world: World) -> None:
        mei, ines = signed_in("mei.chen", StaffRole.OPERATIONS), signed_in("ines.duarte", StaffRole.RISK)
        cash, shares = held(world, "cash", "USD"), held(world, "securities", HARBOUR)
        for name, content in world.banks["ANCHOR"].write_corrected(MONDAY):
            made = propose(mei, world, name, content)
            approving = f"/admin/accounts/approval/{made.approval_id}/approve/"
            assert mei.post(approving, {"comment": ""}).status_code == 403 or not run_of(made)
            assert ines.post(approving, {"comment": ""}).status_code == 302
            assert run_of(made)

        assert (held(world, "cash", "USD"), held(world, "securities", HARBOUR)) == (cash - 99, shares + 900)
        booked = CorrectionEntry.objects.order_by("entry_id").values_list("purpose", "entry__kind")
        assert list(booked) == [
            ("overrun", "overrun_funded"),  # most of it was spent on Tuesday: lent for as long as it takes,
            ("reversal", "client_deposit"),
            ("rebooking", "client_deposit"),
            ("overrun", "overrun_funded"),  # and given back
            ("reversal", "securities_in"),
            ("rebooking", "securities_in"),
        ]
        assert set(CorrectionEntry.objects.values_list("entry__value_date", flat=True)) == {MONDAY}
        assert Statement.objects.filter(statement_date=MONDAY, custodian__code="ANCHOR").count() == 6
        assert StatementReplacement.objects.filter(approval__isnull=False).count() == 2

        assert world.run(TUESDAY).is_closed
        compared = BalanceComparison.objects.filter(run__business_date=TUESDAY)
        assert compared.count() > 0
        assert [one for one in compared if one.ledger_minor != one.external_minor] == []
        assert not ReconciliationBreak.objects.exclude(status="closed").exists()
        assert [check for check in verify_book(book=world.book).checks if check.found] == []


def run_of(made: Correction) -> bool:
    return CorrectionRun.objects.filter(correction=made).exists()
