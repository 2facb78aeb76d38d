"""Set a scenario's book up: units, banks, homes, instruments, terms. Run again it finds what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.core.management import call_command
from django.db import transaction

from accounts.models import Party
from accounts.queries.staff import day_runner_id
from accounts.services.approvals import approve
from clearing.demo.market import (
    CALENDAR,
    CURRENCY,
    STOCKS,
    Market,
    action_drafts,
    instrument_drafts,
    load_market,
    unit_drafts,
)
from clearing.demo.people import BANK_NAMES, Team, register_cast, register_team
from clearing.demo.plans import (
    CLOSE_HAULED,
    ContractPlan,
    Scenario,
    contract_plans,
    funder_bank,
    funder_code,
)
from clearing.demo.quote_sources import SOURCES
from clearing.marks.models import Instrument
from clearing.marks.services.corporate_actions import announce_corporate_actions
from clearing.marks.services.instruments import register_instruments, register_price_sources
from contracts.models import Product, TermsVersion
from contracts.services.terms import (
    TermsDraft,
    activate_terms,
    create_product,
    propose_activation,
    propose_terms,
)
from custody.models import Custodian
from custody.services.custodians import open_custody_account, register_custodian, set_cash_home
from ledger.domain.calendars import CalendarExhausted
from ledger.models import Book, Unit
from ledger.queries.calendars import load_calendar
from ledger.queries.seal_keys import is_sealing
from ledger.services.books import create_book, create_units
from ledger.services.key_files import create_key_file
from ledger.services.seal_keys import publish_key

REASON = "set-up of the demo"
RINGS = ("client", "funder", "reserve", "house")
FUNDER_RATE_PPM = 55_000
_TERMS = TermsDraft(client_rate_ppm=65_000, calendar_code=CALENDAR, haircut_ppm=250_000)
PRODUCTS = {
    "MARGIN": ("Margin financing", _TERMS),
    "MARGIN-S": (
        "Margin financing, standing authority to liquidate",
        replace(_TERMS, standing_liquidation_authority=True),
    ),
    CLOSE_HAULED: (
        "Margin financing, thin lines",
        replace(
            _TERMS,
            client_rate_ppm=85_000,
            haircut_ppm=50_000,
            warn_ppm=1_250_000,
            restrict_ppm=1_200_000,
            call_ppm=1_150_000,
            liquidate_ppm=1_100_000,
            emergency_ppm=1_030_000,
            target_coverage_ppm=1_300_000,
            call_deadline_sessions=5,
            emergency_liquidation=False,
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class World:
    """A scenario with everything the script needs at hand."""

    scenario: Scenario
    market: Market
    book: Book
    team: Team
    parties: Mapping[str, Party]
    custodians: Mapping[str, int]
    instruments: Mapping[str, Instrument]
    terms: Mapping[str, TermsVersion]
    plans: tuple[ContractPlan, ...]


def account_number(book_code: str, bank_code: str, ring: str) -> str:
    """The number of a ring's account at a bank: what the bank calls it."""
    return f"{book_code}-{bank_code[:4]}-{ring.upper()}"


def populate(scenario: Scenario) -> World:
    """Return the world of a scenario, set up if its book is not there yet. Owns its transaction."""
    try:
        calendar = load_calendar(code=CALENDAR)
    except CalendarExhausted:
        call_command("seed_calendars", calendar=[CALENDAR])
        calendar = load_calendar(code=CALENDAR)
    market = load_market(
        first_session=scenario.first_session,
        last_session=scenario.last_session,
        calendar=calendar,
        stocks_of=[stock for stock in STOCKS if stock.unit_code in scenario.stocks],
    )
    runner = day_runner_id()
    with transaction.atomic():
        team = register_team(actor_id=runner)
        if not is_sealing():
            key_id, _ = create_key_file()
            maker_id, checker_id = team.finance
            publish_key(key_id=key_id, reason="key of the demo", maker_id=maker_id, checker_id=checker_id)
        book = Book.objects.filter(code=scenario.book_code).first()
        parties = register_cast(scenario, actor_id=runner)
        if book is None:
            book = _set_up_book(scenario, market, parties, team)
            instruments = {one.unit.code: one for one in Instrument.objects.select_related("unit")}
            announce_corporate_actions(
                book_id=book.pk,
                drafts=action_drafts(
                    market,
                    instrument_ids={code: one.pk for code, one in instruments.items()},
                    calendar=calendar,
                ),
            )
    versions = TermsVersion.objects.filter(product__code__in=PRODUCTS).select_related("product")
    return World(
        scenario=scenario,
        market=market,
        book=book,
        team=team,
        parties=parties,
        custodians=dict(Custodian.objects.values_list("code", "id")),
        instruments={one.unit.code: one for one in Instrument.objects.select_related("unit")},
        terms={terms.product.code: terms for terms in versions},
        plans=tuple(contract_plans(scenario, market.sessions)),
    )


def _set_up_book(scenario: Scenario, market: Market, parties: Mapping[str, Party], team: Team) -> Book:
    units = create_units(drafts=unit_drafts())
    book = create_book(code=scenario.book_code, name=scenario.title, base_unit_code=CURRENCY)
    known = set(Instrument.objects.values_list("unit__code", flat=True))
    register_instruments(
        drafts=[draft for draft in instrument_drafts(market) if draft.unit_code not in known],
        actor_id=team.runner,
        reason=REASON,
    )
    register_price_sources(labels=SOURCES)
    _set_up_banks(scenario, book, parties, team, list(units.values()))
    for code, (name, draft) in PRODUCTS.items():
        if not Product.objects.filter(code=code).exists():
            _set_up_product(code, name, draft, team)
    return book


def _set_up_banks(
    scenario: Scenario, book: Book, parties: Mapping[str, Party], team: Team, unit_ids: list[int]
) -> None:
    for code in scenario.banks:
        bank = Custodian.objects.filter(code=code).first() or register_custodian(
            code=code, name=BANK_NAMES[code], party_id=parties[code].pk, actor_id=team.runner, reason=REASON
        )
        for ring in RINGS:
            account = open_custody_account(
                book_id=book.pk,
                custodian_id=bank.pk,
                ring=ring,
                external_number=account_number(book.code, code, ring),
                unit_ids=unit_ids,
                actor_id=team.runner,
                reason=REASON,
            )
            owners: list[int | None] = (
                [None] if ring in ("reserve", "house") and code == scenario.banks[0] else []
            )
            if ring == "funder":
                funders = [party for party in parties.values() if party.kind == "funder"]
                owners = [
                    party.pk
                    for number, party in enumerate(sorted(funders, key=lambda one: one.code), start=1)
                    if party.code == funder_code(number) and funder_bank(scenario, number) == code
                ]
            for owner_id in owners:
                set_cash_home(
                    book_id=book.pk,
                    ring=ring,
                    custody_account_id=account.pk,
                    owner_id=owner_id,
                    actor_id=team.runner,
                    reason=REASON,
                )


def _set_up_product(code: str, name: str, draft: TermsDraft, team: Team) -> None:
    product = create_product(code=code, name=name, actor_id=team.runner, reason=REASON)
    unit_id = Unit.objects.get(code=CURRENCY).pk
    terms = propose_terms(product_id=product.pk, unit_id=unit_id, draft=draft)
    maker_id, checker_id = team.risk
    approval = propose_activation(terms_id=terms.pk, maker_id=maker_id)
    approve(approval_id=approval.pk, checker_id=checker_id, comment="terms read against the product paper")
    activate_terms(terms_id=terms.pk, approval_id=approval.pk)
