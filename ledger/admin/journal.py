"""Journal entries with their postings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, instant, page_of_key, related
from accounts.admin.columns import column, day_column, stored_column
from accounts.admin.filters import days, named_rows, rows
from accounts.admin.panels import Cell, Column, Facts, Look, Panel, Table, Tone, chip, code, number, text
from accounts.admin.read_only import LongListMixin, ReadOnlyAdmin
from accounts.admin.stored_texts import stored_text
from ledger.admin.amounts import amount, debit_and_credit
from ledger.admin.names import kind_name
from ledger.models import Account, JournalEntry, Posting, Unit
from ledger.queries.months import months_away
from ledger.queries.seals import proof_of_inclusion, seal_of_entry

MOST_POSTINGS = 500
NARRATION = stored_column(JournalEntry, "narration")


@admin.register(JournalEntry)
class JournalEntryAdmin(LongListMixin, ReadOnlyAdmin[JournalEntry]):
    list_display = [
        column(lambda row: f"{row.pk:,}", name="num_id", label=gettext_lazy("entry"), ordering="id"),
        day_column(JournalEntry, "booking_date"),
        day_column(JournalEntry, "value_date"),
        column(lambda row: str(kind_name(row.kind_id)), name="kind", label=gettext_lazy("kind")),
        NARRATION,
        "source_reference",
        column(
            lambda row: f"{row.posting_count:,}",
            name="num_postings",
            label=gettext_lazy("postings"),
            ordering="posting_count",
        ),
    ]
    list_display_links: Any = ("num_id", NARRATION)
    list_filter = [rows("book"), days("booking_date"), named_rows("kind", lambda kind: kind_name(kind.pk))]
    ordering = ["-id"]
    search_fields = ["=id", "=source_reference", "=idempotency_key"]
    search_help_text = gettext_lazy("Number of the entry, its source reference or idempotency key, in full")

    def row_name(self, row: JournalEntry) -> str:
        return f"#{row.pk} {kind_name(row.kind_id)} {row.booking_date.isoformat()}"

    def page_title(self, row: JournalEntry) -> str:
        return _("Journal entry %(number)s") % {"number": row.pk}

    def headline(self, row: JournalEntry) -> list[Cell]:
        chips = [chip(kind_name(row.kind_id), Tone.INFO)]
        if row.reverses_id:
            chips.append(chip(_("reversal"), Tone.WARN))
        if JournalEntry.objects.filter(reverses_id=row.pk).exists():
            chips.append(chip(_("reversed"), Tone.WARN))
        return chips

    def panels(self, request: HttpRequest, row: JournalEntry) -> list[Panel]:
        postings = list(
            Posting.objects.filter(entry_id=row.pk, booking_date=row.booking_date)
            .select_related("account", "unit")
            .order_by("posting_no")[: MOST_POSTINGS + 1]
        )
        return [
            self._postings(request, row, postings),
            self._totals(postings),
            self._origin(request, row),
            self._seal(request, row),
        ]

    def _postings(self, request: HttpRequest, row: JournalEntry, postings: list[Posting]) -> Table:
        lines = [
            [
                number(str(posting.posting_no)),
                code(posting.account.address, page_of_key(Account, posting.account_id, request)),
                chip(posting.account.get_ring_display()),
                text(posting.unit.code),
                *debit_and_credit(posting.amount_minor, posting.unit.exponent),
            ]
            for posting in postings[:MOST_POSTINGS]
        ]
        return Table(
            title=stored_text(row.narration),
            columns=[
                Column("#", Look.NUMBER),
                Column(_("address"), Look.CODE),
                Column(_("ring"), Look.CHIP),
                Column(_("unit")),
                Column(_("debit"), Look.NUMBER),
                Column(_("credit"), Look.NUMBER),
            ],
            rows=lines,
            empty=_("This entry has no postings."),
            note=_("Only the first %(number)d of %(all)d postings are shown.")
            % {"number": MOST_POSTINGS, "all": row.posting_count}
            if row.posting_count > MOST_POSTINGS
            else "",
        )

    def _totals(self, postings: list[Posting]) -> Table:
        """Debits and credits by unit and ring: equal, or the database would not have taken the entry."""
        sums: dict[tuple[Unit, str], list[int]] = {}
        for posting in postings:
            sides = sums.setdefault((posting.unit, str(posting.account.get_ring_display())), [0, 0])
            sides[posting.amount_minor < 0] += abs(posting.amount_minor)
        return Table(
            title=_("Sums by unit and ring"),
            columns=[
                Column(_("unit")),
                Column(_("ring")),
                Column(_("debit"), Look.NUMBER),
                Column(_("credit"), Look.NUMBER),
            ],
            rows=[
                [
                    text(unit.code),
                    text(ring),
                    amount(debit_minor, unit.exponent),
                    amount(credit_minor, unit.exponent),
                ]
                for (unit, ring), (debit_minor, credit_minor) in sums.items()
            ],
            empty="",
        )

    def _origin(self, request: HttpRequest, row: JournalEntry) -> Facts:
        position = getattr(row, "position", None)
        items: list[tuple[Any, Cell]] = [
            (_("Book"), related(row.book, request)),
            (_("Booking date"), day(row.booking_date)),
            (_("Value date"), day(row.value_date)),
            (_("Position in the book"), text("—") if position is None else number(f"{position.position:,}")),
            (_("Source"), text(row.source_reference)),
            (_("Booked by"), related(row.maker, request, row.maker.get_full_name())),
            (_("Recorded at"), instant(row.recorded_at)),
            (_("Caller"), text(row.caller)),
            (_("Reverses"), related(row.reverses, request)),
            (_("Adjusts"), related(row.adjusts, request)),
            (_("Idempotency key"), code(row.idempotency_key)),
            (_("Payload hash (SHA-256)"), code(bytes(row.payload_hash).hex())),
        ]
        return Facts(title=_("Origin"), items=items)

    def _seal(self, request: HttpRequest, row: JournalEntry) -> Facts:
        """The seal of its close, with the proof of inclusion, verified as the page is shown."""
        seal = seal_of_entry(entry_id=row.pk)
        if seal is None:
            return Facts(title=_("Seal"), items=[(_("Seal"), chip(_("not sealed yet")))])
        proof = proof_of_inclusion(entry_id=row.pk)
        if proof.holds:
            verdict = chip(_("is under the seal"), Tone.GOOD)
        elif row.booking_date.replace(day=1) in months_away(book_id=row.book_id):
            away = _("The postings of %(month)s are detached.") % {"month": f"{row.booking_date:%Y-%m}"}
            verdict = chip(away, Tone.HOLD)
        else:
            verdict = chip(_("is not what was sealed"), Tone.BAD)
        path = [
            (_("Path %(step)d") % {"step": at}, code(node.hex())) for at, node in enumerate(proof.path, 1)
        ]
        return Facts(
            title=_("Seal"),
            items=[
                (_("Proof of inclusion"), verdict),
                (_("Seal"), related(seal, request)),
                (_("Position in the book"), number(f"{proof.position:,}")),
                (_("Leaf"), code(proof.leaf.hex())),
                (_("Root"), code(proof.seal.header.root)),
                *path,
            ],
        )
