"""Take in what custodians say: keep the bytes, read them strictly, check them, store the lines."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.services.violations import violated_constraint
from custody.domain.statement_checks import Finding, check_continuity, check_statement
from custody.domain.statement_json import (
    ParsedStatement,
    StatedUnit,
    StatementUnreadable,
    parse_statement,
)
from custody.models import (
    Custodian,
    CustodyAccount,
    HoldingLine,
    Statement,
    StatementBalance,
    StatementEntry,
    StatementKind,
    StatementReplacement,
    StatementState,
)
from custody.queries.statements import READ_STATES, is_superseded, is_usable, predecessor_of
from ledger.models import Unit

FORMAT = "plimsoll-json-1"


class UnknownCustodian(Exception):
    """No custodian has this code; register it first."""


class EmptyStatement(Exception):
    """The file holds nothing; there is nothing to keep."""


class CorrectedStatementStopped(Exception):
    """The corrected file fails a check of its own, or speaks of what another statement tells: see which."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What became of the bytes: a statement with findings, or findings alone; whose place it takes."""

    parsed: ParsedStatement | None
    findings: list[Finding]
    replaces: list[int] = field(default_factory=list)

    @property
    def state(self) -> StatementState:
        if self.parsed is None:
            return StatementState.UNREADABLE
        return StatementState.MARKED if self.findings else StatementState.ACCEPTED


def import_statement(
    *,
    book_id: int,
    custodian_code: str,
    raw: bytes,
    file_name: str,
    received_on: dt.date,
    maker_id: int,
) -> Statement:
    """Keep a statement as it came and store what it says; sent twice, it is one statement.

    Joins the caller's transaction, else is its own. Never refuses for what is in the file: what cannot be
    read or does not add up is kept, marked, and named in `findings`. Bytes that were unreadable are read
    again, so that an import succeeds once what they lacked (a unit) is set up. A statement that nothing stops
    takes the place of those that were stopped before it with the same day and the custodian's same number:
    they confirmed nothing, and are kept as they are.

    :raises UnknownCustodian: no custodian has the code.
    :raises EmptyStatement: there are no bytes.
    Source: DESIGN 8.
    """
    custodian = Custodian.objects.filter(code=custodian_code).first()
    if custodian is None:
        raise UnknownCustodian(custodian_code)
    if not raw:
        raise EmptyStatement(file_name)
    digest = hashlib.sha256(raw).digest()
    earlier = _earlier(custodian.pk, digest)
    if earlier is not None and earlier.state != StatementState.UNREADABLE:
        return earlier
    accounts = _accounts(book_id, custodian)
    reading = _read(raw, book_id=book_id, custodian=custodian, accounts=accounts)
    if reading.parsed is None and earlier is not None:
        return earlier
    statement = Statement(
        book_id=book_id,
        custodian=custodian,
        kind=StatementKind.UNKNOWN,
        statement_date=received_on,
        format=FORMAT,
        file_name=file_name[:200],
        original=raw,
        sha256=digest,
        state=reading.state,
        findings=[finding.as_json() for finding in reading.findings],
        received_on=received_on,
        maker_id=maker_id,
    )
    try:
        with transaction.atomic():
            _store(statement, reading.parsed, accounts)
            StatementReplacement.objects.bulk_create(
                [
                    StatementReplacement(replaced_id=replaced_id, replacement=statement, maker_id=maker_id)
                    for replaced_id in reading.replaces
                ]
            )
    except IntegrityError as error:
        violated = violated_constraint(error=error)
        if violated == "custody_statementreplacement_superseded_once":
            # Another session took the place first: read once more, beside what stands there now.
            return import_statement(
                book_id=book_id,
                custodian_code=custodian_code,
                raw=raw,
                file_name=file_name,
                received_on=received_on,
                maker_id=maker_id,
            )
        if violated not in (
            "custody_statement_bytes_once",
            "custody_statement_unreadable_bytes_once",
        ):
            raise
        # Another session took the same file in first.
        winner = _earlier(custodian.pk, digest)
        if winner is None:
            raise
        return winner
    return statement


