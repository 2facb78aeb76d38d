"""An official rate corrected late: the house's positions walked again, each revaluation adjusted once.

No valuation of a contract uses an official rate (assets in another currency are on hold), so that levels,
calls and liquidations rest on none: what differs is the house's own result.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from django.utils.translation import gettext_lazy as _

from clearing.corrections.models import (
    Correction,
    CorrectionKind,
    EntryPurpose,
    FindingFigure,
    PositionAdjustment,
)
from clearing.corrections.queries.positions import adjusted_before
from clearing.corrections.services.own_findings import OWN, OwnFindings
from clearing.corrections.services.plans import Carrying, Effect, RecomputePlan
from clearing.corrections.services.proposals import CorrectionDraft, propose_correction
from clearing.corrections.services.refusals import (
    CorrectionRefusal,
    CorrectionUnfit,
    SubjectSuperseded,
    SubjectUnknown,
)
from ledger.domain.position_walk import Milestone, Standing, walk_positions
from ledger.models import Book, OfficialRate, Revaluation, Unit
from ledger.queries.accounts import account_id
from ledger.queries.days import open_business_date
from ledger.queries.position_history import PositionHistory, RateKey, position_history
from ledger.services.official_rates import RateDraft, RateMalformed, correct_official_rate
from ledger.services.positions import lock_positions, open_position_accounts, open_result_account
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entries

CALLER = "clearing.corrections"
KIND = "house_revaluation_corrected"
NOBODY = "SELECT NULL::bigint AS contract_id WHERE false"


class PositionsNotAsBooked(CorrectionRefusal):
    """Walked at the rates that were used, the positions do not end as they stand."""

    code = "corrections_positions_as_booked"
    sentence = _("The positions do not follow from their entries; verify the ledger first.")


@dataclass(frozen=True, slots=True)
class _Change:
    """What one revaluation, or what came after the last, would have said more of one currency."""

    unit_id: int
    revaluation_id: int | None
    cost_minor: int
    unrealised_minor: int
    realised_minor: int
    taken_over: Mapping[str, int]

    @property
    def is_any(self) -> bool:
        return bool(self.cost_minor or self.unrealised_minor or self.realised_minor)


@dataclass(frozen=True, slots=True)
class _Walks:
    """The positions at the rates as known, and at the corrected one, by milestone."""

    history: PositionHistory
    known: list[Milestone]
    right: list[Milestone]

    def changes(self) -> list[_Change]:
        """What each milestone adds to the difference of the two walks, in order."""
        found = []
        before: Mapping[int, _Change] = {}
        for known, right in zip(self.known, self.right, strict=True):
            now = {
                unit_id: _difference(unit_id, known, right)
                for unit_id in sorted(known.units.keys() | right.units.keys())
            }
            found += [_more(one, before.get(unit_id)) for unit_id, one in now.items()]
            before = now
        return [one for one in found if one.is_any]


def propose_official_rate_correction(
    *,
    book_id: int,
    unit_code: str,
    base_code: str,
    rate_date: dt.date,
    rate: str,
    reason: str,
    evidence: str,
    maker_id: int,
) -> Correction:
    """Propose another official rate of a pair for a day that is over, as a plain decimal.

    Joins the caller's transaction, else is its own. The versions that were used stay; with the run a further
    one supersedes them.

    :raises SubjectUnknown: the day has no rate of this pair, in this direction.
    :raises CorrectionUnfit: the rate is no positive plain decimal, or the day is not over: set it anew.
    :raises ReasonOrEvidenceMissing: it does not say why, or names no evidence.
    Source: DESIGN 3 (after close); docs/decisions/0042.
    """
    draft = RateDraft(unit_code, base_code, rate)
    try:
        right = draft.shortest
    except RateMalformed as error:
        raise CorrectionUnfit(str(error)) from error
    today = open_business_date(book_id=book_id)
    if today is not None and rate_date >= today:
        raise CorrectionUnfit(f"{rate_date}: {today}")
    stated = (
        OfficialRate.objects.filter(
            book_id=book_id, unit__code=unit_code, base_unit__code=base_code, rate_date=rate_date
        )
        .order_by("-version")
        .first()
    )
    if stated is None:
        raise SubjectUnknown(f"{draft.pair} {rate_date}")
    return propose_correction(
        book_id=book_id,
        draft=CorrectionDraft(
            kind=CorrectionKind.FX,
            subject=f"fx/{draft.pair}/{rate_date}",
            effective_on=rate_date,
            was={
                "official_rate": stated.pk,
                "version": stated.version,
                "rate": RateDraft(unit_code, base_code, f"{stated.rate:f}").shortest,
            },
            corrected={"rate": right},
            reason=reason,
            evidence=evidence,
        ),
        maker_id=maker_id,
    )


def plan_of_official_rate(*, correction: Correction) -> RecomputePlan:
    """What each revaluation since the day would have said, by currency. Reads only.

    :raises PositionsNotAsBooked: the positions do not follow from their entries.
    """
    walks = _walks(correction)
    book = Book.objects.select_related("base_unit").get(pk=correction.book_id)
    days = dict(
        Revaluation.objects.filter(book=book, business_date__gte=correction.effective_on).values_list(
            "pk", "business_date"
        )
    )
    return RecomputePlan(touched=NOBODY, own=OWN, params=_findings(walks, days).params())


def carry_out_official_rate(*, correction: Correction, carrying: Carrying) -> list[Effect]:
    """Keep the rate and adjust each revaluation that it changes, once. Requires the run's transaction.

    One entry a revaluation, valued on its day and booked into the open one, with a row for each currency:
    what its position cost, what is unrealised, and what was realised. What was booked since the last
    revaluation is adjusted by an entry valued on the open day. Holds the positions.

    :raises SubjectSuperseded: the rate was corrected since this was proposed.
    :raises PositionsNotAsBooked: the positions do not follow from their entries.
    Source: DESIGN 3 (after close); docs/decisions/0042.
    """
    lock_positions(book_id=correction.book_id)
    stated = OfficialRate.objects.select_related("unit", "base_unit").get(pk=correction.was["official_rate"])
    newer = OfficialRate.objects.filter(
        book_id=stated.book_id,
        rate_date=stated.rate_date,
        unit_id=stated.unit_id,
        base_unit_id=stated.base_unit_id,
        version__gt=stated.version,
    )
    if newer.exists():
        raise SubjectSuperseded(correction.subject)
    changes = _walks(correction).changes()
    correct_official_rate(
        book_id=correction.book_id,
        rate_date=stated.rate_date,
        draft=RateDraft(stated.unit.code, stated.base_unit.code, correction.corrected["rate"]),
        approval_id=correction.approval_id,
        maker_id=correction.maker_id,
    )
    return _post(correction, carrying, changes) if changes else []


def _walks(correction: Correction) -> _Walks:
    """Walk from the day on; twice, at the rates as known and with the corrected one put in."""
    book = Book.objects.select_related("base_unit").get(pk=correction.book_id)
    stated = OfficialRate.objects.get(pk=correction.was["official_rate"])
    key: RateKey = (stated.unit_id, stated.base_unit_id, stated.rate_date)
    put_right = (key, Fraction(correction.corrected["rate"]))
    history = position_history(book=book, since=stated.rate_date, leaving_out=[KIND])
    start = {unit_id: standing.copied() for unit_id, standing in history.start.items()}
    for unit_id, adjusted in adjusted_before(book_id=book.pk, since=stated.rate_date).items():
        start.setdefault(unit_id, Standing()).cost_minor += adjusted.cost_minor
        start[unit_id].unrealised_minor += adjusted.unrealised_minor
    exponents = {unit.pk: unit.exponent for unit in history.units.values()}
    known, right = (
        walk_positions(
            start,
            history.events,
            rate_of=partial(history.rates.rate, put_right=put),
            exponents=exponents,
            base_exponent=book.base_unit.exponent,
        )
        for put in (None, put_right)
    )
    _prove(known[-1], history)
    return _Walks(history, known, right)


def _prove(end: Milestone, history: PositionHistory) -> None:
    for unit_id in end.units.keys() | history.stands.keys():
        walked, stands = end.units.get(unit_id, Standing()), history.stands.get(unit_id, Standing())
        if _held(walked) != _held(stands):
            raise PositionsNotAsBooked(f"{history.units[unit_id].code}: {_held(walked)}, {_held(stands)}")


def _held(one: Standing) -> tuple[int, int, int]:
    return one.quantity_minor, one.cost_minor, one.unrealised_minor


def _difference(unit_id: int, known: Milestone, right: Milestone) -> _Change:
    was, would = known.units.get(unit_id, Standing()), right.units.get(unit_id, Standing())
    return _Change(
        unit_id,
        right.revaluation_id,
        would.cost_minor - was.cost_minor,
        would.unrealised_minor - was.unrealised_minor,
        would.realised_minor - was.realised_minor,
        {address: would.taken_over[address] - minor for address, minor in was.taken_over.items()},
    )


def _more(now: _Change, before: _Change | None) -> _Change:
    """What came to the difference since the milestone before."""
    if before is None:
        return now
    return _Change(
        now.unit_id,
        now.revaluation_id,
        now.cost_minor - before.cost_minor,
        now.unrealised_minor - before.unrealised_minor,
        now.realised_minor - before.realised_minor,
        {address: minor - before.taken_over.get(address, 0) for address, minor in now.taken_over.items()},
    )


def _findings(walks: _Walks, days: Mapping[int, dt.date]) -> OwnFindings:
    """What stood at the end of each day that was revalued; what was realised and taken over since the one
    before."""
    own = OwnFindings()
    last = {days[one.revaluation_id]: n for n, one in enumerate(walks.known) if one.revaluation_id}
    before: tuple[Milestone, Milestone] = (Milestone(None, {}), Milestone(None, {}))
    for day, number in sorted(last.items()):
        now = (walks.known[number], walks.right[number])
        for unit_id in sorted(now[0].units.keys() | now[1].units.keys()):
            was, would = (one.units.get(unit_id, Standing()) for one in now)
            was_before, would_before = (one.units.get(unit_id, Standing()) for one in before)
            for figure, stored, right in (
                (FindingFigure.BOOK_VALUE, was.cost_minor, would.cost_minor),
                (FindingFigure.UNREALISED, was.unrealised_minor, would.unrealised_minor),
                (
                    FindingFigure.REALISED,
                    was.realised_minor - was_before.realised_minor,
                    would.realised_minor - would_before.realised_minor,
                ),
                (FindingFigure.TAKEN_OVER, _earned(was, was_before), _earned(would, would_before)),
            ):
                own.add(figure, day, walks.history.units[unit_id].code, stored, right)
        before = now
    return own


def _earned(now: Standing, before: Standing) -> int:
    """The results that were taken over between; gains positive."""
    return sum(before.taken_over.values()) - sum(now.taken_over.values())


def _post(correction: Correction, carrying: Carrying, changes: list[_Change]) -> list[Effect]:
    book = Book.objects.select_related("base_unit").get(pk=correction.book_id)
    revaluations = Revaluation.objects.in_bulk(
        [one.revaluation_id for one in changes if one.revaluation_id is not None]
    )
    drafts: dict[int | None, EntryDraft] = {}
    for which, amounts in _amounts(book, changes).items():
        revaluation = revaluations.get(which or 0)
        drafts[which] = EntryDraft(
            kind=KIND,
            value_date=revaluation.business_date if revaluation else carrying.booking_date,
            narration=f"{correction.subject}: {revaluation or 'since the last revaluation'}",
            source_reference=f"corrections:{correction.reference}",
            idempotency_key=f"correction/{correction.reference}/{which or 'since'}",
            postings=[PostingDraft(account, amount) for account, amount in amounts.items() if amount],
        )
    posted = post_journal_entries(
        book_id=book.pk,
        booking_date=carrying.booking_date,
        drafts=list(drafts.values()),
        caller=CALLER,
        maker_id=carrying.maker_id,
    )
    entries = {which: one.entry_id for which, one in zip(drafts, posted, strict=True)}
    PositionAdjustment.objects.bulk_create(
        [
            PositionAdjustment(
                run_id=carrying.run_id,
                unit_id=one.unit_id,
                revaluation_id=one.revaluation_id,
                entry_id=entries[one.revaluation_id],
                cost_minor=one.cost_minor,
                unrealised_minor=one.unrealised_minor,
                realised_minor=one.realised_minor,
            )
            for one in changes
            if one.revaluation_id in entries
        ]
    )
    return [Effect(entry_id=entry_id, purpose=EntryPurpose.ADJUSTMENT) for entry_id in entries.values()]


def _amounts(book: Book, changes: list[_Change]) -> dict[int | None, Counter[int]]:
    """What each entry posts, by account; nothing where two currencies only shift what was realised."""
    units = Unit.objects.filter(pk__in={one.unit_id for one in changes})
    accounts = open_position_accounts(book=book, units=list(units))
    realised = open_result_account(book=book, is_realised=True)
    unrealised = open_result_account(book=book, is_realised=False)
    found: dict[int | None, Counter[int]] = {}
    for one in changes:
        amounts = found.setdefault(one.revaluation_id, Counter())
        amounts[accounts[one.unit_id].cost] += one.cost_minor
        amounts[accounts[one.unit_id].unrealised] += one.unrealised_minor
        amounts[realised] -= one.realised_minor
        amounts[unrealised] -= one.unrealised_minor
        for address, minor in one.taken_over.items():
            if minor:
                amounts[account_id(book_id=book.pk, address=address, unit_code=book.base_unit.code)] += minor
    return {which: amounts for which, amounts in found.items() if any(amounts.values())}
