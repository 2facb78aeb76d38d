"""Bulk imports in the admin: checked, proposed by one, taken in by another, and handed out again."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Party, StaffRole
from contracts.models import BulkImport
from tests.contracts.builders import Lending
from tests.desk import colleague, desk_of, text_of

CHECK = "admin:contracts_bulkimport_check_file"
PARTIES = "code,kind,name\nEMMA,client,Emma Lin 林\n"


@pytest.fixture
def office(book: Lending) -> Client:
    return desk_of(colleague("lin.wei", StaffRole.OPERATIONS))


def post(
    desk: Client, book: Lending, act: str, content: str | bytes, *, name: str = "new.csv", **more: str
) -> object:
    content = content.encode() if isinstance(content, str) else content
    data = {"act": act, "book": book.book.pk, "kind": "parties", "encoding": "utf-8", **more}
    return desk.post(reverse(CHECK), {**data, "file": SimpleUploadedFile(name, content)}, follow=True)


def page(answer: object) -> str:
    return text_of(answer.content.decode())  # type: ignore[attr-defined]


class TestBulkImportAdmin:
    def test_tells_faults_and_writes_nothing(self, book: Lending, office: Client) -> None:
        assert reverse(CHECK) in office.get(reverse("admin:contracts_bulkimport_changelist")).content.decode()
        assert "Whose money it is" in page(office.get(reverse(CHECK)))
        wrong = PARTIES + "=A,client,B\nCHEN,pirate,C\n"
        said = page(post(office, book, "check", wrong))
        for words in (
            "Correct the faults",
            "3 code This is a formula; paste its value.",
            "Emma Lin 林",
            "Nothing was written.",
        ):
            assert words in said
        report = post(office, book, "report", wrong)
        assert report["Content-Disposition"] == 'attachment; filename="new-faults.csv"'  # type: ignore[index]
        assert report.content.startswith(b"\xef\xbb\xbfline,column,code")  # type: ignore[attr-defined]
        assert "Correct the faults" in page(post(office, book, "propose", wrong))
        assert "choose GB18030 or Big5" in page(post(office, book, "check", PARTIES.encode("gb18030")))
        assert "save it as XLSX" in page(post(office, book, "check", PARTIES, name="new.xls"))
        assert "ends in .csv or .xlsx" in page(post(office, book, "check", PARTIES, name="new.pdf"))
        assert "File This field is required." in page(office.post(reverse(CHECK), {"act": "check"}))
        assert not BulkImport.objects.exists()

    def test_is_proposed_by_one_and_taken_in_by_another(self, book: Lending, office: Client) -> None:
        clean = page(post(office, book, "check", PARTIES.encode("gb18030"), encoding="gb18030"))
        assert "No fault" in clean
        assert "Propose to a colleague" in clean
        shown = page(post(office, book, "propose", PARTIES.encode("gb18030"), encoding="gb18030"))
        kept = BulkImport.objects.get()
        assert kept.sha256 in shown
        assert "GB18030" in shown
        approval = reverse("admin:accounts_approval_approve", args=[kept.approval_id])
        rita = desk_of(colleague("rita.rossi", StaffRole.RISK))
        assert "new.csv" in page(rita.get(approval))
        taken = page(rita.post(approval, {"comment": "seen"}, follow=True))
        assert "new.csv is taken in: 1 parties or contracts." in taken
        assert Party.objects.get(code="EMMA").display_name == "Emma Lin 林"
        assert "taken in before" in page(
            post(office, book, "check", PARTIES.encode("gb18030"), encoding="gb18030")
        )
        file = office.get(reverse("admin:contracts_bulkimport_file", args=[kept.pk]))
        assert file.content == PARTIES.encode("gb18030")
        assert file["X-Content-Type-Options"] == "nosniff"
        assert office.get(reverse("admin:contracts_bulkimport_file", args=[kept.pk + 1])).status_code == 404

    def test_hands_out_templates_that_its_own_check_reads(self, book: Lending, office: Client) -> None:
        csv = office.get(reverse("admin:contracts_bulkimport_template", args=["parties", "csv"])).content
        assert "No fault" in page(post(office, book, "check", csv))
        xlsx = office.get(reverse("admin:contracts_bulkimport_template", args=["contracts", "xlsx"])).content
        assert load_workbook(io.BytesIO(xlsx)).worksheets[0]["F2"].value == dt.datetime.fromisoformat(
            "2026-01-31"
        )
        said = page(post(office, book, "check", xlsx, name="contracts.xlsx", kind="contracts"))
        assert "There is no such client" in said
        assert "The day" not in said
        nothing = reverse("admin:contracts_bulkimport_template", args=["poems", "csv"])
        assert office.get(nothing).status_code == 404

    def test_lets_an_auditor_look_and_not_check(self, book: Lending) -> None:
        auditor = desk_of(colleague("noor.haddad", StaffRole.AUDITOR))
        assert auditor.get(reverse("admin:contracts_bulkimport_changelist")).status_code == 200
        assert auditor.get(reverse(CHECK)).status_code == 403
