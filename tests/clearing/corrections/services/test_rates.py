"""An interest rate corrected late, with figures by hand.

F1 owes 100,000.00 from Monday the 15th at 6.5 % act/365: 17.81 a day (1780.82 cents), of which Albion's 60 %
at 5 % bring it 8.22 (821.92 cents).
"""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.services.approvals import approve
from clearing.corrections.models import Correction, DecisionReview
from clearing.corrections.services.rates import propose_rate_correction
from clearing.corrections.services.refusals import CorrectionUnfit, SubjectSuperseded, SubjectUnknown
from clearing.corrections.services.run import CorrectionResult, dry_run_correction, run_correction
from contracts.models import FundingTranche, InterestAdjustment, TermsVersion
from contracts.queries.balances import contract_balances
from contracts.queries.interest import recomputed_interest
from contracts.queries.rates import rate_in_force
from contracts.services.amendments import carry_out_amendment, propose_amendment
from contracts.services.interest import accrue_interest
from ledger.models import JournalEntry, Posting
from tests.clearing.corrections.desk import approve_and_run, findings, reviews
from tests.clearing.margin.harbour import (
    MONDAY,
    NEXT_FRIDAY,
    TERMS,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Harbour,
)


def evening(world: Harbour, price: int = 16_000) -> None:
    """Accrue, mark, value, level and call."""
    accrue_interest(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)
    world.evening(harbour=price)


@pytest.fixture
def lent(world: Harbour) -> Harbour:
    """Three nights of interest by Thursday morning: Monday to Tuesday, Wednesday, Thursday."""
    world.contract(owes=10_000_000, harbour=1_000)
    for day in (TUESDAY, WEDNESDAY, THURSDAY):
        evening(world)
        world.morning(day)
    return world


def correct(
    world: Harbour,
    rate_ppm: int,
    *,
    since: dt.date = MONDAY,
    tranche: FundingTranche | None = None,
    terms_id: int | None = None,
) -> Correction:
    return propose_rate_correction(
        book_id=world.book.pk,
        terms_id=None if tranche else terms_id or TermsVersion.objects.get().pk,
        tranche_id=tranche.pk if tranche else None,
        from_date=since,
        rate_ppm=rate_ppm,
        reason="the term sheet says otherwise",
        evidence="term sheet 4",
        maker_id=world.maker.pk,
    )


def interest(world: Harbour) -> tuple[int, int]:
    """What the client owes and what Albion has earned."""
    contract = world.contracts["F1"].pk
    found = contract_balances(contract_ids=[contract])[contract]
    return found.interest_minor, next(t.interest_minor for t in found.tranches if t.funder)


def legs(result: CorrectionResult) -> dict[str, int]:
    rows = Posting.objects.filter(entry_id__in=result.entry_ids).select_related("account")
    return {row.account.address: row.amount_minor for row in rows}


