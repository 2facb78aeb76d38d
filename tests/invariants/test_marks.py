"""What the database itself refuses of prices and marks, whoever asks."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import User
from accounts.services.actor import acting
from accounts.services.violations import violated_constraint
from clearing.marks.models import (
    CorporateAction,
    Instrument,
    Mark,
    PriceSource,
    Quote,
    QuoteFile,
    QuoteVerdict,
)
from clearing.marks.services.marks import fix_marks
from tests.clearing.marks.market import EVENING, FRIDAY, MONDAY, TUESDAY, SmallMarket, line, small_market


@pytest.fixture
def market(db: None) -> SmallMarket:
    made = small_market()
    for source in ("anchor", "beacon"):
        made.says(source, line("115.30"))
    fix_marks(book_id=made.book.pk, session_date=MONDAY)
    return made


def refused_by(statement: str, *values: int | str) -> str:
    maker = User.objects.get(username="day-runner")
    with (
        pytest.raises(IntegrityError) as refused,
        acting(actor_id=maker.pk, reason="attack"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return violated_constraint(error=refused.value)


def creation_refused_by(model: type[Any], **fields: object) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        model.objects.bulk_create([model(**fields)])
    return violated_constraint(error=refused.value)


class TestMark:
    def fields(self, market: SmallMarket, **change: object) -> dict[str, object]:
        return {
            "book": market.book,
            "instrument": market.ibm,
            "session_date": TUESDAY,
            "state": "official",
            "price_minor": 11_530,
            "usable_for_liquidation": True,
            "epoch": 1,
            "reason": "",
            "quote_ids": [],
            "rule_version": "forged",
            **change,
        }

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"session_date": MONDAY}, "marks_mark_fixed_once"),
            ({"price_minor": None}, "marks_mark_price_exactly_unless_hold"),
            (
                {"state": "hold", "reason": "no_price", "usable_for_liquidation": False},
                "marks_mark_price_exactly_unless_hold",
            ),
            ({"state": "guess"}, "marks_mark_price_exactly_unless_hold"),
            ({"price_minor": 0}, "marks_mark_price_positive"),
            ({"price_minor": -1}, "marks_mark_price_positive"),
            ({"reason": "no_price"}, "marks_mark_reason_exactly_on_hold"),
            (
                {"state": "hold", "price_minor": None, "usable_for_liquidation": False},
                "marks_mark_reason_exactly_on_hold",
            ),
            (
                {"state": "hold", "price_minor": None, "reason": "no_price"},
                "marks_mark_hold_liquidates_nothing",
            ),
        ],
    )
    def test_is_refused(self, market: SmallMarket, change: dict[str, object], constraint: str) -> None:
        assert creation_refused_by(Mark, **self.fields(market, **change)) == constraint

    @pytest.mark.parametrize(
        "table",
        [
            "marks_mark",
            "marks_quote",
            "marks_quotefile",
            "marks_quoteverdict",
            "marks_rejectedquote",
            "marks_corporateaction",
            "marks_pricesource",
        ],
    )
    @pytest.mark.parametrize("attack", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_and_what_it_stands_on_are_only_added_to(
        self, market: SmallMarket, table: str, attack: str
    ) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(attack.format(table))


class TestInstrument:
    @pytest.mark.parametrize(
        ("assignment", "constraint"),
        [
            ("lot_size = 0", "marks_instrument_lot_size_positive"),
            ("settlement_days = 11", "marks_instrument_settlement_days_plausible"),
            ("haircut_ppm = 1000001", "marks_instrument_haircut_at_most_whole"),
            ("price_limit_ppm = 0", "marks_instrument_price_limit_in_range"),
            ("average_daily_volume = -1", "marks_instrument_volume_not_negative"),
            ("calendar_code = ' '", "marks_instrument_calendar_present"),
            ("unit_id = currency_id", "marks_instrument_is_security_in_currency"),
            ("currency_id = unit_id", "marks_instrument_is_security_in_currency"),
        ],
    )
    def test_is_refused(self, market: SmallMarket, assignment: str, constraint: str) -> None:
        assert (
            refused_by(f"UPDATE marks_instrument SET {assignment} WHERE id = %s", market.ibm.pk) == constraint
        )

    def test_keeps_its_units(self, market: SmallMarket) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_unit (code, kind, exponent, name) VALUES ('EUR', 'currency', 2, '')"
            )
        euro = "UPDATE marks_instrument SET currency_id = (SELECT id FROM ledger_unit WHERE code = 'EUR')"
        assert refused_by(euro) == "marks_instrument_keeps_units"

    def test_is_never_deleted(self, market: SmallMarket) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Instrument.objects.filter(pk=market.msft.pk)._raw_delete("default")

    def test_changes_only_with_actor_and_reason(self, market: SmallMarket) -> None:
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Instrument.objects.filter(pk=market.ibm.pk).update(lot_size=100)
        assert violated_constraint(error=refused.value) == "accounts_history_actor_present"


class TestQuote:
    def test_is_said_once(self, market: SmallMarket) -> None:
        said = Quote.objects.filter(source__code="anchor").get()
        again = {field.attname: getattr(said, field.attname) for field in Quote._meta.concrete_fields}
        assert creation_refused_by(Quote, **{**again, "id": None}) == "marks_quote_said_once"

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [({"epoch": 0}, "marks_quote_epoch_from_one"), ({"source": "beacon"}, "marks_quote_fits_file")],
    )
    def test_is_refused(self, market: SmallMarket, change: dict[str, object], constraint: str) -> None:
        said = Quote.objects.filter(source__code="anchor").get()
        if "source" in change:
            change = {"source": PriceSource.objects.get(code=change["source"])}
        fields: dict[str, object] = {
            "book": market.book,
            "file": said.file,
            "source": said.source,
            "instrument": market.ibm,
            "session_date": TUESDAY,
            "quoted_at": EVENING,
            "price_minor": 1,
            "epoch": 1,
            "received_at": EVENING,
        }
        assert creation_refused_by(Quote, **{**fields, **change}) == constraint


class TestQuoteFile:
    def test_comes_once(self, market: SmallMarket) -> None:
        file = QuoteFile.objects.filter(source__code="anchor").get()
        fields = {one.attname: getattr(file, one.attname) for one in QuoteFile._meta.concrete_fields}
        assert creation_refused_by(QuoteFile, **{**fields, "id": None}) == "marks_quotefile_content_unique"
        worse = {**fields, "id": None, "sha256": b"other", "rejected_count": 2}
        assert creation_refused_by(QuoteFile, **worse) == "marks_quotefile_rejected_within_lines"


class TestQuoteVerdict:
    def test_is_refused(self, market: SmallMarket) -> None:
        market.says("anchor", line("115.00", day=TUESDAY))
        quote, mark = Quote.objects.get(session_date=TUESDAY), Mark.objects.get(instrument=market.ibm)
        of_another = creation_refused_by(QuoteVerdict, mark=mark, quote=quote, verdict="accepted")
        assert of_another == "marks_quoteverdict_fits_mark"
        unknown = creation_refused_by(QuoteVerdict, mark=mark, quote=quote, verdict="fine")
        assert unknown == "marks_quoteverdict_verdict_known"


class TestPriceSource:
    @pytest.mark.parametrize(
        ("code", "constraint"),
        [("anchor", "marks_pricesource_code_unique"), ("An Chor", "marks_pricesource_code_well_formed")],
    )
    def test_is_refused(self, market: SmallMarket, code: str, constraint: str) -> None:
        assert creation_refused_by(PriceSource, code=code, label="x") == constraint


class TestRejectedQuote:
    @pytest.mark.parametrize(
        ("line_number", "reason", "constraint"),
        [(2, "other", "marks_rejectedquote_line_unique"), (9, "Bad!", "marks_rejectedquote_reason_named")],
    )
    def test_is_refused(self, market: SmallMarket, line_number: int, reason: str, constraint: str) -> None:
        done = market.says("drift", "nonsense")
        statement = (
            "INSERT INTO marks_rejectedquote (file_id, line_number, raw, reason, explanation)"
            " VALUES (%s, %s, '', %s, '')"
        )
        assert refused_by(statement, done.file_id, line_number, reason) == constraint


class TestCorporateAction:
    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"amount_micro": 0}, "marks_corporateaction_terms_fit_kind"),
            ({"amount_micro": None}, "marks_corporateaction_terms_fit_kind"),
            ({"ratio_numerator": 2}, "marks_corporateaction_terms_fit_kind"),
            ({"kind": "split"}, "marks_corporateaction_terms_fit_kind"),
            ({"kind": "merger"}, "marks_corporateaction_terms_fit_kind"),
            ({"tax_ppm": 1_000_001}, "marks_corporateaction_tax_at_most_whole"),
            ({"record_date": FRIDAY}, "marks_corporateaction_dates_in_order"),
        ],
    )
    def test_is_refused(self, market: SmallMarket, change: dict[str, object], constraint: str) -> None:
        assert creation_refused_by(CorporateAction, **{**self.dividend(market), **change}) == constraint

    def test_is_announced_once(self, market: SmallMarket) -> None:
        CorporateAction.objects.create(**self.dividend(market))
        again = creation_refused_by(CorporateAction, **self.dividend(market))
        assert again == "marks_corporateaction_announced_once"

    def dividend(self, market: SmallMarket) -> dict[str, Any]:
        return {
            "book": market.book,
            "instrument": market.ibm,
            "kind": "dividend",
            "announced_on": FRIDAY,
            "ex_date": MONDAY,
            "record_date": TUESDAY,
            "pay_date": dt.date(2008, 10, 10),
            "amount_micro": 50_000_000,
            "tax_ppm": 0,
        }
