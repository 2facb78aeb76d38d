"""Set official rates: from a source by itself, by hand and anew only by two people."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max

from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import execute_approval, propose_approval
from ledger.domain.exchange import RATE_DECIMALS, RATE_DIGITS
from ledger.models import Book, OfficialRate, Unit
from ledger.services.refusals_exchange import named_refusals

_PLAIN_RATE = re.compile(
    rf"[0-9]{{1,{RATE_DIGITS - RATE_DECIMALS}}}(\.[0-9]{{1,{RATE_DECIMALS}}})?", re.ASCII
)


class RateMalformed(ValueError):
    """A rate is a positive plain decimal number of at most twelve digits before and after the point."""

    code = "official_rate_malformed"


@dataclass(frozen=True, slots=True)
class RateDraft:
    """One major unit of `unit_code` is worth `rate` major units of `base_code`; a plain decimal text."""

    unit_code: str
    base_code: str
    rate: str

    @property
    def pair(self) -> str:
        return f"{self.unit_code}/{self.base_code}"

    @property
    def exact(self) -> Decimal:
        """:raises RateMalformed: it is not a positive plain decimal number within the stated scale."""
        if not _PLAIN_RATE.fullmatch(self.rate):
            raise RateMalformed(f"{self.pair}: {self.rate[:40]!r}")
        found = Decimal(self.rate)
        if not found:
            raise RateMalformed(f"{self.pair}: a rate is not zero")
        return found

    @property
    def shortest(self) -> str:
        """The rate without trailing zeros: the text that is approved."""
        text = format(self.exact, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text


def propose_official_rates(
    *, book_id: int, rate_date: dt.date, drafts: Sequence[RateDraft], maker_id: int
) -> Approval:
    """Propose a day's rates for a second person to approve. Joins the caller's transaction, else is its own.

    :raises RateMalformed: a rate is not a positive plain decimal number, or a pair is named twice.
    Source: DESIGN 1, rule 9.
    """
    book = Book.objects.get(pk=book_id)
    return propose_approval(
        book_code=book.code,
        kind=ApprovalKind.SET_OFFICIAL_RATE,
        subject=_subject(book, rate_date),
        payload=_payload(book, rate_date, drafts),
        maker_id=maker_id,
    )


def set_approved_rates(*, approval_id: int) -> list[OfficialRate]:
    """Set the rates that two people have approved, once. Joins the caller's transaction, else is its own.

    Each becomes the newest version of its pair and day.

    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted: the approval does not permit it.
    :raises LedgerRefusal: the rule of the table that refuses, by name.
    Source: DESIGN 1, rule 9.
    """
    with transaction.atomic():
        approval = Approval.objects.get(pk=approval_id)
        book = Book.objects.get(code=approval.book_code)
        rate_date = dt.date.fromisoformat(str(approval.payload["rate_date"]))
        stated: Mapping[str, str] = approval.payload["rates"]
        drafts = [_of_pair(pair, rate) for pair, rate in stated.items()]
        execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.SET_OFFICIAL_RATE,
            subject=_subject(book, rate_date),
            payload=_payload(book, rate_date, drafts),
        )
        return _write(
            book=book,
            rate_date=rate_date,
            drafts=drafts,
            source=OfficialRate.MANUAL,
            maker_id=approval.maker_id,
            approval_id=approval_id,
        )


def set_official_rates(
    *, book_id: int, rate_date: dt.date, drafts: Sequence[RateDraft], source: str, maker_id: int
) -> list[OfficialRate]:
    """Set a day's first rates as a source states them. Joins the caller's transaction, else is its own.

    A rate that stands already as stated here is left alone; one that differs is not overwritten but refused:
    a new version needs two people.

    :returns: the rates written now.
    :raises RateMalformed: a rate is not a positive plain decimal number, or a pair is named twice.
    :raises LedgerRefusal: the rule of the table that refuses, by name; `RateNeedsApproval` above all.
    Source: DESIGN 1 rule 6, DESIGN 3 (multi-currency).
    """
    book = Book.objects.get(pk=book_id)
    _payload(book, rate_date, drafts)
    with named_refusals(), transaction.atomic():
        standing = {
            f"{unit}/{base}": rate
            for unit, base, rate in OfficialRate.objects.filter(book=book, rate_date=rate_date)
            .order_by("version")
            .values_list("unit__code", "base_unit__code", "rate")
        }
        new = [draft for draft in drafts if standing.get(draft.pair) != draft.exact]
        return _write(
            book=book, rate_date=rate_date, drafts=new, source=source, maker_id=maker_id, approval_id=None
        )


def correct_official_rate(
    *, book_id: int, rate_date: dt.date, draft: RateDraft, approval_id: int, maker_id: int
) -> OfficialRate:
    """Set the version of a closed day's rate that a correction after the close has been approved for.

    Requires the caller's transaction, with the approval used up in it. Revaluations keep the version that
    they were made from; whoever reads the rate from now on reads this one.

    :raises RateMalformed: the rate is not a positive plain decimal number.
    :raises LedgerRefusal: the rule of the table that refuses, by name.
    Source: DESIGN 3 (after close); docs/decisions/0042.
    """
    (made,) = _write(
        book=Book.objects.get(pk=book_id),
        rate_date=rate_date,
        drafts=[draft],
        source=OfficialRate.MANUAL,
        maker_id=maker_id,
        approval_id=approval_id,
    )
    return made


def _write(
    *,
    book: Book,
    rate_date: dt.date,
    drafts: Sequence[RateDraft],
    source: str,
    maker_id: int,
    approval_id: int | None,
) -> list[OfficialRate]:
    codes = {code for draft in drafts for code in (draft.unit_code, draft.base_code)}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    if codes - units.keys():
        raise RateMalformed(f"no such currency: {', '.join(sorted(codes - units.keys()))}")
    with named_refusals(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_lock_official_rates(%s)", [book.pk])
        versions = {
            (unit_id, base_id): version
            for unit_id, base_id, version in OfficialRate.objects.filter(book=book, rate_date=rate_date)
            .values("unit_id", "base_unit_id")
            .annotate(last=Max("version"))
            .values_list("unit_id", "base_unit_id", "last")
        }
        rates = [
            OfficialRate(
                book=book,
                unit=units[draft.unit_code],
                base_unit=units[draft.base_code],
                rate_date=rate_date,
                rate=draft.exact,
                source=source,
                version=versions.get((units[draft.unit_code].pk, units[draft.base_code].pk), 0) + 1,
                approval_id=approval_id,
                maker_id=maker_id,
            )
            for draft in drafts
        ]
        return OfficialRate.objects.bulk_create(rates)


def _of_pair(pair: str, rate: str) -> RateDraft:
    unit_code, _, base_code = pair.partition("/")
    return RateDraft(unit_code, base_code, rate)


def _subject(book: Book, rate_date: dt.date) -> str:
    return f"{book.code}/{rate_date}"


def _payload(book: Book, rate_date: dt.date, drafts: Sequence[RateDraft]) -> dict[str, object]:
    rates = {draft.pair: draft.shortest for draft in drafts}
    if len(rates) < len(drafts):
        raise RateMalformed("a pair is named twice")
    return {
        "book": book.code,
        "rate_date": rate_date.isoformat(),
        "source": OfficialRate.MANUAL,
        "rates": rates,
    }
