"""Register custodians, open segregated accounts, and tie them to the ledger."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from accounts.models import Party
from accounts.services.actor import acting
from accounts.services.violations import refusing
from custody.models import CashHome, Custodian, CustodyAccount, CustodyAccountUnit, CustodyRing
from custody.services.ledger_accounts import accounts_of_home, accounts_of_unit
from ledger.models import Unit
from ledger.services.accounts import AccountDraft, open_accounts


class DuplicateCustodian(Exception):
    """A custodian with this code, or of this party, exists already."""


class CustodyAccountTaken(Exception):
    """The book has an account of this ring at the custodian already, or the number is taken."""


class RingHoldsNoAssets(Exception):
    """Only the client, funder, reserve and house rings have accounts at a bank."""


class HomeExists(Exception):
    """This funder or ring has its home in the book already; moving it takes a transfer of its cash first."""


class NotAHome(Exception):
    """The home must be an account of the same book and ring; a funder's belongs to a funder."""


def register_custodian(*, code: str, name: str, party_id: int, actor_id: int, reason: str) -> Custodian:
    """Register a bank. Joins or opens an atomic block.

    :raises DuplicateCustodian: the code or the party is taken.
    Source: DESIGN 2.
    """
    refusals = {
        "custody_custodian_code_unique": DuplicateCustodian(code),
        "custody_custodian_party_id_key": DuplicateCustodian(code),
    }
    with refusing(refusals=refusals), acting(actor_id=actor_id, reason=reason):
        return Custodian.objects.create(code=code, name=name, party_id=party_id)


def open_custody_account(
    *,
    book_id: int,
    custodian_id: int,
    ring: str,
    external_number: str,
    unit_ids: Collection[int],
    actor_id: int,
    reason: str,
) -> CustodyAccount:
    """Open the account of a ring at a custodian, with its ledger accounts in these units.

    Joins or opens an atomic block. Securities are opened in the client ring only.

    :raises RingHoldsNoAssets: the principal ring, or none that there is.
    :raises CustodyAccountTaken: there is one, or the number is taken.
    Source: DESIGN 3 (a custody account belongs to exactly one ring).
    """
    if ring not in CustodyRing.values:
        raise RingHoldsNoAssets(ring)
    refusals = {
        "custody_custodyaccount_one_per_ring": CustodyAccountTaken(f"{ring} in book {book_id}"),
        "custody_custodyaccount_number_unique": CustodyAccountTaken(external_number),
    }
    with refusing(refusals=refusals), acting(actor_id=actor_id, reason=reason):
        account = CustodyAccount.objects.create(
            book_id=book_id, custodian_id=custodian_id, ring=ring, external_number=external_number
        )
        _tie(book_id=book_id, accounts=[account], unit_ids=unit_ids)
    return account


def ensure_custody_units(*, book_id: int, unit_ids: Iterable[int]) -> int:
    """Tie every custody account of the book to the ledger in these units; what is tied stays as it is.

    Joins or opens an atomic block. Currencies concern every ring, securities the client ring.

    :returns: how many ties are new.
    """
    with transaction.atomic():
        accounts = list(CustodyAccount.objects.filter(book_id=book_id).select_related("custodian"))
        return _tie(book_id=book_id, accounts=accounts, unit_ids=set(unit_ids))


def set_cash_home(
    *,
    book_id: int,
    ring: str,
    custody_account_id: int,
    actor_id: int,
    reason: str,
    owner_id: int | None = None,
) -> CashHome:
    """Say where a funder (`owner_id`), the reserve or the house keeps its cash, and open its accounts there.

    Joins or opens an atomic block.

    :raises HomeExists: it has one in this book.
    :raises NotAHome: the account is of another book or ring, or the owner does not fit the ring.
    """
    refusals = {
        "custody_cashhome_one_home": HomeExists(ring),
        "custody_cashhome_account_matches": NotAHome(ring),
        "custody_cashhome_owner_fits_ring": NotAHome(ring),
    }
    with refusing(refusals=refusals), acting(actor_id=actor_id, reason=reason):
        home = CashHome.objects.create(
            book_id=book_id, ring=ring, owner_id=owner_id, custody_account_id=custody_account_id
        )
        ties = CustodyAccountUnit.objects.filter(
            custody_account_id=custody_account_id, transit_account__isnull=False
        )
        _open_homes(book_id=book_id, homes=[home], unit_ids=list(ties.values_list("unit_id", flat=True)))
    return home


def _tie(*, book_id: int, accounts: Sequence[CustodyAccount], unit_ids: Collection[int]) -> int:
    tied = set(
        CustodyAccountUnit.objects.filter(custody_account__in=accounts, unit_id__in=unit_ids).values_list(
            "custody_account_id", "unit_id"
        )
    )
    units = list(Unit.objects.filter(pk__in=unit_ids).order_by("pk"))
    wanted = [
        (account, unit)
        for account in accounts
        for unit in units
        if (account.pk, unit.pk) not in tied and (unit.kind == Unit.Kind.CURRENCY or account.ring == "client")
    ]
    if not wanted:
        return 0
    drafts: list[AccountDraft] = []
    for account, unit in wanted:
        drafts += accounts_of_unit(
            ring=account.ring,
            custodian_code=account.custodian.code,
            unit_id=unit.pk,
            is_currency=unit.kind == Unit.Kind.CURRENCY,
        )
    ids = open_accounts(book_id=book_id, drafts=drafts)
    # A second process may be doing the same; the ties are equal then.
    CustodyAccountUnit.objects.bulk_create(
        [
            CustodyAccountUnit(
                custody_account=account,
                unit=unit,
                ledger_account_id=ids[f"{account.ring}/custody/{account.custodian.code}", unit.pk],
                transit_account_id=ids.get((f"{account.ring}/transit/{account.custodian.code}", unit.pk)),
            )
            for account, unit in wanted
        ],
        ignore_conflicts=True,
    )
    currencies = {unit.pk for _, unit in wanted if unit.kind == Unit.Kind.CURRENCY}
    if currencies:
        homes = list(CashHome.objects.filter(custody_account__in=accounts).select_related("owner"))
        _open_homes(book_id=book_id, homes=homes, unit_ids=sorted(currencies))
    return len(wanted)


def _open_homes(*, book_id: int, homes: Sequence[CashHome], unit_ids: Sequence[int]) -> None:
    codes = dict(
        Party.objects.filter(pk__in=[home.owner_id for home in homes if home.owner_id]).values_list(
            "pk", "code"
        )
    )
    drafts: list[AccountDraft] = []
    for home in homes:
        for unit_id in unit_ids:
            drafts += accounts_of_home(
                ring=home.ring,
                owner_id=home.owner_id,
                owner_code=codes.get(home.owner_id or 0, ""),
                unit_id=unit_id,
            )
    open_accounts(book_id=book_id, drafts=drafts)
