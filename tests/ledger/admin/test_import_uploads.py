"""A file sent through a page: tried, reported line by line, proposed, and booked by a second person."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Approval, StaffRole
from accounts.services.approvals import approve
from ledger.admin.import_advice import ADVICE
from ledger.models import ImportFile, ImportUpload, JournalEntry
from ledger.queries.balances import balance
from ledger.services import import_refusals as refusals
from ledger.services import import_uploads
from ledger.services.import_uploads import (
    UploadMissing,
    UploadTooLarge,
    post_uploaded_import,
    propose_uploaded_import,
    upload_import,
)
from ledger.services.imports import propose_import
from tests.desk import colleague, desk_of
from tests.ledger.builders import SmallBook
from tests.ledger.services.test_days import checker
from tests.ledger.services.test_imports import GOOD, MAPPING, request_of

__all__ = ["checker"]
pytestmark = pytest.mark.django_db
PLACE = "/admin/ledger/importupload/"
BAD = '2008-09-02 * "bad"\n  Assets:Elsewhere 1.00 USD\n  Liabilities:Wang -1.00 USD\n\n'


@pytest.fixture
def desk(db: None) -> Client:
    return desk_of(colleague("fay.finance", StaffRole.FINANCE))


def send(desk: Client, book: SmallBook, text: str, **other: object) -> str:
    """Send a file; what the page says afterwards."""
    form = {
        "book": book.book.pk,
        "kind": "journal_imported",
        "file_format": "beancount",
        "file": SimpleUploadedFile("old.beancount", text.encode()),
        "mapping": SimpleUploadedFile("map.csv", MAPPING.encode()),
        **other,
    }
    return desk.post(f"{PLACE}new/", form, follow=True).content.decode()


class TestUpload:
    def test_says_of_each_refused_line_what_to_do_and_books_nothing(
        self, main_book: SmallBook, desk: Client
    ) -> None:
        assert "Upload a file" in desk.get("/admin/ledger/importfile/").content.decode()
        assert 'enctype="multipart/form-data"' in desk.get(f"{PLACE}new/").content.decode()
        said = send(desk, main_book, BAD + GOOD)
        for expected in ("1 lines refused", "Assets:Elsewhere 1.00 USD", "ledger_import_account_unmapped"):
            assert expected in said
        assert str(ADVICE["ledger_import_account_unmapped"]) in said
        upload = ImportUpload.objects.get()
        assert (upload.taken, upload.refused, bytes(upload.content)) == (1, 1, (BAD + GOOD).encode())
        assert not JournalEntry.objects.exists()
        assert f"{PLACE}{upload.pk}/propose/" in said

    def test_sent_twice_is_one_and_a_mended_file_of_the_same_length_another(
        self, main_book: SmallBook, desk: Client
    ) -> None:
        for text in (BAD, BAD, BAD.replace("1.00", "2.00")):
            send(desk, main_book, text, form_key="the-same-page")
        kept = ImportUpload.objects.order_by("pk").values_list("content", flat=True)
        assert [bytes(content) for content in kept] == [BAD.encode(), BAD.replace("1.00", "2.00").encode()]

    def test_keeps_the_form_and_says_what_cannot_be_read(self, main_book: SmallBook, desk: Client) -> None:
        latin = SimpleUploadedFile("map.csv", b"account,address\n\xe9,x\n")
        assert "This is not UTF-8" in send(desk, main_book, GOOD, mapping=latin)
        sixteen = SimpleUploadedFile("map.csv", MAPPING.encode("utf-16-le"))
        assert "This is not UTF-8" in send(desk, main_book, GOOD, mapping=sixteen)
        assert "The file cannot be read" in send(desk, main_book, "a\0b")
        assert not ImportUpload.objects.exists()

    def test_is_not_for_an_auditor(self, main_book: SmallBook) -> None:
        auditor = desk_of(colleague("ida.audit", StaffRole.AUDITOR))
        assert auditor.get(f"{PLACE}new/").status_code == 403
        assert auditor.get(PLACE).status_code == 200

    def test_is_bounded(self, main_book: SmallBook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(import_uploads, "LARGEST_UPLOAD", 10)
        with pytest.raises(UploadTooLarge):
            upload_import(request=request_of(main_book, GOOD), maker_id=main_book.maker.id)


class TestProposal:
    def test_is_carried_out_by_a_second_person(self, main_book: SmallBook, desk: Client) -> None:
        send(desk, main_book, BAD + GOOD)
        upload = ImportUpload.objects.get()
        address = f"{PLACE}{upload.pk}/propose/"
        assert "Assets:Elsewhere" in desk.get(address).content.decode()
        desk.post(address, {})
        approval = Approval.objects.get(kind="import_journal")
        second = desk_of(colleague("rob.risk", StaffRole.RISK))
        deciding = f"/admin/accounts/approval/{approval.pk}/approve/"
        assert "Assets:Elsewhere" in second.get(deciding).content.decode()
        said = second.post(deciding, {}, follow=True).content.decode()
        assert "Imported: 1 booked, 1 refused." in said
        assert balance(account_id=main_book.accounts["wang"]) == -100_00
        assert ImportFile.objects.get().approval_id == approval.pk
        shown = desk.get(f"{PLACE}{upload.pk}/change/").content.decode()
        assert f"{PLACE}{upload.pk}/propose/" not in shown

    def test_refuses_what_changed_since_it_was_approved(
        self, main_book: SmallBook, desk: Client, checker: object
    ) -> None:
        """The account was restricted by a balance that is gone: another outcome than the approved one."""
        main_book.post(main_book.draft("client_deposit", bank=100, wang=-100))
        send(desk, main_book, '2008-09-02 * "out"\n  Liabilities:Wang 1.00 USD\n  Assets:Bank\n')
        approval = propose_uploaded_import(
            upload_id=ImportUpload.objects.get().pk, maker_id=main_book.maker.id
        )
        approve(approval_id=approval.pk, checker_id=checker.pk)  # type: ignore[attr-defined]
        main_book.post(main_book.draft("client_withdrawal", bank=-100, wang=100))
        with pytest.raises(refusals.ImportNotApproved):
            post_uploaded_import(approval_id=approval.pk)

    def test_of_the_command_is_carried_out_by_the_command(self, main_book: SmallBook) -> None:
        _report, approval = propose_import(request=request_of(main_book, GOOD), maker_id=main_book.maker.id)
        with pytest.raises(UploadMissing):
            post_uploaded_import(approval_id=approval.pk)
