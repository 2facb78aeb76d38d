"""What documents say, by language, and how each language writes figures and days.

The texts are tables in `texts/`, one file a language, of the same keys; they belong to the version of the
templates, unlike the catalogues of the user interface.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contracts.documents.inputs import UnitInputs
from ledger.domain.money import format_amount

TEXTS = Path(__file__).resolve().parent / "texts"
LOCALES = ("en", "zh-hans", "zh-hant")


class TextMissing(LookupError):
    """A document would say something for which the language has no text; names it."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Keys are `section.name`."""

    locale: str
    texts: Mapping[str, Any]

    def raw(self, key: str) -> str:
        """The text as it stands in the table.

        :raises TextMissing: there is none.
        """
        section, _, name = key.partition(".")
        found = self.texts.get(section, {}).get(name)
        if not isinstance(found, str):
            raise TextMissing(f"{self.locale}: {key}")
        return found

    def say(self, key: str, **values: str | int) -> str:
        """The text with its values put in.

        :raises TextMissing: there is none, or it asks for a value that is not given.
        """
        try:
            return self.raw(key).format(**values)
        except KeyError as error:
            raise TextMissing(f"{self.locale}: {key} asks for {error}") from error

    def has(self, key: str) -> bool:
        section, _, name = key.partition(".")
        return name in self.texts.get(section, {})

    def yes_no(self, value: bool) -> str:
        return self.raw("common.yes" if value else "common.no")

    def day(self, value: str) -> str:
        """An ISO day as people write it: 31 January 2025, 2025年1月31日."""
        day = dt.date.fromisoformat(value)
        month = self.texts["months"][str(day.month)]
        return self.say("common.day", year=day.year, month=month, day=day.day)

    def short_day(self, value: str) -> str:
        """As it stands in a table: 31 Jan 2025, 2025-01-31."""
        day = dt.date.fromisoformat(value)
        month = self.texts["short_months"][str(day.month)]
        return self.say("common.short_day", year=day.year, month=month, day=f"{day.day:02d}")

    def amount(self, amount_minor: int, unit: UnitInputs) -> str:
        """With its currency: CNY 1,234.50."""
        return f"{unit['code']}\u00a0{self.figure(amount_minor, unit)}"

    def figure(self, amount_minor: int, unit: UnitInputs) -> str:
        """As it stands in a table of one currency: 1,234.50, with exactly the decimals of the unit."""
        return format_amount(amount_minor, unit["exponent"])

    def percent(self, ppm: int) -> str:
        """Parts per million as per cent, exact: 65,000 is 6.50 %, 12,345 is 1.2345 %."""
        whole, part = divmod(abs(ppm), 10_000)
        decimals = f"{part:04d}"
        decimals = decimals[:2] + decimals[2:].rstrip("0")
        sign = "-" if ppm < 0 else ""
        return f"{sign}{whole:,}.{decimals}\u00a0%"

    def percent_down(self, ppm: int) -> str:
        """A measured ratio, truncated to two decimals: 1,312,499 is 131.24 %."""
        return self.percent(ppm // 100 * 100)

    def times(self, ppm: int) -> str:
        """A multiple: 3,000,000 is 3.00."""
        whole, part = divmod(ppm, 1_000_000)
        decimals = f"{part:06d}"
        return f"{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


@cache
def words_of(locale: str) -> Words:
    """The texts of a language, read once a process.

    :raises TextMissing: documents are not written in this language.
    """
    if locale not in LOCALES:
        raise TextMissing(locale)
    return Words(locale, tomllib.loads((TEXTS / f"{locale}.toml").read_text(encoding="utf-8")))
