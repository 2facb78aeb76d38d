"""What a rejection sets free."""

from accounts.services.approvals import reject
from clearing.day.admin.carrying_out import give_up
from custody.models import PaymentState
from tests.custody.cast import make_cast
from tests.custody.services.test_payments import deposit
from tests.custody.services.test_withdrawals import request, standing


class TestGiveUp:
    def test_cancels_a_rejected_withdrawal_and_frees_its_hold(self, db: None) -> None:
        cast = make_cast()
        deposit(cast)
        payment = request(cast)
        rejected = reject(approval_id=payment.approval_id or 0, checker_id=cast.noah.pk, comment="no")
        give_up(approval=rejected, actor=cast.noah, comment="not today")
        payment.refresh_from_db()
        assert payment.state == PaymentState.REJECTED
        assert standing(cast, cast.wang_cash) == (-100_000, 0, 100_000)
        assert payment.hold is not None
        assert payment.hold.events.get().reason == "rejected: not today"
