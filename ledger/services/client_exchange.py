"""Clients exchange one currency for another: traded, and settled when due. What comes is unsettled till
then."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count

from ledger.models import Account, ClientExchange, ClientExchangeSettlement, Ring, Role, Unit
from ledger.queries.accounts import account_id
from ledger.queries.client_exchange import due_exchanges
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.house_exchange import NotAnExchange
from ledger.services.positions import CALLER
from ledger.services.posting import (
    EntryDraft,
    EntryHeader,
    PostedEntry,
    PostingDraft,
    post_journal_entries_from_select,
    post_journal_entry,
)
from ledger.services.refusals_exchange import ExchangeBookedBefore, ExchangeCrossesContracts, named_refusals

TRADED, SETTLED = "fx_traded", "fx_settled"
UNSETTLED_CASH, CASH = 2030, 2010


@dataclass(frozen=True, slots=True)
class TradedExchange:
    """What was booked; `is_replay` of the posted entry says that the exchange had been booked before."""

    exchange: ClientExchange
    posted: PostedEntry


def trade_client_exchange(
    *,
    book_id: int,
    booking_date: dt.date,
    settlement_date: dt.date,
    custodian_code: str,
    sold_account_id: int,
    sold_minor: int,
    bought_unit_code: str,
    bought_minor: int,
    reference: str,
    maker_id: int,
) -> TradedExchange:
    """Book a client's exchange on its trade date: out of settled cash, for proceeds that are unsettled.

    Joins the caller's transaction, else is its own. Amounts in minor units, both positive. The cash that is
    sold obeys its limit, holds counted; what is bought is not cash before it settles. The contract's accounts
    of the bought currency are opened where there are none. The same reference again returns the first
    exchange.

    :raises NotAnExchange: an amount is not positive, the units are one, or one is no currency.
    :raises ExchangeCrossesContracts: what is sold is not a contract's settled cash.
    :raises LimitExceeded: the client does not have as much settled cash.
    :raises NoSuchAccount: the custodian has no FX clearing in one of the currencies.
    :raises ExchangeBookedBefore: the reference was used for another exchange.
    :raises LedgerRefusal: any other rule of the ledger.
    Source: DESIGN 4 (client FX: trade).
    """
    sold = Account.objects.select_related("unit").get(pk=sold_account_id)
    bought_unit = Unit.objects.filter(code=bought_unit_code, kind=Unit.Kind.CURRENCY).first()
    if bought_unit is None or bought_unit.pk == sold.unit_id or min(sold_minor, bought_minor) <= 0:
        raise NotAnExchange(f"{sold_minor} {sold.unit.code} for {bought_minor} {bought_unit_code}")
    if (sold.ring, sold.role, sold.unit.kind) != (Ring.CLIENT, Role.ENTITLEMENT, Unit.Kind.CURRENCY):
        raise ExchangeCrossesContracts(sold.address)
    clearing = f"client/fx-clearing/{custodian_code}"
    with named_refusals(), transaction.atomic():
        cash_id, unsettled_id = _open_cash(sold, bought_unit)
        exchange = ClientExchange(
            book_id=book_id,
            reference=reference,
            custodian_code=custodian_code,
            sold_account_id=sold_account_id,
            sold_minor=sold_minor,
            bought_account_id=cash_id,
            bought_minor=bought_minor,
            trade_date=booking_date,
            settlement_date=settlement_date,
        )
        earlier = ClientExchange.objects.filter(book_id=book_id, reference=reference).first()
        if earlier is not None:
            return _replay(earlier, exchange)
        sold_clearing = account_id(book_id=book_id, address=clearing, unit_code=sold.unit.code)
        bought_clearing = account_id(book_id=book_id, address=clearing, unit_code=bought_unit.code)
        draft = EntryDraft(
            kind=TRADED,
            value_date=booking_date,
            narration=f"exchange of {sold.unit.code} for {bought_unit.code}",
            source_reference=reference,
            idempotency_key=f"client-exchange/{reference}",
            postings=[
                PostingDraft(sold_account_id, sold_minor),
                PostingDraft(sold_clearing, -sold_minor),
                PostingDraft(bought_clearing, bought_minor),
                PostingDraft(unsettled_id, -bought_minor),
            ],
        )
        posted = post_journal_entry(
            book_id=book_id, booking_date=booking_date, draft=draft, caller=CALLER, maker_id=maker_id
        )
        exchange.entry_id = posted.entry_id
        exchange.save(force_insert=True)
    return TradedExchange(exchange, posted)


_LEGS = """
    SELECT due.entry_no, a.id AS account_id, leg.amount_minor
    FROM unnest(%(exchange_id)s::bigint[]) WITH ORDINALITY AS due(exchange_id, entry_no)
    INNER JOIN ledger_clientexchange AS x ON x.id = due.exchange_id
    INNER JOIN ledger_account AS sold ON sold.id = x.sold_account_id
    INNER JOIN ledger_account AS bought ON bought.id = x.bought_account_id
    CROSS JOIN LATERAL (
        VALUES
        ('client/fx-clearing/' || x.custodian_code, sold.unit_id, x.sold_minor),
        ('client/custody/' || x.custodian_code, sold.unit_id, -x.sold_minor),
        ('client/custody/' || x.custodian_code, bought.unit_id, x.bought_minor),
        ('client/fx-clearing/' || x.custodian_code, bought.unit_id, -x.bought_minor),
        (bought.address || '/unsettled', bought.unit_id, x.bought_minor),
        (bought.address, bought.unit_id, -x.bought_minor)
    ) AS leg(address, unit_id, amount_minor)
    INNER JOIN ledger_account AS a
        ON a.book_id = x.book_id AND a.address = leg.address AND a.unit_id = leg.unit_id
