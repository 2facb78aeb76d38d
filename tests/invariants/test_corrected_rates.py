"""What the database refuses of corrected official rates and of the adjustments that follow, whoever asks."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from accounts.services.approvals import approve
from clearing.corrections.models import Correction, CorrectionRun, PositionAdjustment
from clearing.corrections.services import official_rates
from clearing.corrections.services.run import run_correction
from ledger.models import OfficialRate, Revaluation
from ledger.services.official_rates import RateDraft, propose_official_rates
from tests.clearing.corrections.rates_cast import POSITION, UNREALISED, checker, correct_rate, reverse
from tests.invariants.rows import change_row, copy_row, not_permitted, refused
from tests.ledger.exchange_cast import MONDAY, ExchangeBook, exchange_book

ADJUSTMENT, RATE = "corrections_positionadjustment", "ledger_officialrate"
BY_HAND: dict[str, Any] = {"version": 2, "source": "manual", "rate": "7.02"}
TUESDAY = MONDAY + dt.timedelta(1)


@pytest.fixture
def fx(transactional_db: None) -> ExchangeBook:
    """Monday closed at 7.20, Tuesday at 7.10, for 980.00 USD; a correction of Tuesday to 7.02 is approved."""
    made = exchange_book()
    made.exchange(("CNY", 700_000), ("USD", 98_000))
    for rate in ("7.20", "7.10"):
        made.rate(USD=rate)
        made.revalue()
        made.next_day()
    approve(approval_id=correct_rate(made, "7.02", on=TUESDAY).approval_id, checker_id=checker().pk)
    return made


def run(fx: ExchangeBook) -> PositionAdjustment:
    """Run it; return the adjustment of Tuesday's revaluation."""
    run_correction(correction_id=Correction.objects.get().pk, maker_id=fx.maker.pk)
    return PositionAdjustment.objects.select_related("entry").get()


class TestOfficialRateOfAClosedDay:
    def test_is_set_anew_by_a_correction_alone(self, fx: ExchangeBook) -> None:
        rate = OfficialRate.objects.get(rate_date=TUESDAY)
        proposed = propose_official_rates(
            book_id=fx.book.pk,
            rate_date=TUESDAY,
            drafts=[RateDraft("USD", "CNY", "7.02")],
            maker_id=fx.maker.pk,
        )
        approve(approval_id=proposed.pk, checker_id=fx.checker.pk)
        with refused("ledger_officialrate_closed_day_corrected"):
            copy_row(RATE, rate.pk, **{**BY_HAND, "approval_id": proposed.pk})

    def test_is_what_its_correction_says(self, fx: ExchangeBook) -> None:
        """Approved and not run yet, it permits nothing; run, nothing else, and nothing again."""
        rate = OfficialRate.objects.get(rate_date=TUESDAY)
        good = {**BY_HAND, "approval_id": Correction.objects.get().approval_id}
        with refused("ledger_officialrate_is_approved"):
            copy_row(RATE, rate.pk, **good)
        run(fx)
        monday = OfficialRate.objects.get(rate_date=MONDAY)
        for row_id, changes in (
            (monday.pk, {}),
            (rate.pk, {"version": 3}),
            (rate.pk, {"version": 3, "rate": "7.03"}),
            (rate.pk, {"version": 3, "source": "pboc"}),
        ):
            with refused("ledger_officialrate_is_approved"):
                copy_row(RATE, row_id, **{**good, **changes})


class TestPositionAdjustment:
    def test_arrives_with_its_run(self, fx: ExchangeBook) -> None:
        made = run(fx)
        with refused("corrections_positionadjustment_arrives_with_run"):
            copy_row(ADJUSTMENT, made.pk, unit_id=fx.units["HKD"])

    def test_is_one_a_revaluation_and_currency(self, fx: ExchangeBook) -> None:
        made = run(fx)
        with refused("corrections_positionadjustment_once"):
            copy_row(ADJUSTMENT, made.pk)

    def test_changes_something(self, fx: ExchangeBook) -> None:
        made = run(fx)
        with refused("corrections_positionadjustment_changes_something"):
            copy_row(ADJUSTMENT, made.pk, unrealised_minor=0, unit_id=fx.units["HKD"])

    def test_never_changes(self, fx: ExchangeBook) -> None:
        made = run(fx)
        with not_permitted():
            change_row(ADJUSTMENT, made.pk, cost_minor=1)
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {ADJUSTMENT}")

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"unrealised_minor": -7_841}, "corrections_positionadjustment_matches_entry"),
            ({"cost_minor": 1}, "corrections_positionadjustment_matches_entry"),
            ({"revaluation_id": None}, "corrections_positionadjustment_matches_entry"),
            ({"revaluation_id": "monday"}, "corrections_positionadjustment_of_its_run"),
            ({"entry_id": "monday"}, "corrections_positionadjustment_explains_entry"),
            ({"unit_id": "HKD"}, "corrections_positionadjustment_explains_entry"),
        ],
    )
    def test_says_what_its_entry_says(
        self, fx: ExchangeBook, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], name: str
    ) -> None:
        """Written otherwise in its own transaction: refused when that ends, and nothing of the run stays."""
        monday = Revaluation.objects.get(business_date=MONDAY)
        known = {"revaluation_id": monday.pk, "entry_id": monday.entry_id, "unit_id": fx.units["HKD"]}
        given = {key: known[key] if isinstance(value, str) else value for key, value in changes.items()}
        with refused(name):
            self.written(fx, monkeypatch, **given)
        assert not CorrectionRun.objects.exists()

    def test_leaves_what_the_corrected_rate_says(
        self, fx: ExchangeBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Adjusted by one cent more, in the row and in its entry alike."""
        amounts = official_rates._amounts

        def one_cent_more(book: Any, changes: list[Any]) -> Any:
            changes[0] = replace(changes[0], unrealised_minor=changes[0].unrealised_minor - 1)
            return amounts(book, changes)

        monkeypatch.setattr(official_rates, "_amounts", one_cent_more)
        with refused("corrections_positionadjustment_at_corrected_rate"):
            run(fx)

    def written(self, fx: ExchangeBook, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
        """Run it with the first adjustment written otherwise than it was worked out."""
        create = PositionAdjustment.objects.bulk_create

        def otherwise(rows: list[PositionAdjustment]) -> Any:
            for name, value in changes.items():
                setattr(rows[0], name, value)
            return create(rows)

        monkeypatch.setattr(PositionAdjustment.objects, "bulk_create", otherwise)
        run(fx)


class TestAdjustingEntry:
    def test_is_explained_by_its_adjustments(self, fx: ExchangeBook) -> None:
        legs = [(UNREALISED, "CNY", 5), ("house/income/fx-unrealised", "CNY", -5)]
        with refused("corrections_positionadjustment_explains_entry"):
            fx.post("house_revaluation_corrected", *legs)
        assert fx.balance(POSITION) == 700_000

    def test_is_not_reversed(self, fx: ExchangeBook) -> None:
        """A rate that was put right wrongly is put right again."""
        made = run(fx)
        with refused("corrections_positionadjustment_explains_entry"):
            reverse(fx, made.entry_id)
