"""What the reported rows amount to: which can be booked, with what amounts, and which not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from clearing.domain import settlement
from clearing.domain.csv_lines import LineRefused, RejectedLine
from clearing.marks.models import Instrument
from clearing.marks.queries.marks import instruments_by_code
from clearing.settlement.domain import postings
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Side, Trade
from contracts.models import ContractState, FinancingContract, TermsVersion
from contracts.queries.terms_in_force import terms_in_force
from ledger.domain.calendars import CalendarExhausted
from ledger.queries.calendars import load_calendar

TermsOfDays = Mapping[date, Mapping[int, TermsVersion]]
"""By day, then by contract."""

_NOT_OPEN = {ContractState.DRAFT, ContractState.SUBMITTED, ContractState.CLOSED}


@dataclass(slots=True)
class PlannedTrade:
    """A trade on its way to be booked."""

    row: TradeRow
    contract: FinancingContract
    instrument: Instrument
    settlement_date: date
    amounts: postings.Amounts
    accounts: postings.TradeAccounts | None = None
    overrun_minor: int = 0
    is_restricted: bool = False

    @property
    def key(self) -> tuple[int, int]:
        return self.contract.pk, self.instrument.unit_id

    @property
    def legs(self) -> postings.Legs:
        assert self.accounts is not None, "accounts are resolved before legs are asked for"
        make = postings.bought if self.row.side == Side.BUY else postings.sold
        return make(self.accounts, self.amounts)


@dataclass(slots=True)
class TradePlan:
    planned: list[PlannedTrade] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    replayed_count: int = 0

    def reject(self, row: TradeRow, reason: str, explanation: str) -> None:
        self.rejected.append(RejectedLine(row.line_number, row.raw or repr(row), reason, explanation))


def plan_trades(*, book_id: int, rows: Sequence[TradeRow], booking_date: date) -> TradePlan:
    """Read what the rows refer to, in three statements, and tell what can be booked from what cannot."""
    contracts = {
        contract.code: contract
        for contract in FinancingContract.objects.filter(
            book_id=book_id, code__in={row.contract_code for row in rows}
        ).select_related("client", "custodian")
    }
    terms = _terms_of_trade_dates(rows, contracts)
    instruments = instruments_by_code(codes={row.instrument_code for row in rows})
    said = {
        trade.broker_reference: _said_by(trade)
        for trade in Trade.objects.filter(
            book_id=book_id, broker_reference__in={row.broker_reference for row in rows}
        ).select_related("contract", "instrument__unit")
    }
    judged = TradePlan()
    for row in rows:
        before = said.get(row.broker_reference)
        if before is not None and before.is_said_again_by(row):
            judged.replayed_count += 1
            continue
        try:
            if before is not None:
                raise LineRefused("reference_conflict", "Another trade was reported under this reference.")
            plan = _plan(row, contracts, instruments, terms, booking_date)
        except LineRefused as refusal:
            judged.reject(row, refusal.reason, refusal.explanation)
        else:
            judged.planned.append(plan)
            said[row.broker_reference] = _Said(
                _identity(row), plan.amounts.external_cost_minor, plan.amounts.commission_minor
            )
    return judged


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reference stands for. Costs that a row leaves to the terms agree with any."""

    identity: tuple[object, ...]
    external_cost_minor: int
    commission_minor: int

    def is_said_again_by(self, row: TradeRow) -> bool:
        return (
            self.identity == _identity(row)
            and row.external_cost_minor in (None, self.external_cost_minor)
            and row.commission_minor in (None, self.commission_minor)
        )


def _identity(row: TradeRow) -> tuple[object, ...]:
    return (
        row.contract_code,
        row.instrument_code,
        row.side,
        row.quantity,
        row.price_minor,
        row.trade_date,
        row.liquidation_order_reference,
    )


def _terms_of_trade_dates(
    rows: Sequence[TradeRow], contracts: Mapping[str, FinancingContract]
) -> TermsOfDays:
    """The terms in force on each trade date, by contract: what a trade costs does not change afterwards."""
    ids = [contract.pk for contract in contracts.values()]
    return {day: terms_in_force(contract_ids=ids, on=day) for day in {row.trade_date for row in rows}}


def _said_by(trade: Trade) -> _Said:
    identity = (
        trade.contract.code,
        trade.instrument.unit.code,
        trade.side,
        trade.quantity,
        trade.price_minor,
        trade.trade_date,
        trade.liquidation_order_reference,
    )
    return _Said(identity, trade.external_cost_minor, trade.commission_minor)


def _plan(
    row: TradeRow,
    contracts: Mapping[str, FinancingContract],
    instruments: Mapping[str, Instrument],
    terms: TermsOfDays,
    booking_date: date,
) -> PlannedTrade:
    contract, instrument = contracts.get(row.contract_code), instruments.get(row.instrument_code)
    if contract is None:
        raise LineRefused("contract_unknown", f"The book has no contract {row.contract_code!r}.")
    if contract.state in _NOT_OPEN:
        raise LineRefused("contract_not_open", f"Contract {contract.code} is {contract.state}.")
    if instrument is None:
        raise LineRefused("instrument_unknown", f"There is no instrument {row.instrument_code!r}.")
    if instrument.currency_id != contract.unit_id:
        raise LineRefused(
            "currency_differs", f"{row.instrument_code} is not quoted in the currency of {contract.code}."
        )
    if row.trade_date > booking_date:
        raise LineRefused("trade_date_ahead", f"{row.trade_date} lies after the day {booking_date}.")
    return PlannedTrade(
        row=row,
        contract=contract,
        instrument=instrument,
        settlement_date=_settlement_date(row, instrument),
        amounts=_amounts(row, instrument, terms[row.trade_date][contract.pk]),
    )


def _settlement_date(row: TradeRow, instrument: Instrument) -> date:
    try:
        calendar = load_calendar(code=instrument.calendar_code)
        if not calendar.is_session(row.trade_date):
            raise LineRefused(
                "trade_date_no_session", f"{instrument.calendar_code} did not trade on {row.trade_date}."
            )
        return settlement.settlement_date(calendar, row.trade_date, instrument.settlement_days)
    except CalendarExhausted as exhausted:
        raise LineRefused("calendar_exhausted", f"Seed the calendar: {exhausted}.") from exhausted


def _amounts(row: TradeRow, instrument: Instrument, terms: TermsVersion) -> postings.Amounts:
    side = settlement.Side[row.side.upper()]
    external_ppm = terms.external_cost_buy_ppm if row.side == Side.BUY else terms.external_cost_sell_ppm
    try:
        gross = settlement.gross_amount(
            row.quantity,
            row.price_minor,
            price_exponent=instrument.currency.exponent,
            currency_exponent=instrument.currency.exponent,
            quantity_exponent=instrument.unit.exponent,
        )
        rates = [
            settlement.CostRate("external", external_ppm),
            settlement.CostRate("commission", terms.commission_ppm, is_external=False),
        ]
        usual = settlement.trade_amounts(side, gross, rates)
    except settlement.InvalidTrade as invalid:
        raise LineRefused("amounts_invalid", f"{invalid}.") from invalid
    external = usual.external_costs_minor if row.external_cost_minor is None else row.external_cost_minor
    commission = usual.house_costs_minor if row.commission_minor is None else row.commission_minor
    net = gross + external + commission if row.side == Side.BUY else gross - external - commission
    if external < 0 or commission < 0 or net < 0:
        raise LineRefused("amounts_invalid", "Costs are negative or exceed the proceeds.")
    return postings.Amounts(row.quantity, gross, external, commission, net)
