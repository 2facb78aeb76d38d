"""A funder is replaced in mid-life: what each funder and the house earn, to the cent.

1,000,000.00 at 6.5 %, act/365F. Aurora lends 60 % at 5.5 %, Beacon 40 % at 5.5 %. On 16 January Corvus takes
Aurora's place at 6.0 %. By 31 January, first day in and last day out:

| side | principal | rate | days | interest |
| --- | --- | --- | --- | --- |
| client | 1,000,000.00 | 6.5 % | 30 | 5,342.47 |
| Aurora | 600,000.00 | 5.5 % | 15 | 1,356.16 |
| Corvus | 600,000.00 | 6.0 % | 15 | 1,479.45 |
| Beacon | 400,000.00 | 5.5 % | 30 | 1,808.22 |
| spread | | | | 698.64 |
"""

import datetime as dt

import pytest

from accounts.models import Approval
from accounts.services.approvals import ApprovalNotApproved
from contracts.models import FinancingContract, FundingSource, FundingTranche
from contracts.queries.funding import funding_by_source
from contracts.services.contracts import TrancheDraft
from contracts.services.funding import propose_replacement, replace_funder
from contracts.services.interest import accrue_interest
from contracts.services.interest_collection import collect_interest_of
from contracts.services.refusals import FunderTwice
from contracts.services.refusals_lifecycle import FunderCannotPay, NotReplaceable, ReplacementBeforeMovement
from custody.models import CashHome
from custody.services.custodians import set_cash_home
from ledger.models import JournalEntry, Posting
from tests.contracts.builders import REASON, Lending, lending

SIXTEENTH, LAST = dt.date(2025, 1, 16), dt.date(2025, 1, 31)


@pytest.fixture
def book(db: None) -> Lending:
    made = lending()
    home = CashHome.objects.get(ring="funder", owner=made.parties["AURORA"])
    set_cash_home(
        book_id=made.book.id,
        ring="funder",
        owner_id=made.party("CORVUS", "funder").id,
        custody_account_id=home.custody_account_id,
        actor_id=made.maker.id,
        reason=REASON,
    )
    return made


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    return book.drawn()


def asked(book: Lending, tranche: FundingTranche) -> int:
    return propose_replacement(
        tranche_id=tranche.pk,
        funder_id=book.parties["CORVUS"].id,
        rate_ppm=60_000,
        seniority=2,
        source=FundingSource.MATCHED,
        reason="Aurora leaves",
        maker_id=book.maker.id,
    ).pk


def agreed(book: Lending, tranche: FundingTranche) -> int:
    return book.agree(Approval.objects.get(pk=asked(book, tranche)))


def replaced(book: Lending, approval_id: int, value_date: dt.date | None = None) -> FundingTranche:
    return replace_funder(
        approval_id=approval_id,
        booking_date=book.day,
        value_date=value_date or book.day,
        actor_id=book.checker.id,
    ).tranche


def pay_in(book: Lending, amount: int) -> None:
    """Corvus has an account once it has a contract; a small one of Dubois gives it one."""
    if not book.party("DUBOIS", "client").contracts.exists():
        book.open(
            "F2", client="DUBOIS", tranches=(TrancheDraft(book.parties["CORVUS"].id, 1_000_000, 60_000),)
        )
    book.fund("CORVUS", amount)


def test_each_earns_for_its_days(book: Lending, contract: FinancingContract) -> None:
    aurora = contract.tranches.get(funder__code="AURORA")
    pay_in(book, 70_000_000)
    book.advance(SIXTEENTH)
    accrue_interest(book_id=book.book.id, business_date=SIXTEENTH, maker_id=book.maker.id)
    corvus = replaced(book, agreed(book, aurora))
    entry = JournalEntry.objects.get(kind="funder_replaced")
    postings = Posting.objects.filter(entry=entry, booking_date=SIXTEENTH)
    assert dict(postings.values_list("account__address", "amount_minor")) == {
        "contract/F1/funded/AURORA": 60_000_000,
        "contract/F1/funded/CORVUS": -60_000_000,
        "funder/CORVUS/available": 60_000_000,
        "funder/AURORA/available": -60_000_000,
    }
    book.advance(LAST)
    accrue_interest(book_id=book.book.id, business_date=LAST, maker_id=book.maker.id)
    held = book.of(contract)
    earned = {tranche.funder_code: tranche.interest_minor for tranche in held.tranches}
    assert held.interest_minor == 534_247
    assert earned == {"AURORA": 135_616, "BEACON": 180_822, "HOUSE": 0, "CORVUS": 147_945}
    assert held.spread_minor == 69_864
    shares = {tranche.funder_code: tranche.share_ppm for tranche in held.tranches}
    assert shares == {"AURORA": 0, "BEACON": 400_000, "HOUSE": 0, "CORVUS": 600_000}
    aurora.refresh_from_db()
    assert (aurora.replaced_on, corvus.replaces_id, corvus.joined_on) == (SIXTEENTH, aurora.pk, SIXTEENTH)

    # What Aurora had earned is still paid to it, and the next drawdown asks Corvus for its share.
    before = book.balance("funder/AURORA/available")
    collect_interest_of(
        contract_id=contract.id,
        amount_minor=534_247,
        booking_date=LAST,
        maker_id=book.maker.id,
        idempotency_key="all",
    )
    assert book.balance("funder/AURORA/available") == before - 135_616
    book.draw(contract, 10_000_000)
    assert book.balance("contract/F1/funded/CORVUS") == -66_000_000
    assert book.balance("contract/F1/funded/AURORA") == 0
    sources = {row.source: row.principal_minor for row in funding_by_source(book_id=book.book.id)}
    assert sources == {"third_party": 44_000_000, "matched": 66_000_000}


def test_needs_two_people_money_and_a_place_that_is_free(book: Lending, contract: FinancingContract) -> None:
    aurora, beacon = contract.tranches.filter(funder__isnull=False).order_by("ordinal")
    with pytest.raises(ApprovalNotApproved):
        replaced(book, asked(book, aurora))
    with pytest.raises(FunderTwice):
        propose_replacement(
            tranche_id=aurora.pk,
            funder_id=beacon.funder_id or 0,
            rate_ppm=1,
            seniority=1,
            source=FundingSource.THIRD_PARTY,
            reason="",
            maker_id=book.maker.id,
        )
    with pytest.raises(NotReplaceable):
        asked(book, contract.tranches.get(funder=None))
    approval_id = agreed(book, aurora)
    with pytest.raises(FunderCannotPay, match="CORVUS"):
        replaced(book, approval_id)
    pay_in(book, 70_000_000)
    with pytest.raises(ReplacementBeforeMovement):
        replaced(book, approval_id, book.day - dt.timedelta(days=1))
    assert replaced(book, approval_id).funder_id == book.parties["CORVUS"].id