"""


def settle_client_exchanges(
    *, book_id: int, business_date: dt.date, maker_id: int
) -> list[ClientExchangeSettlement]:
    """Settle every exchange that is due by the day and stands: one entry each, all in one statement.

    Joins the caller's transaction, else is its own. FX clearing of both currencies returns to zero, the
    proceeds become settled cash. One that is settled, or whose trade was reversed, is left alone; one whose
    settlement was reversed is due again. The value date is the settlement date.

    :returns: the settlements written now.
    :raises LedgerRefusal: a rule of the ledger; nothing is settled.
    Source: DESIGN 4 (client FX: settled).
    """
    with named_refusals(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_lock_exchanges(%s)", [book_id])
        due = due_exchanges(book_id=book_id, business_date=business_date)
        if not due:
            return []
        attempts = dict(
            ClientExchange.objects.filter(pk__in=[one.pk for one in due])
            .annotate(made=Count("settlements"))
            .values_list("pk", "made")
        )
        headers = [
            EntryHeader(
                entry_no=number,
                kind=SETTLED,
                value_date=one.settlement_date,
                narration="exchange settled",
                source_reference=one.reference,
                idempotency_key=f"client-exchange-settled/{one.reference}/{attempts[one.pk] + 1}",
            )
            for number, one in enumerate(due, start=1)
        ]
        posted = post_journal_entries_from_select(
            book_id=book_id,
            booking_date=business_date,
            headers=headers,
            postings_sql=_LEGS,
            params={"exchange_id": [one.pk for one in due]},
            caller=CALLER,
            maker_id=maker_id,
        )
        return ClientExchangeSettlement.objects.bulk_create(
            [
                ClientExchangeSettlement(exchange=one, attempt=attempts[one.pk] + 1, entry_id=entry.entry_id)
                for one, entry in zip(due, posted, strict=True)
            ]
        )


def _open_cash(sold: Account, unit: Unit) -> tuple[int, int]:
    """The contract's cash account in the bought currency, and that of its unsettled proceeds."""
    unsettled = f"{sold.address}/unsettled"
    ids = open_accounts(
        book_id=sold.book_id,
        drafts=[
            AccountDraft(
                sold.address,
                unit.pk,
                sold.ring,
                sold.role,
                CASH,
                sold.owner_id,
                sold.contract_code,
                sold.limit,
            ),
            AccountDraft(
                unsettled,
                unit.pk,
                sold.ring,
                Role.UNSETTLED.value,
                UNSETTLED_CASH,
                sold.owner_id,
                sold.contract_code,
            ),
        ],
    )
    return ids[sold.address, unit.pk], ids[unsettled, unit.pk]


def _replay(earlier: ClientExchange, asked: ClientExchange) -> TradedExchange:
    fields = (
        "custodian_code",
        "sold_account_id",
        "sold_minor",
        "bought_account_id",
        "bought_minor",
        "settlement_date",
    )
    if any(getattr(earlier, name) != getattr(asked, name) for name in fields):
        raise ExchangeBookedBefore(asked.reference)
    return TradedExchange(earlier, PostedEntry(earlier.entry_id, asked.reference, is_replay=True))
