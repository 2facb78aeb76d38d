"""What permits a drawdown: the client's standing, and the leverage, loans and capital that are left.

Source: DESIGN 5 (suitability, leverage, rule pack).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.models import SuitabilityAssessment
from contracts.domain.leverage import exceeds_maximum
from contracts.domain.leverage_caps import Cap, smallest_cap
from contracts.domain.rule_pack import PackParameters
from contracts.domain.rule_pack_examples import loans_room
from contracts.models import Drawdown, FinancingContract, RulePackVersion, TermsVersion
from contracts.queries.balances import ContractBalances
from contracts.queries.loans import loans_and_capital
from contracts.queries.rule_packs import parameters_of, vintages
from contracts.queries.terms_in_force import terms_in_force
from contracts.services.refusals import ContractRefusal
from contracts.services.suitability_gate import refuse_unsuitable
from ledger.services.posting import PostedEntry

LOANS_LOCK = 0x10A5
"""First key of the advisory lock under which a book's loans are compared with its capital."""


class LeverageExceeded(ContractRefusal):
    """After the drawdown, own and financed money over own money would exceed what the terms permit."""

    code = "contracts_drawdown_leverage_within_cap"
    sentence = _("The drawdown exceeds the maximum leverage; draw less, or have the client deposit first.")


class PackCapExceeded(LeverageExceeded):
    """The drawdown would leave less than the initial margin of the rule pack that the contract is held to."""

    code = "contracts_drawdown_within_pack"
    sentence = _("The drawdown leaves less than the rule pack's initial margin; draw less, or deposit first.")


class TierCapExceeded(LeverageExceeded):
    """The drawdown would exceed the leverage of the client's tier."""

    code = "contracts_drawdown_within_tier"
    sentence = _("The drawdown exceeds the leverage of the client's tier; draw less, or deposit first.")


class DynamicCapExceeded(LeverageExceeded):
    """The drawdown would exceed the dynamic limit of the day."""

    code = "contracts_drawdown_within_dynamic_limit"
    sentence = _("The drawdown exceeds the dynamic limit of the day; draw less, or deposit first.")


class OwnBelowMinimum(ContractRefusal):
    """The client's own is below the least that the rule pack asks of an account that borrows."""

    code = "contracts_drawdown_own_at_least_minimum"
    sentence = _("The client's own money is below the rule pack's minimum; have the client deposit first.")


class LoansExceedCapital(ContractRefusal):
    """All loans of the book together would exceed the pack's multiple of the house's capital."""

    code = "contracts_drawdown_loans_within_capital"
    sentence = _("All loans would exceed the permitted multiple of capital; wait for repayments.")


BY_SOURCE: Mapping[str, type[LeverageExceeded]] = {
    "pack": PackCapExceeded,
    "tier": TierCapExceeded,
    "dynamic": DynamicCapExceeded,
}


@dataclass(frozen=True, slots=True)
class DrawdownDraft:
    """An amount to be drawn, in minor units.

    `securities_minor` is what the contract's securities are worth by the caller's valuation; they count as
    the client's own. Zero, where nobody has valued them, counts cash alone. `dynamic_cap_ppm` is the dynamic
    limit of leverage (DESIGN 6) where there is one.
    """

    contract_id: int
    amount_minor: int
    value_date: dt.date
    idempotency_key: str
    securities_minor: int = 0
    dynamic_cap_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """What permitted one draft; the row of contracts_drawdown before its entry is there."""

    draft: DrawdownDraft
    own_minor: int
    financed_minor: int
    cap: Cap
    tier: int
    assessment_id: int
    pack: RulePackVersion


