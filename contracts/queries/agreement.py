"""What a contract document is made from: parties, funding and every term, as they stand."""

import datetime as dt

from django.db.models import Q

from contracts.documents.inputs import AgreementInputs, FeeInputs, TrancheInputs
from contracts.domain.disputes import ANSWER_WITHIN_DAYS
from contracts.models import FinancingContract, TermsVersion
from contracts.queries.interest_lines import rate_on
from contracts.queries.terms_in_force import terms_of

PARAMETERS = (
    "day_count",
    "same_day_rule",
    "spread_ppm",
    "rate_floor_ppm",
    "rate_cap_ppm",
    "reset_months",
    "penalty_multiple_ppm",
    "penalty_mode",
    "capitalisation_months",
    "penalty_grace_days",
    "capitalisation_allowed",
    "initial_margin_ppm",
    "maintenance_ppm",
    "max_leverage_ppm",
    "warn_ppm",
    "restrict_ppm",
    "call_ppm",
    "liquidate_ppm",
    "emergency_ppm",
    "insolvent_ppm",
    "target_coverage_ppm",
    "withdrawal_line_ppm",
    "hysteresis_ppm",
    "call_deadline_sessions",
    "calendar_code",
    "maturity_reminder_days",
    "maturity_grace_days",
    "haircut_ppm",
    "concentration_cap_ppm",
    "commission_ppm",
    "external_cost_buy_ppm",
    "external_cost_sell_ppm",
    "waterfall_order",
    "standing_liquidation_authority",
    "emergency_liquidation",
    "negative_balance_protection",
)


def agreement_inputs(*, contract_id: int, on: dt.date) -> AgreementInputs:
    """Return the inputs of a contract's document on a day.

    :raises FinancingContract.DoesNotExist: there is no such contract.
    """
    contract = FinancingContract.objects.select_related("book", "client", "custodian", "unit").get(
        pk=contract_id
    )
    terms = terms_of(contract_id=contract_id, on=on)
    return AgreementInputs(
        issuer={"code": contract.book.code, "name": contract.book.name},
        client={"code": contract.client.code, "name": contract.client.display_name},
        custodian={"code": contract.custodian.code, "name": contract.custodian.name},
        contract=contract.code,
        opened_on=contract.opened_on.isoformat(),
        matures_on=contract.matures_on.isoformat() if contract.matures_on else None,
        unit={"code": contract.unit.code, "exponent": contract.unit.exponent},
        product=terms.product.name,
        terms_version=terms.version,
        terms_approval=terms.approval_id,
        client_rate_ppm=rate_on(contract_id=contract_id, on=max(on, contract.opened_on)),
        benchmark=terms.benchmark.name if terms.benchmark else None,
        terms={name: getattr(terms, name) for name in PARAMETERS},
        tranches=_tranches(contract, on),
        fees=[
            FeeInputs(kind=fee.kind, rate_ppm=fee.rate_ppm, amount_minor=fee.amount_minor)
            for fee in terms.fees.order_by("ordinal")
        ],
        rule_pack=_rule_pack(terms),
        answer_within_days=ANSWER_WITHIN_DAYS,
    )


def _rule_pack(terms: TermsVersion) -> str:
    pack = terms.rule_pack_version
    return "" if pack is None else str(pack)


def _tranches(contract: FinancingContract, on: dt.date) -> list[TrancheInputs]:
    """Those that fund it on the day: who was replaced is named no more, or the shares would be above one."""
    rows = (
        contract.tranches.filter(Q(joined_on__isnull=True) | Q(joined_on__lte=on))
        .exclude(replaced_on__lte=on)
        .select_related("funder")
        .order_by("seniority", "ordinal")
    )
    return [
        TrancheInputs(
            source=row.source,
            name=contract.book.name if row.funder is None else row.funder.display_name,
            share_ppm=row.share_ppm,
            seniority=row.seniority,
        )
        for row in rows
    ]
