"""A file of contracts: its form, and its checks over one staging table.

A line is a tranche; the lines of one contract repeat what is the contract's. An empty funder is the house.
What is staged is taken out again before the commit, so a dry run leaves nothing behind.

The staging table is empty for everybody but the session that fills it, so what the planner knows of it is
wrong or nothing: what joins it is joined by hash (`joining_by_hash`), whatever the statistics say.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.models import FundingSource
from contracts.services.imports.form import Column, Fault, Line

COLUMNS = (
    Column("contract", _("Code of the contract: capitals, digits and dashes, at most 16"), "K-0001"),
    Column("client", _("Code of the client"), "C-0001"),
    Column("custodian", _("Code of the custodian"), "BANKA"),
    Column("product", _("Code of the product whose terms hold"), "MARGIN"),
    Column("version", _("Version of the terms"), "1", is_number=True),
    Column("opened_on", _("Day of opening, as 2026-01-31"), "2026-01-31", is_day=True),
    Column(
        "matures_on",
        _("Day of maturity; empty where it is open"),
        "2026-07-31",
        is_required=False,
        is_day=True,
    ),
    Column("source", _("Whose money it is: own, third_party or matched"), "third_party"),
    Column(
        "funder", _("Code of the funder; empty exactly where the source is own"), "F-0001", is_required=False
    ),
    Column("share_percent", _("Share of the contract's money; 100 over its lines"), "100", is_number=True),
    Column(
        "rate_percent",
        _("Yearly rate to the funder; none for own money"),
        "5.5",
        is_required=False,
        is_number=True,
    ),
    Column(
        "seniority",
        _("Rank: 1 is paid first and loses last; empty is 1"),
        "1",
        is_required=False,
        is_number=True,
    ),
)

NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})(?:[ T]00:00(?::00)?)?|/([0-9]{1,2})/([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})日)"
)
"""The year first, as ISO and as Excel in Chinese write it: nobody takes the month for the day."""
PPM_OF_PERCENT = 10_000
SOURCES = frozenset(FundingSource.values)

SENTENCES: dict[str, str | Promise] = {
    "unknown_client": _("There is no such client; import the parties first, or correct the code."),
    "not_a_client": _("This party is no client; name a client."),
    "client_not_active": _("This client is suspended or closed; ask compliance."),
    "unknown_custodian": _("There is no such custodian; correct the code."),
    "unknown_terms": _("There are no such terms; correct product and version."),
    "terms_not_active": _("These terms are not in force; have them activated by two people."),
    "no_rule_pack": _("No version of the rule pack of these terms holds on this day; correct day or terms."),
    "terms_of_older_pack": _("The rule pack of this day is stricter than these terms; name newer ones."),
    "term_too_long": _("The contract runs longer than its rule pack permits; correct the day of maturity."),
    "unknown_funder": _("There is no such funder; import the parties first, or correct the code."),
    "not_a_funder": _("This party is no funder; name a funder, or leave the cell empty for own money."),
    "funder_not_active": _("This funder is suspended or closed; ask compliance."),
    "own_has_no_funder": _(
        "Own money is the house's; leave the funder empty, or write third_party or matched."
    ),
    "funder_missing": _("Money of others has a funder; name it, or write own."),
    "contract_exists": _("The book has a contract of this code; choose another, or remove the line."),
    "duplicate_line": _("The contract names this funder twice; remove one line."),
    "differs_from_first_line": _("The contract's first line says something else; make its lines agree."),
    "shares_not_whole": _("The shares of this contract do not make 100 %; correct them."),
    "matures_before_opening": _("The contract matures before it opens; correct the days."),
    "unfit_code": _("A code has capitals, digits and dashes, at most 16 of them."),
    "house_has_no_rate": _("The house earns what is left and has no rate; leave the cell empty."),
    "share_is_zero": _("A funder without a share lends nothing; remove the line."),
    "not_a_day": _("Write the day as 2026-01-31."),
    "not_a_number": _("Write a plain number with a point, without signs, spaces or commas."),
    "too_many_digits": _("More digits than are kept; round the number."),
    "too_large": _("The number is too large; check it."),
    "too_small": _("The number is too small; check it."),
    "unknown_source": _("Write own, third_party or matched."),
}

_CLEAR = "DELETE FROM contracts_importstage"
_COPY = """
COPY contracts_importstage (
    line_no, contract, client, custodian, product, version, opened_on, matures_on, source, funder, share_ppm,
    rate_ppm, seniority
) FROM STDIN
"""
_RESOLVE = """
UPDATE contracts_importstage AS s
SET contract_no = n.contract_no, ordinal = n.ordinal, client_id = c.id, custodian_id = u.id, terms_id = t.id,
    unit_id = t.unit_id, funder_id = f.id
