"""The demo day by day: the morning's acts, the session's trades, the banks' evening, and the run of the day.

Every act is idempotent, and what is drawn from the state of the books (the trade file) is written down before
it is used: a demo that was killed at any point is run again and ends with the same balances.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

from clearing.day.services.run_day import DayReport, run_day
from clearing.day.services.steps import Executor
from clearing.demo import broker, staff_acts
from clearing.demo.banks import Banks, open_banks
from clearing.demo.chance import draw
from clearing.demo.plans import ContractPlan, Temper, funder_bank, funder_code
from clearing.demo.population import World
from clearing.demo.quote_sources import SOURCES, quote_file
from clearing.margin.models import MarginCall, MarginCallStatus
from clearing.marks.services.instruments import record_average_daily_volumes
from clearing.marks.services.quotes import import_quotes
from clearing.settlement.models import Trade
from clearing.settlement.services.trade_files import import_trade_file
from custody.services.payments import contribute_reserve
from ledger.models import BusinessDay
from ledger.services.days import open_business_day

_EVENING = time(22, 0)


class Director:
    """Runs a scenario session by session."""

    def __init__(self, world: World, banks: Banks, directory: Path) -> None:
        self.world = world
        self.banks = banks
        self.directory = directory
        self.plans = {plan.code: plan for plan in world.plans}

    def sessions_left(self) -> list[date]:
        """Return the sessions that are not closed yet."""
        closed = set(
            BusinessDay.objects.filter(book=self.world.book, status=BusinessDay.Status.CLOSED).values_list(
                "business_date", flat=True
            )
        )
        return [session for session in self.world.market.sessions if session not in closed]

    def play(self, session: date, *, executor: Executor | None = None, leave_open: bool = False) -> DayReport:
        """Play one session to its close; `leave_open`: releases and the close wait for people."""
        previous = self.world.market.previous_session(session)
        self._open(session)
        self._morning(session, previous, releases=not leave_open)
        self._trade(session, previous)
        self._quote(session)
        self.banks.instruct()
        self.banks.end_of_day(session)
        report = run_day(
            book_id=self.world.book.pk,
            business_date=session,
            maker_id=self.world.team.finance[0],
            checker_id=None if leave_open else self.world.team.finance[1],
            inbox=self.banks.inbox,
            executor=executor,
        )
        self.banks.instruct()
        return report

    def _open(self, session: date) -> None:
        if not BusinessDay.objects.filter(book=self.world.book, business_date=session).exists():
            open_business_day(
                book_id=self.world.book.pk, business_date=session, maker_id=self.world.team.finance[0]
            )

    def _morning(self, session: date, previous: date | None, *, releases: bool) -> None:
        world = self.world
        opening = [plan for plan in world.plans if plan.opens_on == session]
        staff_acts.open_new_contracts(world, opening, session)
        self._remit(opening, session)
        if previous is None:
            self._found(session)
            return
        if previous == world.market.sessions[0]:
            contribute_reserve(
                book_id=world.book.pk,
                booking_date=session,
                value_date=session,
                unit_code="USD",
                amount_minor=staff_acts.RESERVE_MINOR,
                idempotency_key="first",
                maker_id=world.team.finance[0],
            )
        staff_acts.identify_receipts(world, session)
        staff_acts.draw_financing(world, self._drawn_on(session), session)
        if releases:
            staff_acts.release_liquidations(world, session)
        self._answer_calls(session, previous)
        self._withdraw(session)

    def _found(self, session: date) -> None:
        """The first day: the house's capital and the funders' money come in."""
        self.banks.receive(
            bank_code=self.world.scenario.banks[0],
            ring="house",
            amount_minor=staff_acts.CAPITAL_MINOR,
            reference="CAPITAL",
            on=session,
        )
        for number in range(1, self.world.scenario.funders + 1):
            self.banks.receive(
                bank_code=funder_bank(self.world.scenario, number),
                ring="funder",
                amount_minor=staff_acts.FUNDING_MINOR,
                reference=f"{funder_code(number)}/1",
                on=session,
            )

    def _remit(self, opening: list[ContractPlan], session: date) -> None:
        for plan in opening:
            text = f"{plan.code}/OWN" if plan.remits_legibly else f"PAYMENT {plan.client_code}"
            self.banks.receive(
                bank_code=plan.bank_code,
                ring="client",
                amount_minor=plan.own_minor,
                reference=text if plan.remits_legibly else f"{text} {draw(10**6, plan.code)}",
                on=session,
            )

    def _drawn_on(self, session: date) -> list[ContractPlan]:
        """Contracts draw the session after their own money came."""
        previous = self.world.market.previous_session(session)
        return [plan for plan in self.world.plans if plan.opens_on == previous]

    def _answer_calls(self, session: date, previous: date) -> None:
        calls = MarginCall.objects.filter(
            book=self.world.book, status=MarginCallStatus.OPEN, opened_on=previous
        ).select_related("contract")
        for call in calls:
            plan = self.plans[call.contract.code]
            parts = {Temper.DEPOSITS: 1, Temper.DEPOSITS_HALF: 2}.get(plan.temper)
            # A client tires of it: every further call is met less often.
            earlier = MarginCall.objects.filter(contract=call.contract, pk__lt=call.pk).count()
            if parts is None or draw(1 + earlier, plan.code, call.opened_on) > 1:
                continue
            self.banks.receive(
                bank_code=plan.bank_code,
                ring="client",
                amount_minor=call.deposit_minor // parts,
                reference=f"{plan.code}/CALL-{call.opened_on:%Y%m%d}",
                on=session,
            )

    def _withdraw(self, session: date) -> None:
        """Careful clients take some of their cash home on a day of their own."""
        for plan in self.world.plans:
            if plan.financed_minor * 3 > plan.own_minor:
                continue
            at = self.world.market.sessions.index(plan.opens_on) + 20 + draw(40, plan.code, "withdraws")
            if at < len(self.world.market.sessions) and self.world.market.sessions[at] == session:
                staff_acts.pay_out(
                    self.world, plan, session, plan.own_minor // 400 // 100_00 * 100_00 + 100_00
                )

    def _trade(self, session: date, previous: date | None) -> None:
        if previous is None:
            return
        file = self.directory / "trades" / f"{session}.csv"
        if not file.exists():
            drawn = staff_acts.drawn_contracts(self.world)
            orders = [
                order
                for plan in self._drawn_on(session)
                if plan.code in drawn
                for order in broker.purchases(plan, self.world.market, session)
            ]
            orders += broker.liquidation_orders(self.world.book.pk)
            _keep(file, broker.report(orders, self.world.market, session))
        import_trade_file(
            book_id=self.world.book.pk,
            raw=file.read_bytes(),
            file_name=f"{self.world.book.code}-trades-{session}.csv",
            received_at=datetime.combine(session, _EVENING, UTC),
            booking_date=session,
            maker_id=self.world.team.operations[0],
        )
        trades = Trade.objects.filter(book=self.world.book, trade_date=session)
        self.banks.settle(
            trades.select_related("contract__custodian", "contract__unit", "instrument__unit").order_by("id")
        )

    def _quote(self, session: date) -> None:
        market = self.world.market
        for source in SOURCES:
            import_quotes(
                book_id=self.world.book.pk,
                source_code=source,
                raw=quote_file(
                    market, source=source, session_date=session, seed=draw(10**9, self.world.scenario.seed)
                ),
                file_name=f"{self.world.book.code}-{source}-{session}.csv",
                received_at=datetime.combine(session, _EVENING, UTC),
            )
        if session.day <= 7 and session.weekday() == 0:
            record_average_daily_volumes(
                volumes={
                    self.world.instruments[code].pk: market.average_daily_volume(code, session)
                    for code in self.world.scenario.stocks
                },
                actor_id=self.world.team.risk[0],
                reason="monthly review of volumes",
            )


@contextmanager
def directing(world: World, directory: Path) -> Iterator[Director]:
    """Open the banks and have a director; what it writes lies under the directory."""
    with open_banks(world, directory) as banks:
        yield Director(world, banks, directory)


def _keep(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)
