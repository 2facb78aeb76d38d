"""What happens around a corrected official rate in tests: the book of exchanges, proposed, approved, run."""

import datetime as dt

from accounts.models import StaffRole, User
from accounts.services.approvals import approve
from clearing.corrections.models import Correction, CorrectionEntry, CorrectionFinding
from clearing.corrections.services.official_rates import propose_official_rate_correction
from clearing.corrections.services.run import CorrectionResult, run_correction
from ledger.domain.axes import Axis
from ledger.models import Account
from ledger.queries.balances import balance_as_of
from ledger.services.posting import reverse_journal_entry
from tests.accounts.cast import staff
from tests.ledger.exchange_cast import ExchangeBook

POSITION, UNREALISED = "house/position/USD", "house/position/USD/revaluation"


def correct_rate(
    fx: ExchangeBook, rate: str, *, on: dt.date, unit: str = "USD", base: str = "CNY"
) -> Correction:
    """The day's maker proposes another official rate."""
    return propose_official_rate_correction(
        book_id=fx.book.pk,
        unit_code=unit,
        base_code=base,
        rate_date=on,
        rate=rate,
        reason="two digits the wrong way round",
        evidence="notice 2008-114",
        maker_id=fx.maker.pk,
    )


def checker() -> User:
    """Risk decides on corrections."""
    return User.objects.filter(username="ines.duarte").first() or staff("ines.duarte", StaffRole.RISK)


def approve_and_run(fx: ExchangeBook, correction: Correction) -> CorrectionResult:
    approve(approval_id=correction.approval_id, checker_id=checker().pk)
    return run_correction(correction_id=correction.pk, maker_id=fx.maker.pk)


def found(result: CorrectionResult) -> list[tuple[str, str, str, int | None, int | None]]:
    """(day, figure, currency, stored, recomputed)."""
    rows = CorrectionFinding.objects.filter(run_id=result.run_id).order_by(
        "business_date", "subject", "figure"
    )
    return [(f"{row.business_date:%a}", row.figure, row.subject, row.stored, row.recomputed) for row in rows]


def posted(fx: ExchangeBook, result: CorrectionResult) -> list[tuple[str, dict[str, int]]]:
    """(value date, amounts by address) of each entry."""
    rows = CorrectionEntry.objects.filter(run_id=result.run_id).select_related("entry").order_by("entry_id")
    return [
        (
            f"{row.entry.value_date:%a}",
            {address: amount for (address, _unit), amount in fx.legs(row.entry_id).items()},
        )
        for row in rows
    ]


def reverse(fx: ExchangeBook, entry_id: int) -> None:
    reverse_journal_entry(
        entry_id=entry_id,
        booking_date=fx.day,
        narration="never was",
        caller="tests",
        idempotency_key=f"reverse-{entry_id}",
        maker_id=fx.maker.pk,
    )


def valued(fx: ExchangeBook, address: str, day: dt.date) -> int:
    """The balance by value date, in the base currency."""
    account = Account.objects.filter(book=fx.book, address=address, unit__code="CNY").first()
    if account is None:
        return 0
    return balance_as_of(account_id=account.pk, business_date=day, axis=Axis.VALUE)