class TestRunCorrectionOfARate:
    def test_posts_one_adjustment_valued_on_its_day(self, lent: Harbour) -> None:
        """7.3 % is 20.00 a day. Wednesday evening's accrual stands at two nights: 40.00 less 35.62."""
        assert interest(lent) == (3_562, 1_644)
        result = approve_and_run(lent, correct(lent, 73_000))
        assert legs(result) == {"contract/F1/interest-receivable": 438, "house/income/spread": -438}
        entry = JournalEntry.objects.get(pk=result.entry_ids[0])
        assert (entry.kind_id, entry.value_date, entry.booking_date) == (
            "interest_adjusted",
            MONDAY,
            THURSDAY,
        )
        assert entry.adjusts_id is not None

    def test_finds_interest_and_debts_by_day(self, lent: Harbour) -> None:
        result = approve_and_run(lent, correct(lent, 73_000))
        found = [row[1:5] for row in findings(result) if row[2] in ("interest", "debt")]
        assert found == [
            ("Tue", "debt", 10_001_781, 10_002_000),
            ("Tue", "interest", 1_781, 2_000),
            ("Wed", "debt", 10_003_562, 10_004_000),
            ("Wed", "interest", 3_562, 4_000),
        ]

    def test_is_gone_on_from_by_the_next_accrual(self, lent: Harbour) -> None:
        approve_and_run(lent, correct(lent, 73_000))
        evening(lent)
        assert interest(lent)[0] == 6_000
        (client, *_funders) = recomputed_interest(contract_ids=[lent.contracts["F1"].pk], until=THURSDAY)
        assert client.cumulative_minor == 6_000

    def test_counts_from_its_day_only(self, lent: Harbour) -> None:
        """17.81 for the night to Tuesday, 20.00 after it: 37.81 less 35.62 is 2.19."""
        result = approve_and_run(lent, correct(lent, 73_000, since=TUESDAY))
        assert legs(result)["contract/F1/interest-receivable"] == 219
        evening(lent)
        assert interest(lent)[0] == 5_781

    def test_may_come_after_the_day_s_own_accrual(self, lent: Harbour) -> None:
        evening(lent)
        approve_and_run(lent, correct(lent, 73_000))
        assert interest(lent)[0] == 6_000

    def test_lowers_too(self, lent: Harbour) -> None:
        """3.65 % is 10.00 a day."""
        result = approve_and_run(lent, correct(lent, 36_500))
        assert legs(result)["contract/F1/interest-receivable"] == -1_562
        evening(lent)
        assert interest(lent)[0] == 3_000

    def test_takes_nothing_back_that_was_collected(self, lent: Harbour) -> None:
        """30.00 of 35.62 has been paid; at 3.65 % only 20.00 was due: the debt goes to nought, 10.00 wait."""
        lent.post(
            "bad_spread_written_off",
            (lent.contracts["F1"].interest_account_id, -3_000),
            (Posting.objects.filter(account__address="house/income/spread").latest("pk").account_id, 3_000),
        )
        approve_and_run(lent, correct(lent, 36_500))
        assert interest(lent)[0] == 0
        evening(lent)
        assert interest(lent)[0] == 0

    def test_of_a_tranche_moves_what_the_funder_earned(self, lent: Harbour) -> None:
        """Albion at 7.3 % of 60,000.00 earns 12.00 a night: 24.00 less 16.44; the client owes no more."""
        tranche = FundingTranche.objects.get(funder=lent.albion)
        result = approve_and_run(lent, correct(lent, 73_000, tranche=tranche))
        assert legs(result) == {"contract/F1/interest-payable/ALBION": -756, "house/income/spread": 756}
        assert [row[2:5] for row in findings(result)] == [
            ("funder_interest", 822, 1_200),
            ("funder_interest", 1_644, 2_400),
        ]
        evening(lent)
        assert interest(lent) == (5_342, 3_600)

    def test_reaches_a_contract_by_the_terms_of_the_day(self, world: Harbour) -> None:
        """Amended from 6.5 to 7.3 % on Wednesday: two nights of 17.81 and one of 20.00; of those terms 3.65 %
        was right, and 10.00. Of the terms of the opening, 7.3 % is 20.00 for the first two nights alone.
        """
        contract = world.contract(owes=10_000_000, harbour=1_000)
        opening = contract.terms_id
        dearer = world.terms(replace(TERMS, client_rate_ppm=73_000))
        asked = propose_amendment(
            contract_id=contract.pk,
            to_terms_id=dearer.pk,
            effective_from=WEDNESDAY,
            reason="asked for",
            maker_id=world.maker.pk,
        )
        approve(approval_id=asked.pk, checker_id=world.ines.pk)
        carry_out_amendment(approval_id=asked.pk, actor_id=world.maker.pk)
        for day in (TUESDAY, WEDNESDAY, THURSDAY, NEXT_FRIDAY):
            evening(world)
            world.morning(day)
        assert interest(world)[0] == 5_562
        result = approve_and_run(world, correct(world, 36_500, since=WEDNESDAY, terms_id=dearer.pk))
        assert interest(world)[0] == 4_562
        found = [row[1:5] for row in findings(result) if row[2] == "interest"]
        assert found == [("Thu", "interest", 5_562, 4_562)]
        result = approve_and_run(world, correct(world, 73_000, terms_id=opening))
        assert interest(world)[0] == 5_000
        found = [row[1:5] for row in findings(result) if row[2] == "interest"]
        assert found == [
            ("Tue", "interest", 1_781, 2_000),
            ("Wed", "interest", 3_562, 4_000),
            ("Thu", "interest", 5_562, 5_000),
        ]

    def test_corrects_a_correction(self, lent: Harbour) -> None:
        approve_and_run(lent, correct(lent, 73_000))
        back = approve_and_run(lent, correct(lent, 65_000))
        assert interest(lent)[0] == 3_562
        assert [row for row in findings(back) if row[2] == "debt"] == []
        evening(lent)
        assert interest(lent)[0] == 5_342
        terms = TermsVersion.objects.get().pk
        assert rate_in_force(terms_id=terms, tranche_id=None, on=MONDAY) == 65_000

    def test_keeps_what_an_earlier_day_overrides(self, lent: Harbour) -> None:
        """7.3 % from Wednesday, then 3.65 % from Tuesday: the later word wins from Tuesday on."""
        approve_and_run(lent, correct(lent, 73_000, since=WEDNESDAY))
        approve_and_run(lent, correct(lent, 36_500, since=TUESDAY))
        evening(lent)
        assert interest(lent)[0] == 1_781 + 1_000 + 1_000

    def test_finds_a_call_that_interest_would_have_made(self, world: Harbour) -> None:
        """140,000.00 cover 99,900.00 and a night at 6.5 % by 140.1 %, with one at 100 % by 139.7 %."""
        world.contract(owes=9_990_000, harbour=1_000)
        evening(world, 14_000)
        world.morning(TUESDAY)
        evening(world, 14_000)
        world.morning(WEDNESDAY)
        result = approve_and_run(world, correct(world, 1_000_000))
        assert ("F1", "Tue", "call", 0, 1, "missed") in findings(result)
        assert reviews(result) == []

    def test_leaves_ended_contracts_alone(self, lent: Harbour) -> None:
        lent.move("F1", "defaulted")
        result = approve_and_run(lent, correct(lent, 73_000))
        assert result.entry_ids == ()
        assert [row[2] for row in findings(result)].count("interest") == 2

    def test_that_changes_nothing_posts_nothing(self, lent: Harbour) -> None:
        result = approve_and_run(lent, correct(lent, 65_000))
        assert (findings(result), result.entry_ids, DecisionReview.objects.count()) == ([], (), 0)
        assert not InterestAdjustment.objects.exists()

    def test_is_refused_when_another_was_faster(self, lent: Harbour) -> None:
        slow = correct(lent, 70_000)
        approve_and_run(lent, correct(lent, 73_000))
        with pytest.raises(SubjectSuperseded):
            approve_and_run(lent, slow)

    def test_runs_once(self, lent: Harbour) -> None:
        made = correct(lent, 73_000)
        first = approve_and_run(lent, made)
        again = run_correction(correction_id=made.pk, maker_id=lent.maker.pk)
        assert (again.is_replay, again.entry_ids) == (True, first.entry_ids)
        assert interest(lent)[0] == 4_000


class TestDryRunCorrection:
    def test_tells_the_same(self, lent: Harbour) -> None:
        made = correct(lent, 73_000)
        dry = dry_run_correction(correction_id=made.pk)
        approve(approval_id=made.approval_id, checker_id=lent.ines.pk)
        result = run_correction(correction_id=made.pk, maker_id=lent.maker.pk)
        assert (dry.findings, dry.reviews) == (result.findings, result.reviews)


class TestProposeRateCorrection:
    def test_names_one_side(self, lent: Harbour) -> None:
        with pytest.raises(SubjectUnknown):
            propose_rate_correction(
                book_id=lent.book.pk,
                from_date=MONDAY,
                rate_ppm=1,
                reason="why",
                evidence="where",
                maker_id=lent.maker.pk,
            )

    @pytest.mark.parametrize(
        ("rate_ppm", "since"), [(-1, MONDAY), (1_000_001, MONDAY), (1, dt.date(2008, 9, 30))]
    )
    def test_refuses_what_cannot_be(self, lent: Harbour, rate_ppm: int, since: dt.date) -> None:
        with pytest.raises(CorrectionUnfit):
            correct(lent, rate_ppm, since=since)