FROM (
    SELECT
        line_no, client, custodian, product, version, funder,
        dense_rank() OVER (ORDER BY contract) AS contract_no,
        row_number() OVER (PARTITION BY contract ORDER BY line_no) AS ordinal
    FROM contracts_importstage
) AS n
LEFT JOIN accounts_party AS c ON c.code = n.client
LEFT JOIN custody_custodian AS u ON u.code = n.custodian
LEFT JOIN contracts_product AS p ON p.code = n.product
LEFT JOIN contracts_termsversion AS t ON t.product_id = p.id AND t.version = n.version
LEFT JOIN accounts_party AS f ON f.code = n.funder
WHERE s.line_no = n.line_no
"""
_CHECK = """
WITH shape AS MATERIALIZED (
    -- What a rule pack says of a contract depends on these alone; as contracts_check_contracts_of_packs asks.
    SELECT
        of_line.terms_id, of_line.opened_on, of_line.ends, v.id IS NULL AS no_pack,
        contracts_looser_terms(to_jsonb(t), v.parameters) IS NOT NULL AS of_older_pack,
        coalesce(v.parameters ->> 'longest_term_months', '') <> '' AND of_line.ends > (
            of_line.opened_on + make_interval(months => (v.parameters ->> 'longest_term_months')::integer)
        ) AS too_long
    FROM (
        SELECT DISTINCT s.terms_id, s.opened_on, coalesce(s.matures_on, 'infinity') AS ends
        FROM contracts_importstage AS s
    ) AS of_line
    INNER JOIN contracts_termsversion AS t ON t.id = of_line.terms_id AND t.state = 'active'
    INNER JOIN contracts_rulepackversion AS own ON own.id = t.rule_pack_version_id
    LEFT JOIN contracts_rulepackversion AS v ON v.id = contracts_pack_in_force(own.pack_id, of_line.opened_on)
), line AS (
    SELECT
        s.*, c.kind AS client_kind, c.status AS client_status, f.kind AS funder_kind,
        f.status AS funder_status, t.state AS terms_state, shape.no_pack, shape.of_older_pack, shape.too_long,
        k.id IS NOT NULL AS is_there,
        row_number() OVER (PARTITION BY s.contract, s.funder ORDER BY s.line_no) AS nth_of_funder,
        sum(s.share_ppm) OVER (PARTITION BY s.contract) AS whole,
        first_value((s.client, s.custodian, s.product, s.version, s.opened_on, s.matures_on)::text)
            OVER (PARTITION BY s.contract ORDER BY s.line_no) AS first_line,
        (s.client, s.custodian, s.product, s.version, s.opened_on, s.matures_on)::text AS own_line
    FROM contracts_importstage AS s
    LEFT JOIN accounts_party AS c ON c.id = s.client_id
    LEFT JOIN accounts_party AS f ON f.id = s.funder_id
    LEFT JOIN contracts_termsversion AS t ON t.id = s.terms_id
    LEFT JOIN contracts_financingcontract AS k ON k.book_id = %(book_id)s AND k.code = s.contract
    LEFT JOIN shape
        ON shape.terms_id = s.terms_id AND shape.opened_on = s.opened_on
            AND shape.ends = coalesce(s.matures_on, 'infinity')
)
SELECT line.line_no, fault.column_name, fault.code, fault.value
FROM line
CROSS JOIN LATERAL (
    VALUES
    ('client', 'unknown_client', line.client, line.client_id IS NULL),
    ('client', 'not_a_client', line.client, line.client_kind <> 'client'),
    (
        'client', 'client_not_active', line.client,
        line.client_kind = 'client' AND line.client_status <> 'active'
    ),
    ('custodian', 'unknown_custodian', line.custodian, line.custodian_id IS NULL),
    ('version', 'unknown_terms', line.product || ' ' || line.version, line.terms_id IS NULL),
    ('version', 'terms_not_active', line.product || ' ' || line.version, line.terms_state <> 'active'),
    ('opened_on', 'no_rule_pack', line.opened_on::text, line.ordinal = 1 AND line.no_pack),
    (
        'version', 'terms_of_older_pack', line.product || ' ' || line.version,
        line.ordinal = 1 AND line.of_older_pack
    ),
    ('matures_on', 'term_too_long', line.matures_on::text, line.ordinal = 1 AND line.too_long),
    ('source', 'own_has_no_funder', line.funder, line.source = 'own' AND line.funder <> ''),
    ('funder', 'funder_missing', '', line.source <> 'own' AND line.funder = ''),
    ('funder', 'unknown_funder', line.funder, line.funder <> '' AND line.funder_id IS NULL),
    ('funder', 'not_a_funder', line.funder, line.funder_kind <> 'funder'),
    (
        'funder', 'funder_not_active', line.funder,
        line.funder_kind = 'funder' AND line.funder_status <> 'active'
    ),
    ('contract', 'contract_exists', line.contract, line.ordinal = 1 AND line.is_there),
    ('funder', 'duplicate_line', line.funder, line.nth_of_funder > 1),
    ('contract', 'differs_from_first_line', line.contract, line.first_line <> line.own_line),
    ('share_percent', 'shares_not_whole', line.contract, line.ordinal = 1 AND line.whole <> 1000000),
    ('matures_on', 'matures_before_opening', line.matures_on::text, line.matures_on <= line.opened_on),
    (
        'contract', 'unfit_code', line.contract,
        line.contract !~ '^[A-Z0-9][A-Z0-9-]*$' OR length(line.contract) > 16
    ),
    ('rate_percent', 'house_has_no_rate', line.rate_ppm::text, line.source = 'own' AND line.rate_ppm > 0),
    ('share_percent', 'share_is_zero', '0', line.funder <> '' AND line.share_ppm = 0)
) AS fault (column_name, code, value, is_so)
WHERE fault.is_so
ORDER BY line.line_no, fault.column_name, fault.code
LIMIT %(most)s
"""

Row = tuple[object, ...]


class _Wrong(Exception):
    """A cell does not say what its column asks for; the message is the fault's code."""


