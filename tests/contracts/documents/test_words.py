"""The texts of the three languages, and how each writes figures and days."""

import re

import pytest

from contracts.documents.inputs import UnitInputs
from contracts.documents.words import LOCALES, TEXTS, TextMissing, words_of

CNY = UnitInputs(code="CNY", exponent=2)


def keys(locale: str) -> set[str]:
    return {f"{section}.{name}" for section, table in words_of(locale).texts.items() for name in table}


def places(locale: str, key: str) -> list[str]:
    return sorted(re.findall(r"{(\w+)}", words_of(locale).raw(key)))


class TestTexts:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_have_the_same_keys_in_every_language(self, locale: str) -> None:
        assert keys(locale) ^ keys("en") == set()

    @pytest.mark.parametrize("locale", LOCALES)
    def test_ask_for_the_same_values_in_every_language(self, locale: str) -> None:
        assert [key for key in keys("en") if set(places(locale, key)) != set(places("en", key))] == []

    def test_are_written_in_one_script(self) -> None:
        """Characters that only the other script has occur in neither."""
        simplified = set("账户币种计罚费产证债额还转发现场标资约为于续页确认识请无单时应汇余线仓卖买")
        traditional = set("帳戶幣種計罰費產證債額還轉發現場標資約為於續頁確認識請無單時應匯餘線倉賣買")
        texts = {locale: set((TEXTS / f"{locale}.toml").read_text(encoding="utf-8")) for locale in LOCALES}
        assert sorted(simplified & texts["zh-hant"]) == []
        assert sorted(traditional & texts["zh-hans"]) == []
        assert len(simplified & texts["zh-hans"]) > 30


class TestWords:
    def test_write_amounts_with_the_decimals_of_their_unit(self) -> None:
        words = words_of("en")
        yen = UnitInputs(code="JPY", exponent=0)
        dinar = UnitInputs(code="KWD", exponent=3)
        assert words.amount(123_456_789, CNY) == "CNY\u00a01,234,567.89"
        assert words.figure(123_456_789, yen) == "123,456,789"
        assert words.figure(-1_234_567, dinar) == "-1,234.567"
        assert words.figure(5, CNY) == "0.05"

    @pytest.mark.parametrize(
        ("locale", "long", "short"),
        [
            ("en", "31 January 2025", "31 Jan 2025"),
            ("zh-hans", "2025年1月31日", "2025-01-31"),
            ("zh-hant", "2025年1月31日", "2025-01-31"),
        ],
    )
    def test_write_days_as_the_language_does(self, locale: str, long: str, short: str) -> None:
        words = words_of(locale)
        assert (words.day("2025-01-31"), words.short_day("2025-01-31")) == (long, short)

    @pytest.mark.parametrize(
        ("ppm", "exact"),
        [(65_000, "6.50"), (12_345, "1.2345"), (10, "0.001"), (1_400_000, "140.00"), (166_666, "16.6666")],
    )
    def test_write_rates_exactly(self, ppm: int, exact: str) -> None:
        assert words_of("en").percent(ppm) == f"{exact}\u00a0%"

    def test_truncate_what_was_measured(self) -> None:
        assert words_of("en").percent_down(1_399_999) == "139.99\u00a0%"

    def test_say_nothing_that_the_language_lacks(self) -> None:
        with pytest.raises(TextMissing, match=r"en: call\.nothing_of_the_kind"):
            words_of("en").say("call.nothing_of_the_kind")
        with pytest.raises(TextMissing, match="asks for 'page'"):
            words_of("en").say("common.page", pages=2)
        with pytest.raises(TextMissing, match="fr"):
            words_of("fr")
