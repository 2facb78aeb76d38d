"""Make documents, one or all of a day or period, and prove those that are kept.

manage.py documents render --book LEND --kind contract --contract F1 --locale zh-hans --maker lin.wei
manage.py documents batch --book LEND --kind margin_call_notice --on 2025-01-31 --maker lin.wei
manage.py documents verify --book LEND
"""

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from accounts.models import DisclosureVersion, Party, PartyLocale, User
from clearing.margin.models import MarginCall
from clearing.margin.services.notices import issue_call_notice, issue_call_notices
from contracts.models import Document, DocumentKind, FinancingContract
from contracts.queries.documents import damaged_documents, documents_set_again
from contracts.services.documents import hand_out, issue_agreement
from contracts.services.refusals import ContractRefusal
from contracts.services.statements import (
    NoContractInPeriod,
    issue_client_statement,
    issue_client_statements,
    issue_closing_statement,
    issue_disclosure,
)
from ledger.models import Book
from ledger.queries.days import open_business_date


class Command(BaseCommand):
    help = "Make documents (render), or prove the ones that are kept (verify)."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        render = verbs.add_parser("render", help="make a document, number it and keep it")
        render.add_argument("--book", required=True, help="code of the book")
        render.add_argument("--kind", required=True, choices=DocumentKind.values)
        render.add_argument("--contract", help="code of the contract; its newest call for a notice")
        render.add_argument("--client", help="code of the client, for a statement or disclosure")
        render.add_argument("--since", type=dt.date.fromisoformat, help="first day of a statement")
        render.add_argument("--until", type=dt.date.fromisoformat, help="last day of a statement")
        render.add_argument("--disclosure", help="code of the disclosure, of which the newest is taken")
        render.add_argument("--locale", choices=PartyLocale.values, help="the client's own unless given")
        render.add_argument("--issued-on", type=dt.date.fromisoformat, help="the open day unless given")
        render.add_argument("--maker", required=True, help="user name on whose behalf it is made")
        render.add_argument("--output", type=Path, help="directory to write the PDF to as well")
        render.add_argument("--json", action="store_true", help="print what was made as JSON")
        batch = verbs.add_parser(
            "batch", help="make the statements of a period, or the notices of a day's calls"
        )
        batch.add_argument("--book", required=True, help="code of the book")
        batch.add_argument("--kind", required=True, choices=["client_statement", "margin_call_notice"])
        batch.add_argument("--since", type=dt.date.fromisoformat, help="first day of the statements")
        batch.add_argument("--until", type=dt.date.fromisoformat, help="last day of the statements")
        batch.add_argument("--on", type=dt.date.fromisoformat, help="day on which the calls were opened")
        batch.add_argument("--issued-on", type=dt.date.fromisoformat, help="the open day unless given")
        batch.add_argument("--maker", required=True, help="user name on whose behalf they are made")
        batch.add_argument("--output", type=Path, help="directory to write the PDFs to as well")
        batch.add_argument("--json", action="store_true", help="print what was made as JSON")
        verify = verbs.add_parser(
            "verify", help="compare every document with its hashes, its inputs and number"
        )
        verify.add_argument("--book", required=True, help="code of the book")
        verify.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, **options: object) -> None:
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            known = ", ".join(Book.objects.values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no book {options['book']}. Books: {known}.")
        if options["verb"] == "verify":
            self._verify(book, as_json=bool(options["json"]))
        elif options["verb"] == "batch":
            self._batch(book, options)
        else:
            self._render(book, options)

    def _verify(self, book: Book, *, as_json: bool) -> None:
        findings = [(found.reference, found.what) for found in damaged_documents(book_id=book.pk)]
        same = other = 0
        total = Document.objects.filter(book=book).count()
        proved = documents_set_again(book_id=book.pk)
        for reference, is_same in tqdm(proved, total=total, file=sys.stderr, disable=not sys.stderr.isatty()):
            if is_same is None:
                other += 1
            elif is_same:
                same += 1
            else:
                findings.append((reference, "set again"))
        self.stderr.write(
            f"{total} documents of {book.code}: {same} set again to the same bytes, "
            f"{other} of earlier templates compared with their hashes, {len(findings)} findings"
        )
        for reference, what in findings:
            self.stderr.write(f"  {reference}: {what}")
        if as_json:
            self.stdout.write(
                json.dumps(
                    {
                        "book": book.code,
                        "documents": total,
                        "set_again": same,
                        "earlier_templates": other,
                        "findings": [{"reference": reference, "what": what} for reference, what in findings],
                    }
                )
            )
        if findings:
            raise CommandError("Not every document is as it was made.")

    def _batch(self, book: Book, options: dict[str, object]) -> None:
        """Each in its own transaction and its client's language: a refused one leaves the others."""
        try:
            makers = self._makers(book, options)
        except ContractRefusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal}") from refusal
        made: list[Document] = []
        refused: list[str] = []
        for make in tqdm(makers, file=sys.stderr, disable=not sys.stderr.isatty()):
            try:
                made.append(make())
            except NoContractInPeriod:
                continue
            except ContractRefusal as refusal:
                refused.append(f"{refusal.code}: {refusal}")
                continue
            self._write(made[-1], options["output"])
        self.stderr.write(f"{len(made)} documents are there, {len(refused)} were refused")
        for one in refused:
            self.stderr.write(f"  {one}")
        if options["json"]:
            self.stdout.write(json.dumps({"documents": [one.reference for one in made], "refused": refused}))
        if refused:
            raise CommandError("Not every document was made.")

    def _makers(self, book: Book, options: dict[str, object]) -> list[Callable[[], Document]]:
        """What makes each document of the batch."""
        maker_id, issued_on = self._maker(options), self._issued_on(book, options)
        if options["kind"] == DocumentKind.MARGIN_CALL_NOTICE:
            on = options["on"]
            if not isinstance(on, dt.date):
                raise CommandError("Notices are of a day's calls: say --on.")
            return list(
                issue_call_notices(book_id=book.pk, opened_on=on, issued_on=issued_on, maker_id=maker_id)
            )
        since, until = options["since"], options["until"]
        if not isinstance(since, dt.date) or not isinstance(until, dt.date):
            raise CommandError("A statement needs its days: say --since and --until.")
        return list(
            issue_client_statements(
                book_id=book.pk, since=since, until=until, issued_on=issued_on, maker_id=maker_id
            )
        )

    def _maker(self, options: dict[str, object]) -> int:
        maker = User.objects.filter(username=options["maker"]).first()
        if maker is None:
            raise CommandError(f"There is no user {options['maker']}.")
        return maker.pk

    def _issued_on(self, book: Book, options: dict[str, object]) -> dt.date:
        given = options["issued_on"]
        issued_on = given if isinstance(given, dt.date) else open_business_date(book_id=book.pk)
        if issued_on is None:
            raise CommandError("No day is open in this book; say --issued-on.")
        return issued_on

    def _write(self, made: Document, output: object) -> None:
        if isinstance(output, Path):
            file = output / f"{made.reference}.{made.locale}.pdf"
            file.write_bytes(bytes(hand_out(document_id=made.pk).content))
            self.stderr.write(f"written to {file}")

    def _render(self, book: Book, options: dict[str, object]) -> None:
        try:
            made = self._make(book, options, self._maker(options))
        except ContractRefusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal}") from refusal
        self.stderr.write(f"{made.get_kind_display()} {made.reference}, SHA-256 {made.sha256}")
        self._write(made, options["output"])
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {"reference": made.reference, "sha256": made.sha256, "inputs_sha256": made.inputs_sha256}
                )
            )

    def _make(self, book: Book, options: dict[str, object], maker_id: int) -> Document:
        issued_on = self._issued_on(book, options)
        if options["kind"] in (DocumentKind.CLIENT_STATEMENT, DocumentKind.DISCLOSURE):
            return self._of_client(book, options, issued_on, maker_id)
        return self._of_contract(book, options, issued_on, maker_id)

    def _of_contract(
        self, book: Book, options: dict[str, object], issued_on: dt.date, maker_id: int
    ) -> Document:
        contracts = FinancingContract.objects.filter(book=book, code=options["contract"] or "")
        contract = contracts.select_related("client").first()
        if contract is None:
            raise CommandError(f"There is no contract {options['contract']} in {book.code}.")
        locale = str(options["locale"] or contract.client.locale)
        if options["kind"] == DocumentKind.MARGIN_CALL_NOTICE:
            call = MarginCall.objects.filter(contract=contract).order_by("-id").first()
            if call is None:
                raise CommandError(f"{contract.code} was never called.")
            return issue_call_notice(call_id=call.pk, locale=locale, issued_on=issued_on, maker_id=maker_id)
        issue = (
            issue_closing_statement if options["kind"] == DocumentKind.CLOSING_STATEMENT else issue_agreement
        )
        return issue(contract_id=contract.pk, locale=locale, issued_on=issued_on, maker_id=maker_id)

    def _of_client(
        self, book: Book, options: dict[str, object], issued_on: dt.date, maker_id: int
    ) -> Document:
        client = Party.objects.filter(code=options["client"] or "").first()
        if client is None:
            raise CommandError(f"There is no client {options['client']}; say --client.")
        locale = str(options["locale"] or client.locale)
        if options["kind"] == DocumentKind.DISCLOSURE:
            versions = DisclosureVersion.objects.filter(code=options["disclosure"] or "", state="active")
            disclosure = versions.filter(effective_from__lte=issued_on).order_by("-version").first()
            if disclosure is None:
                raise CommandError(f"There is no disclosure {options['disclosure']} in force.")
            return issue_disclosure(
                book_id=book.pk,
                client_id=client.pk,
                disclosure_id=disclosure.pk,
                locale=locale,
                issued_on=issued_on,
                maker_id=maker_id,
            )
        since, until = options["since"], options["until"]
        if not isinstance(since, dt.date) or not isinstance(until, dt.date):
            raise CommandError("A statement needs its days: say --since and --until.")
        return issue_client_statement(
            book_id=book.pk,
            client_id=client.pk,
            since=since,
            until=until,
            locale=locale,
            issued_on=issued_on,
            maker_id=maker_id,
        )