def permit_drawdowns(
    *, drafts: Sequence[DrawdownDraft], found: Mapping[int, ContractBalances], booking_date: dt.date
) -> list[Permission]:
    """Return what permits each draft, or refuse; requires the caller's transaction and locked contracts.

    Several drafts on one contract add up. Statements do not grow with the number of drafts.

    :raises Unsuitable: a client's standing has a fault; the subclass names it.
    :raises OwnBelowMinimum: the client's own is below the pack's minimum.
    :raises LeverageExceeded, PackCapExceeded, TierCapExceeded, DynamicCapExceeded: by the smallest cap.
    :raises LoansExceedCapital: the pack's multiple of the house's capital would be exceeded.
    """
    ids = [draft.contract_id for draft in drafts]
    standing = refuse_unsuitable(contract_ids=ids, on=booking_date)
    contracts = FinancingContract.objects.select_related("unit", "terms__rule_pack_version__pack").in_bulk(
        ids
    )
    terms = terms_in_force(contract_ids=ids, on=booking_date)
    held = vintages(list(contracts.values()))
    packs = {version.pk: parameters_of(version) for version in held.values()}
    assessed = _assessments((contract.client_id for contract in contracts.values()), booking_date)
    drawn: dict[int, int] = {}
    permitted = []
    for draft in drafts:
        contract = found[draft.contract_id]
        drawn[draft.contract_id] = drawn.get(draft.contract_id, 0) + draft.amount_minor
        version = held[draft.contract_id]
        permission = Permission(
            draft=draft,
            own_minor=contract.cash_minor
            + contract.unsettled_cash_minor
            + draft.securities_minor
            - contract.debt_minor,
            financed_minor=contract.principal_minor + drawn[draft.contract_id],
            cap=_cap(draft, terms[draft.contract_id], packs[version.pk], standing[draft.contract_id].tier),
            tier=standing[draft.contract_id].tier or 1,
            assessment_id=assessed[contracts[draft.contract_id].client_id],
            pack=version,
        )
        _refuse_leverage(permission, contracts[draft.contract_id], packs[version.pk])
        permitted.append(permission)
    _refuse_loans(permitted, found, packs)
    return permitted


def _cap(draft: DrawdownDraft, terms: TermsVersion, pack: PackParameters, tier: int | None) -> Cap:
    return smallest_cap(
        maintenance_ppm=terms.maintenance_ppm,
        initial_margin_ppm=terms.initial_margin_ppm,
        max_leverage_ppm=terms.max_leverage_ppm,
        pack=pack,
        tier=tier or 1,
        dynamic_ppm=draft.dynamic_cap_ppm,
    )


def _assessments(client_ids: Iterable[int], on: dt.date) -> dict[int, int]:
    """The newest assessment of each client on a day."""
    newest = SuitabilityAssessment.objects.filter(party_id__in=set(client_ids), assessed_on__lte=on)
    ordered = newest.order_by("party_id", "-assessed_on", "-id").distinct("party_id")
    return dict(ordered.values_list("party_id", "id"))


def _refuse_leverage(permission: Permission, contract: FinancingContract, pack: PackParameters) -> None:
    own, financed, cap = permission.own_minor, permission.financed_minor, permission.cap
    if own <= 0 or exceeds_maximum(own, financed, cap.maximum):
        raise BY_SOURCE.get(cap.source, LeverageExceeded)(
            f"{contract.code}: own {own}, financed {financed}, maximum {cap.maximum} ({cap.source})"
        )
    if own < (pack.minimum_own_minor or 0) and contract.unit.code == pack.minimum_own_unit:
        raise OwnBelowMinimum(f"{contract.code}: own {own}, minimum {pack.minimum_own_minor}")


def _refuse_loans(
    permitted: Sequence[Permission],
    found: Mapping[int, ContractBalances],
    packs: Mapping[int, PackParameters],
) -> None:
    """Compare all loans with capital where a pack asks it, one drawdown of the book after the other."""
    more: dict[tuple[int, int], int] = {}
    multiples: dict[tuple[int, int], int] = {}
    for one in permitted:
        contract, multiple = found[one.draft.contract_id], packs[one.pack.pk].loans_to_capital_ppm
        key = (contract.book_id, contract.unit_id)
        more[key] = more.get(key, 0) + one.draft.amount_minor
        if multiple is not None:
            multiples[key] = min(multiple, multiples.get(key, multiple))
    for (book_id, unit_id), multiple in sorted(multiples.items()):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOANS_LOCK, book_id])
        now = loans_and_capital(book_id=book_id, unit_id=unit_id)
        room = loans_room(capital_minor=now.capital_minor, loans_minor=now.loans_minor, multiple_ppm=multiple)
        if more[book_id, unit_id] > room:
            raise LoansExceedCapital(
                f"loans {now.loans_minor}, capital {now.capital_minor}, drawn {more[book_id, unit_id]}"
            )


def write_drawdowns(
    *,
    permitted: Sequence[Permission],
    posted: Mapping[str, PostedEntry],
    book_id: int,
    booking_date: dt.date,
) -> None:
    """Write beside each posted entry what permitted it; requires the caller's transaction."""
    Drawdown.objects.bulk_create(
        [
            Drawdown(
                book_id=book_id,
                entry_id=posted[one.draft.idempotency_key].entry_id,
                contract_id=one.draft.contract_id,
                booking_date=booking_date,
                amount_minor=one.draft.amount_minor,
                own_minor=one.own_minor,
                financed_minor=one.financed_minor,
                cap_ppm=one.cap.ppm,
                cap_source=one.cap.source,
                tier=one.tier,
                assessment_id=one.assessment_id,
                rule_pack_version=one.pack,
            )
            for one in permitted
        ]
    )
