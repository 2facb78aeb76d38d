"""Fix the marks of a session: the official price of each instrument, or a hold with its reason."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef

from accounts.services.violations import refusing
from clearing.domain import consensus
from clearing.domain.reference_prices import PriceLimits, price_limits
from clearing.marks.models import HoldReason, Instrument, Mark, MarkState, Quote, QuoteVerdict, Verdict
from clearing.marks.queries.epochs import epochs_on
from clearing.marks.queries.marks import prices_before
from ledger.models import TradingSession

_PPM = 1_000_000


class NotASession(ValueError):
    """No instrument trades on the day: pick a session, or seed the calendar if it ends before."""


class MarksAlreadyFixed(RuntimeError):
    """Another run fixed these marks at the same time: run it again, it will find them done."""


@dataclass(frozen=True, slots=True)
class MarkRule:
    """By what a session's quotes become a mark; ``version`` names all of it and is stored with each mark.

    ``tolerance_ppm``: how far a quote may lie from the median (3 %: 30,000). A quote belongs to a session
    from ``opens_after`` to ``closes_after`` its midnight UTC, both ends in; outside it is stale or late.
    """

    version: str = "consensus-1"
    tolerance_ppm: int = 30_000
    opens_after: timedelta = timedelta(0)
    closes_after: timedelta = timedelta(hours=28)

    @property
    def name(self) -> str:
        """The version with its tolerance, as stored."""
        return f"{self.version} tolerance {self.tolerance_ppm} ppm"

    def for_session(self, session_date: date) -> consensus.ConsensusRule:
        """Return the rule with the session's window."""
        midnight = datetime.combine(session_date, time(), tzinfo=UTC)
        return consensus.ConsensusRule(
            tolerance_ppm=self.tolerance_ppm,
            fresh_from=midnight + self.opens_after,
            fresh_until=midnight + self.closes_after,
        )


PLATFORM_RULE = MarkRule()


@dataclass(frozen=True, slots=True)
class MarksFixed:
    """Marks written now, marks that were there already, and what is on hold of all of them."""

    fixed_count: int
    present_count: int
    holds: tuple[tuple[str, str], ...]
    """Unit code and reason of each hold of the session."""


def fix_marks(
    *,
    book_id: int,
    session_date: date,
    rule: MarkRule = PLATFORM_RULE,
    instrument_ids: Collection[int] | None = None,
) -> MarksFixed:
    """Fix the mark of each instrument that trades in the session and has none; a second run changes nothing.

    Owns its transaction, or joins one. Without instrument ids all are meant. An instrument without a valid
    quote gets a hold, never a guess. Price limits are taken from the last price before, unless a split lies
    between: then there are none. A handful of statements whatever the number of instruments.

    Source: DESIGN 6 (mark); vectors P1, P2, P4, P6.

    :raises NotASession: none of the instruments trades on the day.
    :raises MarksAlreadyFixed: another run was faster.
    """
    trading = _trading_instruments(session_date, instrument_ids)
    if not trading:
        raise NotASession(f"no instrument trades on {session_date}")
    present = list(
        Mark.objects.current().filter(
            book_id=book_id, session_date=session_date, instrument__in=trading.keys()
        )
    )
    missing = sorted(trading.keys() - {mark.instrument_id for mark in present})
    fixed = _fix(book_id, session_date, rule, [trading[pk] for pk in missing]) if missing else []
    holds = sorted(
        (trading[mark.instrument_id].unit.code, mark.reason)
        for mark in [*present, *fixed]
        if mark.state == MarkState.HOLD
    )
    return MarksFixed(len(fixed), len(present), tuple(holds))


def _trading_instruments(session_date: date, ids: Collection[int] | None) -> dict[int, Instrument]:
    session = TradingSession.objects.filter(
        calendar_code=OuterRef("calendar_code"), session_date=session_date
    )
    instruments = Instrument.objects.filter(Exists(session)).select_related("unit")
    if ids is not None:
        instruments = instruments.filter(pk__in=ids)
    return {instrument.pk: instrument for instrument in instruments}


def _fix(book_id: int, session_date: date, rule: MarkRule, instruments: Sequence[Instrument]) -> list[Mark]:
    ids = [instrument.pk for instrument in instruments]
    epochs = epochs_on(book_id=book_id, business_date=session_date)
    before = prices_before(book_id=book_id, session_date=session_date, instrument_ids=ids)
    quotes: dict[int, list[Quote]] = defaultdict(list)
    said = Quote.objects.filter(book_id=book_id, session_date=session_date, instrument__in=ids)
    for quote in said.select_related("source").order_by("source__code", "quoted_at", "pk"):
        quotes[quote.instrument_id].append(quote)
    marks: list[Mark] = []
    verdicts: list[QuoteVerdict] = []
    for instrument in instruments:
        previous, epoch = before.get(instrument.pk), epochs[instrument.pk]
        decided = consensus.fix_mark(
            [_domain_quote(quote) for quote in quotes[instrument.pk]],
            rule=rule.for_session(session_date),
            quantity_epoch=epoch,
            limits=_limits(instrument, previous, epoch),
        )
        mark = Mark(
            book_id=book_id,
            instrument=instrument,
            session_date=session_date,
            previous_price_minor=previous.price_minor if previous else None,
            epoch=epoch,
            rule_version=rule.name,
        )
        marks.append(mark)
        verdicts.extend(_decide(mark, decided, quotes[instrument.pk]))
    _write(marks, verdicts)
    return marks


def _domain_quote(quote: Quote) -> consensus.Quote:
    return consensus.Quote(
        source=quote.source.code,
        price_minor=quote.price_minor,
        quoted_at=quote.quoted_at,
        epoch=quote.epoch,
    )


def _limits(instrument: Instrument, previous: Mark | None, epoch: int) -> PriceLimits | None:
    if instrument.price_limit_ppm is None or previous is None or previous.epoch != epoch:
        return None
    assert previous.price_minor is not None, "only marks with a price are asked for"
    return price_limits(previous.price_minor, instrument.price_limit_ppm)


def _decide(mark: Mark, decided: consensus.Mark, quotes: Sequence[Quote]) -> list[QuoteVerdict]:
    """Fill the mark with what was decided and return its verdicts, one per quote in the order given."""
    mark.state = MarkState(decided.state.name.lower())
    mark.price_minor = decided.price_minor
    mark.usable_for_liquidation = decided.usable_for_liquidation
    mark.reason = HoldReason(decided.reason.name.lower()) if decided.reason else ""
    judged = list(zip(quotes, decided.quotes, strict=True))
    mark.quote_ids = [quote.pk for quote, one in judged if one.verdict is consensus.Verdict.ACCEPTED]
    return [
        QuoteVerdict(
            mark=mark,
            quote=quote,
            verdict=Verdict(one.verdict.name.lower()),
            # Truncated: for display. The decision compared exactly.
            deviation_ppm=None if one.deviation is None else int(one.deviation * _PPM),
        )
        for quote, one in judged
    ]


def _write(marks: Sequence[Mark], verdicts: Sequence[QuoteVerdict]) -> None:
    with refusing(refusals={"marks_mark_fixed_once": MarksAlreadyFixed("another run fixed them")}):
        Mark.objects.bulk_create(marks)
        QuoteVerdict.objects.bulk_create(verdicts)