def what_stops_correction(*, replaced_id: int, corrected_id: int) -> list[Finding]:
    """Return what would stop a file that was kept, if it were read in the place of the one it corrects.

    Reads only. None: it may take that one's place.
    """
    corrected = Statement.objects.select_related("custodian").get(pk=corrected_id)
    reading = _read(
        bytes(corrected.original),
        book_id=corrected.book_id,
        custodian=corrected.custodian,
        accounts=_accounts(corrected.book_id, corrected.custodian),
        in_place_of=replaced_id,
    )
    return [finding for finding in reading.findings if finding.stops]


def read_again(
    *, replaced_id: int, corrected_id: int, approval_id: int, received_on: dt.date, maker_id: int
) -> StatementReplacement:
    """Read a kept file anew, in the place of the accepted one that it corrects. Books nothing.

    Requires the caller's transaction, with the approval used up in it. Both files are kept as they are, and
    so is the corrected one as it first came, stopped because the accepted one stood: this supersedes both.
    Others that wait beside it go on waiting.

    :raises CorrectedStatementStopped: a finding beside the accepted one's presence stops it.
    :raises IntegrityError: the accepted one was superseded since.
    Source: DESIGN 3 (after close), 8.
    """
    kept = Statement.objects.select_related("custodian").get(pk=corrected_id)
    accounts = _accounts(kept.book_id, kept.custodian)
    reading = _read(
        bytes(kept.original),
        book_id=kept.book_id,
        custodian=kept.custodian,
        accounts=accounts,
        in_place_of=replaced_id,
    )
    if reading.parsed is None or any(finding.stops for finding in reading.findings):
        raise CorrectedStatementStopped(", ".join(sorted({finding.code for finding in reading.findings})))
    same = Statement.objects.filter(custodian=kept.custodian, sha256=kept.sha256, state__in=READ_STATES)
    statement = Statement(
        book_id=kept.book_id,
        custodian=kept.custodian,
        format=FORMAT,
        file_name=kept.file_name,
        original=bytes(kept.original),
        sha256=bytes(kept.sha256),
        state=reading.state,
        findings=[finding.as_json() for finding in reading.findings],
        reading=same.count() + 1,
        received_on=received_on,
        maker_id=maker_id,
    )
    _store(statement, reading.parsed, accounts)
    made = StatementReplacement(
        replaced_id=replaced_id, replacement=statement, approval_id=approval_id, maker_id=maker_id
    )
    made.save(force_insert=True)
    if not is_superseded(kept):
        StatementReplacement.objects.create(replaced=kept, replacement=statement, maker_id=maker_id)
    return made


def _accounts(book_id: int, custodian: Custodian) -> dict[str, CustodyAccount]:
    return {
        account.external_number: account
        for account in CustodyAccount.objects.filter(book_id=book_id, custodian=custodian)
    }


def _earlier(custodian_id: int, digest: bytes) -> Statement | None:
    """The newest reading of these bytes; a read one where both exist."""
    found = Statement.objects.filter(custodian_id=custodian_id, sha256=digest).order_by("-reading", "id")
    return found.filter(state__in=READ_STATES).first() or found.first()


def _read(
    raw: bytes,
    *,
    book_id: int,
    custodian: Custodian,
    accounts: Mapping[str, CustodyAccount],
    in_place_of: int | None = None,
) -> _Reading:
    units = {
        code: StatedUnit(exponent, kind == Unit.Kind.CURRENCY)
        for code, exponent, kind in Unit.objects.values_list("code", "exponent", "kind")
    }
    try:
        parsed = parse_statement(raw, units=units)
        if parsed.custodian != custodian.code:
            raise StatementUnreadable("wrong_custodian", "/custodian", f"this came as {custodian.code}'s")
    except StatementUnreadable as error:
        return _Reading(None, [Finding(error.code, error.pointer, error.detail, stops=True)])
    own = check_statement(parsed, known_accounts=accounts.keys())
    predecessor = predecessor_of(
        book_id=book_id, custodian_id=custodian.pk, kind=parsed.kind, sequence=parsed.sequence
    )
    continuity = check_continuity(parsed, predecessor)
    current = Statement.objects.filter(custodian=custodian, state__in=READ_STATES, superseded_by__isnull=True)
    if in_place_of is not None:
        current = current.exclude(pk=in_place_of)
    stopped = _stopped_before(parsed, current.filter(book_id=book_id, kind=parsed.kind))
    overlaps = _overlaps(parsed, current.exclude(pk__in=stopped), book_id=book_id)
    if stopped and any(finding.stops for finding in [*own, *overlaps]):
        # It takes nobody's place: what was stopped stands beside it.
        stopped, overlaps = [], _overlaps(parsed, current, book_id=book_id)
    return _Reading(parsed, own + overlaps + continuity, stopped)


