"""Statements to clients: of a period, of a contract that has ended, of the risks that were disclosed."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import DisclosureAcknowledgement, DisclosureVersion, Party
from contracts.documents.inputs import DisclosureInputs, PartyInputs
from contracts.models import ContractState, Document, FinancingContract
from contracts.queries.client_statement import (
    DoesNotFoot,
    PostingsAway,
    client_statement_inputs,
    clients_of_statements,
    closing_inputs,
)
from contracts.queries.interest_lines import RateUnknown
from contracts.services.documents import issue_document
from contracts.services.refusals import ContractRefusal
from ledger.models import Book, BusinessDay

ENDED = {ContractState.CLOSED, ContractState.DEFAULTED}


class PeriodStillOpen(ContractRefusal):
    """The period is not over: a day of it is open, or may still be opened."""

    code = "contracts_document_period_closed"
    sentence = _("A statement is made of closed days only; close the days of the period first.")


class PeriodArchived(ContractRefusal):
    """Postings of the period are archived."""

    code = "contracts_document_postings_at_hand"
    sentence = _("Postings of the period are archived; attach these months first:")


class StatementDoesNotFoot(ContractRefusal):
    """An opening balance with its movements does not make the closing balance."""

    code = "contracts_document_statement_foots"
    sentence = _("The ledger contradicts itself here, so nothing was made; prove the book (verify_ledger):")


class InterestUnknown(ContractRefusal):
    """A rate of the period is not known."""

    code = "contracts_document_rates_known"
    sentence = _("A fixing of the benchmark is missing in the period; enter it first:")


class NoContractInPeriod(ContractRefusal):
    """The client had no contract in the period."""

    code = "contracts_document_has_contracts"
    sentence = _("The client had no contract in this book and period.")


class ContractNotEnded(ContractRefusal):
    """A closing statement would be made of a contract that runs."""

    code = "contracts_document_contract_ended"
    sentence = _("A closing statement is made when the contract is closed or has defaulted.")


class UnknownDisclosure(ContractRefusal):
    """There is no such disclosure in force."""

    code = "contracts_document_disclosure_in_force"
    sentence = _("This disclosure is not in force; a second person must activate it first.")


def issue_client_statement(
    *,
    book_id: int,
    client_id: int,
    since: dt.date,
    until: dt.date,
    locale: str,
    issued_on: dt.date,
    maker_id: int,
) -> Document:
    """Make the statement of all contracts of a client in a book over closed business days.

    Owns its transaction or joins one.

    :raises PeriodStillOpen: a day of the period is open, or none after it was ever opened.
    :raises PeriodArchived: postings of the period are archived.
    :raises NoContractInPeriod: there is nothing to state.
    :raises InterestUnknown: a fixing of the period is missing.
    :raises StatementDoesNotFoot: the ledger contradicts itself.
    :raises GlyphMissing: the fonts lack a character.
    Source: DESIGN 5 (client statement with interest segments).
    """
    _refuse_open(book_id=book_id, since=since, until=until)
    try:
        inputs = client_statement_inputs(book_id=book_id, client_id=client_id, since=since, until=until)
    except FinancingContract.DoesNotExist as error:
        raise NoContractInPeriod from error
    except PostingsAway as error:
        raise PeriodArchived(str(error)) from error
    except RateUnknown as error:
        raise InterestUnknown(str(error)) from error
    except DoesNotFoot as error:
        raise StatementDoesNotFoot(str(error)) from error
    return issue_document(
        book_id=book_id,
        kind="client_statement",
        locale=locale,
        issued_on=issued_on,
        client_id=client_id,
        contract_id=None,
        subject=f"client/{inputs['client']['code']}/{since}/{until}",
        inputs=inputs,
        maker_id=maker_id,
    )


def issue_client_statements(
    *, book_id: int, since: dt.date, until: dt.date, issued_on: dt.date, maker_id: int
) -> Iterator[Callable[[], Document]]:
    """Yield, for each client of a book, what makes the statement of a period in the client's language.

    Each owns its transaction, so that a refusal of one leaves the others; made before, it comes back.

    :raises PeriodStillOpen: a day of the period is open, or none after it was ever opened.
    """
    _refuse_open(book_id=book_id, since=since, until=until)
    client_ids = clients_of_statements(book_id=book_id, until=until)
    locales = dict(Party.objects.filter(pk__in=client_ids).values_list("pk", "locale"))
    for client_id in client_ids:
        yield partial(
            issue_client_statement,
            book_id=book_id,
            client_id=client_id,
            since=since,
            until=until,
            locale=locales[client_id],
            issued_on=issued_on,
            maker_id=maker_id,
        )


def issue_closing_statement(*, contract_id: int, locale: str, issued_on: dt.date, maker_id: int) -> Document:
    """Make the closing statement of a contract that has ended. Owns its transaction or joins one.

    :raises FinancingContract.DoesNotExist: there is no such contract.
    :raises ContractNotEnded: it still runs.
    :raises PeriodArchived: postings of its life are archived.
    :raises StatementDoesNotFoot: the ledger contradicts itself.
    :raises GlyphMissing: the fonts lack a character.
    """
    contract = FinancingContract.objects.get(pk=contract_id)
    if contract.state not in ENDED:
        raise ContractNotEnded(contract.code)
    try:
        inputs = closing_inputs(contract_id=contract_id)
    except PostingsAway as error:
        raise PeriodArchived(str(error)) from error
    except DoesNotFoot as error:
        raise StatementDoesNotFoot(str(error)) from error
    return issue_document(
        book_id=contract.book_id,
        kind="closing_statement",
        locale=locale,
        issued_on=issued_on,
        client_id=contract.client_id,
        contract_id=contract.pk,
        subject=f"contract/{contract.code}",
        inputs=inputs,
        maker_id=maker_id,
    )


def issue_disclosure(
    *, book_id: int, client_id: int, disclosure_id: int, locale: str, issued_on: dt.date, maker_id: int
) -> Document:
    """Make a risk disclosure for a client, with the acknowledgement in this language where there is one.

    Owns its transaction or joins one.

    :raises UnknownDisclosure: it is not in force.
    :raises GlyphMissing: the fonts lack a character.
    """
    disclosure = DisclosureVersion.objects.filter(pk=disclosure_id, state="active").first()
    if disclosure is None:
        raise UnknownDisclosure(str(disclosure_id))
    book, client = Book.objects.get(pk=book_id), Party.objects.get(pk=client_id)
    said = disclosure.texts[locale]
    read = DisclosureAcknowledgement.objects.filter(
        party_id=client_id, disclosure=disclosure, locale=locale
    ).first()
    inputs = DisclosureInputs(
        issuer=PartyInputs(code=book.code, name=book.name),
        client=PartyInputs(code=client.code, name=client.display_name),
        code=disclosure.code,
        version=disclosure.version,
        effective_from=disclosure.effective_from.isoformat(),
        title=said["title"],
        text=said["text"],
        text_sha256=said["sha256"],
        acknowledged_on=read.acknowledged_on.isoformat() if read else None,
        channel=read.channel if read else None,
    )
    return issue_document(
        book_id=book_id,
        kind="disclosure",
        locale=locale,
        issued_on=issued_on,
        client_id=client_id,
        contract_id=None,
        subject=f"disclosure/{disclosure.code}/{disclosure.version}",
        inputs=inputs,
        maker_id=maker_id,
    )


def _refuse_open(*, book_id: int, since: dt.date, until: dt.date) -> None:
    """Every day up to the last is closed and none can be opened: it is itself closed, or one came after."""
    if until < since:
        raise PeriodStillOpen(f"{since} to {until}")
    days = BusinessDay.objects.filter(book_id=book_id)
    is_open = days.filter(business_date__lte=until).exclude(status=BusinessDay.Status.CLOSED).exists()
    is_past = days.filter(business_date__gte=until).exists()
    if is_open or not is_past:
        raise PeriodStillOpen(f"{since} to {until}")
