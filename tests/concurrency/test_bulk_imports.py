"""Two people carry out the same import at once: it is taken in once."""

import pytest

from accounts.models import Party
from accounts.services.approvals import ApprovalAlreadyExecuted, approve
from contracts.services.imports.bulk import ImportRequest, carry_out_import, propose_import
from tests.concurrency.sessions import at_once
from tests.contracts.builders import lending


@pytest.mark.django_db(transaction=True)
class TestCarryOutImport:
    def test_takes_the_file_in_once(self) -> None:
        book = lending()
        asked = ImportRequest(book.book.pk, "parties", "csv", "new.csv", b"code,kind,name\nEMMA,client,E\n")
        _report, kept = propose_import(request=asked, maker_id=book.maker.pk)
        approve(approval_id=kept.approval_id, checker_id=book.checker.pk)
        assert sorted(map(str, at_once(*[lambda: self.taken(kept.approval_id)] * 2))) == ["1", "used"]
        assert Party.objects.filter(code="EMMA").count() == 1

    def taken(self, approval_id: int) -> object:
        try:
            return carry_out_import(approval_id=approval_id)[1]
        except ApprovalAlreadyExecuted:
            return "used"