@contextmanager
def joining_by_hash(*, cursor: Any) -> Iterator[None]:
    """Plan without nested loops until the end of the block, in the caller's transaction.

    Not for statements with triggers: those probe indexes, row by row, on purpose.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute("SET LOCAL work_mem = '128MB'")
    yield
    cursor.execute("SET LOCAL enable_nestloop = DEFAULT")
    cursor.execute("SET LOCAL work_mem = DEFAULT")


def stage_contracts(*, lines: Iterable[Line], leave_out: Callable[[Line, Sequence[Fault]], object]) -> None:
    """Put the lines into the staging table; `leave_out` is told of those with a fault of their own.

    Requires the caller's transaction, which ends by `clear_stage`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR)
        with cursor.copy(_COPY) as copy:
            for line in lines:
                wrong: list[Fault] = []
                row = _typed(line, wrong)
                if wrong:
                    leave_out(line, wrong)
                else:
                    copy.write_row(row)
        with joining_by_hash(cursor=cursor):
            cursor.execute(_RESOLVE)


def clear_stage() -> None:
    """Take out what was staged, before anybody could see it."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR)


def check_contracts(*, book_id: int, most: int) -> list[Fault]:
    """The first `most` faults of what is staged, by one statement."""
    with connection.cursor() as cursor, joining_by_hash(cursor=cursor):
        cursor.execute(_CHECK, {"book_id": book_id, "most": most})
        return [
            Fault(line_no, column, code, SENTENCES[code], (value or "")[:60])
            for line_no, column, code, value in cursor.fetchall()
        ]


def count_contracts() -> int:
    """Count the contracts that are staged."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT contract) FROM contracts_importstage")
        (count,) = cursor.fetchone()
    return int(count)


def _typed(line: Line, faults: list[Fault]) -> Row:
    cells = line.cells

    def read(column: str, parse: Any, *limits: int) -> Any:
        try:
            return parse(cells[column], *limits)
        except _Wrong as wrong:
            code = str(wrong)
            faults.append(Fault(line.line_no, column, code, SENTENCES[code], cells[column][:60]))
            return None

    return (
        line.line_no,
        cells["contract"],
        cells["client"],
        cells["custodian"],
        cells["product"],
        read("version", _whole, 1, 1, 30_000, 1),
        read("opened_on", _day),
        read("matures_on", _day),
        read("source", _source),
        cells["funder"],
        read("share_percent", _whole, PPM_OF_PERCENT, 0, 1_000_000, 0),
        read("rate_percent", _whole, PPM_OF_PERCENT, 0, 1_000_000, 0),
        read("seniority", _whole, 1, 1, 99, 1),
    )


@lru_cache(maxsize=10_000)
def _day(text: str) -> dt.date | None:
    if not text:
        return None
    found = DAY.fullmatch(text)
    try:
        if found:
            year, month, day = (int(part) for part in found.groups() if part)
            return dt.date(year, month, day)
    except ValueError:
        pass
    raise _Wrong("not_a_day")


@lru_cache(maxsize=10_000)
def _whole(text: str, scale: int, least: int, most: int, default: int) -> int:
    if not text:
        return default
    if not NUMBER.fullmatch(text):
        raise _Wrong("not_a_number")
    scaled = Decimal(text) * scale
    if scaled != int(scaled):
        raise _Wrong("too_many_digits")
    if scaled > most:
        raise _Wrong("too_large")
    if scaled < least:
        raise _Wrong("too_small")
    return int(scaled)


def _source(text: str) -> str:
    if text not in SOURCES:
        raise _Wrong("unknown_source")
    return text
