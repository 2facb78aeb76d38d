"""Create products, propose versions of terms, and put them in force by two people."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval, ApprovalKind
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from contracts.domain.repayment import DEFAULT_REPAYMENT_ORDER
from contracts.domain.rule_pack import looser_terms, read_parameters
from contracts.models import Product, RulePackState, RulePackVersion, TermsState, TermsVersion
from contracts.queries.rule_packs import PLATFORM, newest_version
from contracts.services.fees import FeeDraft, write_fees
from contracts.services.refusals import (
    ContractRefusal,
    TermsImmutable,
    TermsLooserThanPack,
    UnknownRulePack,
    named_contract_refusals,
)

EVERY_BOOK = ""
"""Terms belong to no one book; their approvals name none."""


class UnknownTerms(ContractRefusal):
    """There are no such terms."""

    code = "contracts_termsversion_exists"
    sentence = _("There are no such terms.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDraft:
    """The parameters of a version of terms; parts per million unless named otherwise (DESIGN 5, 6)."""

    client_rate_ppm: int
    calendar_code: str
    day_count: str = "ACT_365F"
    same_day_rule: str = "FREE"
    benchmark_id: int | None = None
    """Where the rate floats: `client_rate_ppm` is nought then."""
    spread_ppm: int = 0
    rate_floor_ppm: int = 0
    rate_cap_ppm: int = 1_000_000
    reset_months: int = 0
    """0: reset with every fixing; else on the first day of every so many months of the year."""
    penalty_multiple_ppm: int = 1_500_000
    penalty_grace_days: int = 0
    penalty_mode: str = "INSTEAD"
    capitalisation_allowed: bool = False
    capitalisation_months: int = 0
    """0: interest becomes principal only when asked."""
    initial_margin_ppm: int = 333_333
    """Own money over own and financed together, at a drawdown."""
    maintenance_ppm: int = 250_000
    """Equity over assets, for the leverage cap 1/m - 1."""
    max_leverage_ppm: int = 3_000_000
    warn_ppm: int = 1_560_000
    restrict_ppm: int = 1_500_000
    call_ppm: int = 1_400_000
    liquidate_ppm: int = 1_300_000
    emergency_ppm: int = 1_100_000
    insolvent_ppm: int = 1_000_000
    target_coverage_ppm: int = 1_500_000
    withdrawal_line_ppm: int = 3_000_000
    hysteresis_ppm: int = 20_000
    call_deadline_sessions: int = 2
    haircut_ppm: int = 300_000
    concentration_cap_ppm: int = 1_000_000
    commission_ppm: int = 300
    external_cost_buy_ppm: int = 10
    external_cost_sell_ppm: int = 810
    maturity_reminder_days: int = 14
    maturity_grace_days: int = 5
    """Calendar days from maturity, after which what is still owed makes a default."""
    waterfall_order: tuple[str, ...] = tuple(line.value for line in DEFAULT_REPAYMENT_ORDER)
    standing_liquidation_authority: bool = False
    emergency_liquidation: bool = True
    negative_balance_protection: bool = True
    rule_pack: str = PLATFORM
    """The pack that the terms are held to, in its newest version, or in the one named as CODE/v1."""


def create_product(*, code: str, name: str, actor_id: int, reason: str) -> Product:
    """Create a product, as yet without terms. Joins the caller's transaction, else is its own."""
    with acting(actor_id=actor_id, reason=reason):
        return Product.objects.create(code=code, name=name)


def propose_terms(
    *, product_id: int, unit_id: int, draft: TermsDraft, fees: tuple[FeeDraft, ...] = ()
) -> TermsVersion:
    """Write the next version of a product's terms as a draft; nothing can be opened on it yet.

    Joins the caller's transaction, else is its own.

    :raises LinesOutOfOrder: the lines do not descend from warning to insolvency.
    :raises UnknownRulePack: the pack has no such version in force.
    :raises TermsLooserThanPack: a parameter is looser than the pack; names all that are.
    :raises TermsVersionExists: somebody proposed a version at the same time.
    """
    newest = TermsVersion.objects.filter(product_id=product_id).aggregate(newest=Max("version"))["newest"]
    pack = _pack_of(draft)
    parameters = {**asdict(draft), "waterfall_order": list(draft.waterfall_order)}
    del parameters["rule_pack"]
    looser = looser_terms(parameters, read_parameters(pack.parameters))
    if looser:
        raise TermsLooserThanPack(
            f"{pack}: " + "; ".join(f"{one.name} {one.terms}, {one.pack}" for one in looser)
        )
    with named_contract_refusals(), transaction.atomic():
        terms = TermsVersion.objects.create(
            product_id=product_id,
            unit_id=unit_id,
            version=(newest or 0) + 1,
            rule_pack_version=pack,
            **parameters,
        )
        write_fees(terms=terms, drafts=fees)
    return terms


def _pack_of(draft: TermsDraft) -> RulePackVersion:
    code, _slash, number = draft.rule_pack.partition("/v")
    found = newest_version(code)
    if number:
        named = RulePackVersion.objects.filter(pack__code=code, version=number, state=RulePackState.ACTIVE)
        found = named.select_related("pack").first()
    if found is None:
        raise UnknownRulePack(draft.rule_pack)
    return found


def propose_activation(*, terms_id: int, maker_id: int) -> Approval:
    """Ask for terms to be put in force; a second person decides on exactly these parameters.

    Joins the caller's transaction, else is its own.

    :raises UnknownTerms: there are no such terms.
    :raises TermsImmutable: they are in force already.
    """
    terms = _draft_terms(terms_id)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.ACTIVATE_TERMS,
        subject=_subject(terms),
        payload=_payload(terms),
        maker_id=maker_id,
    )


def activate_terms(*, terms_id: int, approval_id: int) -> TermsVersion:
    """Put terms in force by their approval; from now on they never change. Joins or opens an atomic block.

    Locks the terms, then the approval.

    :raises UnknownTerms: there are no such terms.
    :raises TermsImmutable: they are in force already.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 1, rule 9; DESIGN 5 (terms, immutable once active).
    """
    with named_contract_refusals(), transaction.atomic():
        terms = _draft_terms(terms_id)
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.ACTIVATE_TERMS,
            subject=_subject(terms),
            payload=_payload(terms),
        )
        terms.state = TermsState.ACTIVE
        terms.approval = approval
        terms.save(update_fields=["state", "approval"])
    return terms


def _draft_terms(terms_id: int) -> TermsVersion:
    """The draft, locked where a transaction is open."""
    with transaction.atomic():
        terms = (
            TermsVersion.objects.select_for_update(of=("self",))
            .select_related("product", "unit", "rule_pack_version__pack")
            .filter(pk=terms_id)
            .first()
        )
    if terms is None:
        raise UnknownTerms(str(terms_id))
    if terms.state == TermsState.ACTIVE:
        raise TermsImmutable(str(terms))
    return terms


def _subject(terms: TermsVersion) -> str:
    return f"{terms.product.code}/v{terms.version}"


def _payload(terms: TermsVersion) -> dict[str, str | int | bool | list[str] | None]:
    """Every parameter, by name: what the second person reads and what the hash covers."""
    names = [name for name in TermsDraft.__slots__ if name != "rule_pack"]
    pack = terms.rule_pack_version
    return {
        "product": terms.product.code,
        "version": terms.version,
        "unit": terms.unit.code,
        "fees": [str(fee) for fee in terms.fees.order_by("ordinal")],
        "rule_pack": "" if pack is None else f"{pack.pack.code}/v{pack.version}",
        **{name: getattr(terms, name) for name in names},
    }