def _stopped_before(parsed: ParsedStatement, current: QuerySet[Statement]) -> list[int]:
    """Statements of the same day and number that confirm nothing: what a right one takes the place of."""
    same = current.filter(statement_date=parsed.statement_date, sequence_number=parsed.sequence)
    return [one.pk for one in same.order_by("id").defer("original") if not is_usable(one)]


def _overlaps(parsed: ParsedStatement, current: QuerySet[Statement], *, book_id: int) -> list[Finding]:
    """Findings against statements that speak of the same: day, number or entries."""
    read = current.filter(book_id=book_id, kind=parsed.kind)
    findings = []
    if other := read.filter(statement_date=parsed.statement_date).first():
        findings.append(
            Finding("day_stated_before", "/statement_date", f"by {other.external_number}", stops=True)
        )
    if other := read.filter(sequence_number=parsed.sequence).first():
        findings.append(
            Finding("sequence_used_before", "/sequence", f"by {other.external_number}", stops=True)
        )
    if read.filter(external_number=parsed.number).exists():
        findings.append(Finding("number_used_before", "/number", parsed.number, stops=True))
    pointers = {
        entry.bank_reference: f"{entry.pointer}/bank_reference"
        for account in parsed.accounts
        for entry in account.entries
    }
    known = (
        StatementEntry.objects.filter(statement__in=current.values("pk"), bank_reference__in=list(pointers))
        .order_by("id")
        .values_list("bank_reference", "statement__external_number")
    )
    for bank_reference, number in dict(known).items():
        findings.append(
            Finding(
                "entry_stated_before", pointers[bank_reference], f"{bank_reference} in {number}", stops=True
            )
        )
    return findings


def _store(
    statement: Statement, parsed: ParsedStatement | None, accounts: Mapping[str, CustodyAccount]
) -> None:
    if parsed is None:
        statement.save(force_insert=True)
        return
    statement.kind = parsed.kind
    statement.statement_date = parsed.statement_date
    statement.external_number = parsed.number
    statement.sequence_number = parsed.sequence
    statement.save(force_insert=True)
    units = dict(Unit.objects.values_list("code", "id"))
    entries: list[StatementEntry] = []
    balances: list[StatementBalance] = []
    holdings: list[HoldingLine] = []
    for stated in parsed.accounts:
        account = accounts.get(stated.number)
        if account is None:
            continue  # a finding names it; its lines are in the original
        for balance in stated.balances:
            tied = {"statement": statement, "custody_account": account, "unit_id": units[balance.unit]}
            balances.append(
                StatementBalance(
                    **tied, opening_minor=balance.opening_minor, closing_minor=balance.closing_minor
                )
            )
            if balance.available_minor is not None:
                holdings.append(
                    HoldingLine(
                        **tied,
                        settled_quantity=balance.closing_minor,
                        available_quantity=balance.available_minor,
                    )
                )
        for entry in stated.entries:
            entries.append(
                StatementEntry(
                    statement=statement,
                    sequence=len(entries) + 1,
                    custody_account=account,
                    unit_id=units[entry.unit],
                    amount_minor=entry.amount_minor,
                    booking_date=entry.booking_date,
                    value_date=entry.value_date,
                    type=entry.type,
                    bank_reference=entry.bank_reference,
                    account_reference=entry.account_reference,
                    description=entry.description,
                )
            )
    StatementEntry.objects.bulk_create(entries)
    StatementBalance.objects.bulk_create(balances)
    HoldingLine.objects.bulk_create(holdings)
