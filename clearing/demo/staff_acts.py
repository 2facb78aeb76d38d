"""What the demo's staff do in a morning: identify receipts, draw financing, release, pay out."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from accounts.models import Approval, ApprovalKind, ApprovalStatus
from accounts.queries.suitability import standings
from accounts.services.approvals import approve, propose_approval
from accounts.services.onboarding import onboard_clients
from clearing.demo.plans import ContractPlan
from clearing.demo.population import FUNDER_RATE_PPM, World
from clearing.liquidation.queries.liquidations import liquidations_to_release
from clearing.liquidation.services.proposals import release_payload
from clearing.liquidation.services.refusals import LiquidationRefusal
from clearing.liquidation.services.release import release_liquidation
from contracts.models import FinancingContract
from contracts.services.contracts import ContractDraft, TrancheDraft, open_contracts
from contracts.services.drawdown import DrawdownDraft, FunderExhausted, draw_downs
from contracts.services.states import StateMove, move_states
from custody.models import Payment, PaymentState
from custody.queries.custody_accounts import custody_account
from custody.services.payments import identify_receipt
from custody.services.withdrawals import (
    WithdrawalExceedsCash,
    WithdrawalRestricted,
    release_withdrawal,
    request_withdrawal,
)

TIER = 4
RESERVE_MINOR = 25_000_00
CAPITAL_MINOR = 5_000_000_00
FUNDING_MINOR = 40_000_000_00


def open_new_contracts(world: World, plans: Sequence[ContractPlan], session: date) -> None:
    """Open the contracts that begin today and approve them; the drawdown makes them active."""
    known = set(FinancingContract.objects.filter(book=world.book).values_list("code", flat=True))
    drafts = [_draft(world, plan) for plan in plans if plan.code not in known]
    if not drafts:
        return
    maker_id, checker_id = world.team.risk
    _take_on(world, {draft.client_id for draft in drafts}, session)
    opened = open_contracts(
        book_id=world.book.pk, drafts=drafts, actor_id=world.team.operations[0], reason="client's application"
    )
    for state, actor_id, reason in (
        ("submitted", maker_id, "application complete"),
        ("approved", checker_id, "within the limits of the product"),
    ):
        move_states(
            moves=[StateMove(contract.pk, state) for contract in opened],
            business_date=session,
            actor_id=actor_id,
            reason=reason,
        )


def _take_on(world: World, client_ids: set[int], session: date) -> None:
    """Check, assess and inform the clients whose papers are missing or have run out. Each bears what its
    contract asks: the play is about markets, not about who may take part in them.
    """
    found = standings(party_ids=client_ids, on=session)
    wanted = sorted(client_id for client_id in client_ids if found[client_id].faults)
    maker_id, checker_id = world.team.operations
    onboard_clients(party_ids=wanted, on=session, maker_id=maker_id, checker_id=checker_id, tier=TIER)


def _draft(world: World, plan: ContractPlan) -> ContractDraft:
    tranches = [
        TrancheDraft(world.parties[code].pk, share_ppm, FUNDER_RATE_PPM)
        for code, share_ppm in plan.funder_shares
    ]
    house_ppm = 1_000_000 - sum(share_ppm for _, share_ppm in plan.funder_shares)
    if house_ppm:
        # The house stands behind its funders: it loses first.
        tranches.append(TrancheDraft(None, house_ppm, 0, seniority=2))
    return ContractDraft(
        code=plan.code,
        client_id=world.parties[plan.client_code].pk,
        custodian_id=world.custodians[plan.bank_code],
        terms_id=world.terms[plan.product_code].pk,
        opened_on=plan.opens_on,
        tranches=tuple(tranches),
    )


def identify_receipts(world: World, session: date) -> None:
    """Find out whose the unallocated receipts are: here each amount belongs to one contract."""
    waiting = Payment.objects.filter(book=world.book, state=PaymentState.UNIDENTIFIED, kind="client_deposit")
    by_amount = {plan.own_minor: plan for plan in world.plans if not plan.remits_legibly}
    for payment in waiting:
        plan = by_amount.get(payment.amount_minor)
        contract = FinancingContract.objects.filter(book=world.book, code=plan.code).first() if plan else None
        if contract is not None:
            identify_receipt(
                payment_id=payment.pk,
                entitlement_account_id=contract.cash_account_id,
                booking_date=session,
                maker_id=world.team.operations[0],
            )


def draw_financing(world: World, plans: Sequence[ContractPlan], session: date) -> None:
    """Draw what the clients agreed on, the morning after their own money has come."""
    contracts = FinancingContract.objects.filter(book=world.book, code__in=[plan.code for plan in plans])
    # Cash stands in credit. Whose own money has not come (or was misstated by the bank) draws nothing.
    cash = {
        code: (contract_id, -balance)
        for code, contract_id, balance in contracts.values_list(
            "code", "id", "cash_account__balance__balance_minor"
        )
    }
    drafts = [
        DrawdownDraft(cash[plan.code][0], plan.financed_minor, session, f"drawdown/{plan.code}")
        for plan in plans
        if cash[plan.code][1] >= plan.own_minor
    ]
    if not drafts:
        return
    # A paper that was good at the opening may have run out overnight.
    drawing = contracts.filter(pk__in=[draft.contract_id for draft in drafts])
    _take_on(world, set(drawing.values_list("client_id", flat=True)), session)
    maker_id = world.team.operations[0]
    try:
        draw_downs(drafts=drafts, booking_date=session, maker_id=maker_id)
    except FunderExhausted:
        # One funder's money is short (or misstated by its bank): only its contracts wait.
        for draft in drafts:
            with suppress(FunderExhausted):
                draw_downs(drafts=[draft], booking_date=session, maker_id=maker_id)


def drawn_contracts(world: World) -> set[str]:
    """Codes of the contracts that have drawn their financing."""
    return set(
        FinancingContract.objects.filter(
            book=world.book, principal_account__balance__balance_minor__gt=0
        ).values_list("code", flat=True)
    )


def release_liquidations(world: World, session: date) -> int:
    """Let the risk desk release what was proposed last evening, one proposing and another approving."""
    maker_id, checker_id = world.team.risk
    released = 0
    for liquidation in liquidations_to_release(book_id=world.book.pk):
        approval = Approval.objects.filter(
            kind=ApprovalKind.RELEASE_LIQUIDATION,
            subject=liquidation.reference,
            status__in=[ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED],
        ).first() or propose_approval(
            book_code=world.book.code,
            kind=ApprovalKind.RELEASE_LIQUIDATION,
            subject=liquidation.reference,
            payload=release_payload(liquidation=liquidation),
            maker_id=maker_id,
        )
        if approval.status == ApprovalStatus.PROPOSED:
            approve(approval_id=approval.pk, checker_id=checker_id, comment="simulation read")
        try:
            release_liquidation(
                liquidation_id=liquidation.pk,
                approval_id=approval.pk,
                actor_id=checker_id,
                business_date=session,
            )
        except LiquidationRefusal:
            continue  # recovered or on hold since; the evening's run cancels it or proposes it anew
        released += 1
    return released


def pay_out(world: World, plan: ContractPlan, session: date, amount_minor: int) -> None:
    """Pay a careful client part of its cash, by two people; a refusal is an answer."""
    contract = FinancingContract.objects.get(book=world.book, code=plan.code)
    maker_id, checker_id = world.team.operations
    try:
        payment = request_withdrawal(
            book_id=world.book.pk,
            entitlement_account_id=contract.cash_account_id,
            custody_account_id=custody_account(
                book_id=world.book.pk, custodian_code=plan.bank_code, ring="client"
            ).pk,
            amount_minor=amount_minor,
            counterparty_account=f"{plan.client_code}-HOME",
            requested_on=session,
            maker_id=maker_id,
        )
        approve(approval_id=payment.approval_id or 0, checker_id=checker_id)
        release_withdrawal(
            payment_id=payment.pk,
            approval_id=payment.approval_id or 0,
            booking_date=session,
            value_date=session,
            maker_id=maker_id,
        )
    except (WithdrawalRestricted, WithdrawalExceedsCash):
        return
