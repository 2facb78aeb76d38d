"""Bring the house's positions to a day's official rates; the result is in the base currency from then on."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db import transaction

from ledger.domain.exchange import DerivedRate, Position, convert_minor, trade_position, unrealised_minor
from ledger.models import Book, Revaluation, RevaluationLine, Unit
from ledger.queries.days import open_business_date
from ledger.queries.house_positions import ForeignResult, HousePosition, foreign_results, house_positions
from ledger.queries.official_rates import RateMissing, RatesOfDay, rates_of_day
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.positions import (
    CALLER,
    PositionAccounts,
    lock_positions,
    open_position_accounts,
    open_result_account,
)
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entries
from ledger.services.refusals import DayNotOpen
from ledger.services.refusals_exchange import named_refusals

TRANSLATED, REVALUED = "house_result_translated", "house_revalued"


@dataclass(frozen=True, slots=True)
class RevaluedUnit:
    """One foreign unit as revalued: its position after the day's result came in, and what is unrealised."""

    unit: Unit
    rate: DerivedRate | None
    position: Position
    unrealised_minor: int


@dataclass(frozen=True, slots=True)
class RevaluedBook:
    """What a revaluation found and posted. Gains are positive, in the base currency's minor unit."""

    revaluation: Revaluation | None
    """None where the book has nothing in foreign units."""
    units: Sequence[RevaluedUnit]
    realised_minor: int
    unrealised_change_minor: int
    is_new: bool


def revalue_positions(*, book_id: int, business_date: dt.date, maker_id: int) -> RevaluedBook:
    """Revalue the house's positions in foreign units at the day's official rates.

    Joins the caller's transaction, else is its own; holds the positions. A constant number of statements.
    First what the house earned, spent or was given in foreign units moves into the positions at the day's
    rate, each account half up; then the difference between a position's value and its cost, half up, less
    what is booked as unrealised, is posted by one entry. Run again it books only what has changed since, and
    nothing if nothing has.

    :raises DayNotOpen: the day is not the open one of the book.
    :raises RateMissing: names every unit without an official rate of the day; nothing is written.
    :raises LedgerRefusal: any other rule of the ledger.
    Source: DESIGN 3 (multi-currency), 4 (revaluation); IAS 21.23, 28; docs/decisions/0028.
    """
    book = Book.objects.select_related("base_unit").get(pk=book_id)
    if open_business_date(book_id=book_id) != business_date:
        raise DayNotOpen(str(business_date))
    with named_refusals(), transaction.atomic():
        lock_positions(book_id=book_id)
        held, results = house_positions(book=book), foreign_results(book=book)
        units = {one.unit.pk: one.unit for one in held.values()}
        units |= {one.account.unit_id: one.account.unit for one in results}
        if not units:
            return RevaluedBook(None, (), 0, 0, is_new=False)
        rates = _rates(book, business_date, held, results, units)
        return _Run(book, business_date, maker_id, rates, units).book_all(held, results)


def _rates(
    book: Book,
    business_date: dt.date,
    held: dict[int, HousePosition],
    results: Sequence[ForeignResult],
    units: dict[int, Unit],
) -> dict[int, DerivedRate]:
    """The rate of each unit that needs one: a position sold to the last cent does not."""
    day: RatesOfDay = rates_of_day(book_id=book.pk, rate_date=business_date)
    needed = {one.unit.pk for one in held.values() if one.position.quantity_minor}
    needed |= {one.account.unit_id for one in results}
    found = {unit_id: day.find(unit_code=units[unit_id].code) for unit_id in needed}
    missing = sorted(units[unit_id].code for unit_id, rate in found.items() if rate is None)
    if missing:
        raise RateMissing(unit_codes=missing, base_code=book.base_unit.code, rate_date=business_date)
    return {unit_id: rate for unit_id, rate in found.items() if rate is not None}


