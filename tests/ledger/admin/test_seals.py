"""Seals in the admin: lists, and an entry's proof that is verified as the page is shown."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import StaffRole
from ledger.models import JournalEntry, Seal, SealKeyEvent
from ledger.services.months import detach_month
from tests.desk import colleague, desk_of
from tests.ledger.builders import SmallBook
from tests.ledger.months import SEPTEMBER
from tests.ledger.sealing import WEDNESDAY, sealed_autumn, sealed_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(db: None, key_directory: Path) -> SmallBook:
    return sealed_book()


@pytest.fixture
def auditor(sealed: SmallBook) -> Client:
    return desk_of(colleague("ava.stone", StaffRole.AUDITOR))


def page(auditor: Client, path: str) -> str:
    answer = auditor.get(f"/admin/ledger/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


class TestSealPages:
    def test_list_seals_and_events_of_keys(self, auditor: Client) -> None:
        newest = Seal.objects.latest("pk")
        assert bytes(newest.seal_hash).hex()[:16] in page(auditor, "seal/")
        assert bytes(newest.root_hash).hex() in page(auditor, f"seal/{newest.pk}/change/")
        event = SealKeyEvent.objects.get()
        assert event.key_id in page(auditor, "sealkeyevent/")
        assert bytes(event.key.public_key).hex() in page(auditor, f"sealkeyevent/{event.pk}/change/")


class TestEntryPage:
    def test_proves_that_the_entry_is_under_its_seal(self, auditor: Client) -> None:
        entry = JournalEntry.objects.order_by("pk")[0]
        assert "is under the seal" in page(auditor, f"journalentry/{entry.pk}/change/")

    def test_says_that_an_open_day_is_not_sealed(self, auditor: Client, sealed: SmallBook) -> None:
        draft = sealed.draft("client_deposit", value_date=WEDNESDAY, bank=1, wang=-1)
        (posted,) = sealed.post(draft, day=WEDNESDAY)
        assert "not sealed yet" in page(auditor, f"journalentry/{posted.entry_id}/change/")


@pytest.mark.django_db(transaction=True, databases=["default", "migrator"])
class TestEntryOfADetachedMonth:
    def test_is_not_said_to_have_changed(self, transactional_db: None, key_directory: Path) -> None:
        book = sealed_autumn()
        detach_month(month=SEPTEMBER)
        auditor = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        said = page(auditor, f"journalentry/{book.accounts['first_entry']}/change/")
        assert "The postings of 2008-09 are detached." in said
        assert "is not what was sealed" not in said


class TestReports:
    def test_name_the_newest_seal(self, auditor: Client, sealed: SmallBook) -> None:
        newest = Seal.objects.latest("pk")
        named = f"seal 2 of 2008-09-16: {bytes(newest.seal_hash).hex()[:16]}"
        for path in ("book/trial-balance/", f"account/{sealed.accounts['wang']}/change/"):
            html = page(auditor, path)
            assert named in html
            assert f"/admin/ledger/seal/{newest.pk}/change/" in html

    def test_name_no_seal_before_there_is_one(self, main_book: SmallBook) -> None:
        auditor = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        for path in ("book/trial-balance/", f"account/{main_book.accounts['wang']}/change/"):
            assert "seal 1" not in page(auditor, path)