@dataclass(frozen=True, slots=True)
class _Run:
    book: Book
    business_date: dt.date
    maker_id: int
    rates: dict[int, DerivedRate]
    units: dict[int, Unit]

    def book_all(self, held: dict[int, HousePosition], results: Sequence[ForeignResult]) -> RevaluedBook:
        accounts = open_position_accounts(book=self.book, units=list(self.units.values()))
        positions = {unit_id: one.position for unit_id, one in held.items()}
        translated, realised_minor = self._translate(results, positions, accounts)
        revalued: Counter[int] = Counter()
        lines = []
        for unit_id, unit in sorted(self.units.items()):
            position = positions.get(unit_id, Position())
            if not position.quantity_minor and position.cost_minor:
                # What the reversal of one of several deals left: nothing is held, so it is realised.
                translated[accounts[unit_id].cost] -= position.cost_minor
                realised_minor -= position.cost_minor
                position = Position()
            target = unrealised_minor(
                position,
                rate=self._rate(unit_id),
                exponent=unit.exponent,
                base_exponent=self.book.base_unit.exponent,
            )
            revalued[accounts[unit_id].unrealised] = target - (
                held[unit_id].unrealised_minor if unit_id in held else 0
            )
            lines.append(RevaluedUnit(unit, self.rates.get(unit_id), position, target))
        if realised_minor:
            translated[open_result_account(book=self.book, is_realised=True)] -= realised_minor
        change_minor = sum(revalued.values())
        revalued[open_result_account(book=self.book, is_realised=False)] -= change_minor
        revaluation, is_new = self._write(translated, revalued, lines)
        return RevaluedBook(revaluation, lines, realised_minor, change_minor, is_new)

    def _rate(self, unit_id: int) -> Fraction | None:
        return self.rates[unit_id].rate if unit_id in self.rates else None

    def _translate(
        self,
        results: Sequence[ForeignResult],
        positions: dict[int, Position],
        accounts: dict[int, PositionAccounts],
    ) -> tuple[Counter[int], int]:
        """Postings that take each result over into the base currency; changes the positions with it."""
        amounts: Counter[int] = Counter()
        twins = open_accounts(book_id=self.book.pk, drafts=[self._twin(one) for one in results])
        realised_minor = 0
        for one in results:
            account = one.account
            base_minor = convert_minor(
                one.balance_minor,
                rate=self.rates[account.unit_id].rate,
                exponent=account.unit.exponent,
                base_exponent=self.book.base_unit.exponent,
            )
            before = positions.get(account.unit_id, Position())
            change = trade_position(before, quantity_minor=-one.balance_minor, paid_minor=-base_minor)
            positions[account.unit_id] = change.position
            amounts[account.pk] -= one.balance_minor
            amounts[accounts[account.unit_id].quantity] += one.balance_minor
            amounts[twins[account.address, self.book.base_unit_id]] += base_minor
            amounts[accounts[account.unit_id].cost] += change.position.cost_minor - before.cost_minor
            realised_minor += change.realised_minor
        return amounts, realised_minor

    def _twin(self, result: ForeignResult) -> AccountDraft:
        """The same account in the base currency."""
        account = result.account
        return AccountDraft(
            account.address,
            self.book.base_unit_id,
            account.ring,
            account.role,
            account.category_id,
            account.owner_id,
            account.contract_code,
            account.limit,
            account.is_hot,
            account.expected_age_days,
        )

    def _write(
        self, translated: Counter[int], revalued: Counter[int], lines: Sequence[RevaluedUnit]
    ) -> tuple[Revaluation, bool]:
        runs = Revaluation.objects.filter(book=self.book, business_date=self.business_date)
        last = runs.order_by("-run_no").first()
        is_moved = any(translated.values()) or any(revalued.values())
        if last is not None and not is_moved and _says_the_same(last, lines):
            return last, False
        run_no = last.run_no + 1 if last else 1
        drafts = [
            EntryDraft(
                kind=kind,
                value_date=self.business_date,
                narration=narration,
                source_reference=f"ledger.revaluation:{self.business_date}/{run_no}",
                idempotency_key=f"{kind}/{self.business_date}/{run_no}",
                postings=[PostingDraft(account, amount) for account, amount in amounts.items() if amount],
            )
            for kind, narration, amounts in (
                (TRANSLATED, "result in foreign units at the day's rates", translated),
                (REVALUED, "positions at the day's official rates", revalued),
            )
            if any(amounts.values())
        ]
        posted = post_journal_entries(
            book_id=self.book.pk,
            booking_date=self.business_date,
            drafts=drafts,
            caller=CALLER,
            maker_id=self.maker_id,
        )
        entries = {draft.kind: one.entry_id for draft, one in zip(drafts, posted, strict=True)}
        revaluation = Revaluation.objects.create(
            book=self.book,
            business_date=self.business_date,
            run_no=run_no,
            translated_entry_id=entries.get(TRANSLATED),
            entry_id=entries.get(REVALUED),
            maker_id=self.maker_id,
        )
        RevaluationLine.objects.bulk_create([_line(revaluation, line) for line in lines])
        return revaluation, True


def _line(revaluation: Revaluation, line: RevaluedUnit) -> RevaluationLine:
    return RevaluationLine(
        revaluation=revaluation,
        unit=line.unit,
        rate_id=line.rate.rate_ids[0] if line.rate else None,
        quantity_minor=line.position.quantity_minor,
        cost_minor=line.position.cost_minor,
        unrealised_minor=line.unrealised_minor,
    )


def _says_the_same(last: Revaluation, lines: Sequence[RevaluedUnit]) -> bool:
    said = set(
        last.lines.values_list("unit_id", "rate_id", "quantity_minor", "cost_minor", "unrealised_minor")
    )
    return said == {
        (line.unit_id, line.rate_id, line.quantity_minor, line.cost_minor, line.unrealised_minor)
        for line in (_line(last, one) for one in lines)
    }
