"""The closing statement: what was owed over a contract's life, how it was settled, what remains."""

from contracts.documents.client_statement import DEBTS, kind_text
from contracts.documents.content import Block, Column, Composition, Facts, Heading, Note, Row, Table, Text
from contracts.documents.inputs import ChargeInputs, ClosingInputs, UnitInputs
from contracts.documents.words import Words

CHARGED = {
    "drawdown",
    "interest_accrued",
    "interest_adjusted",
    "interest_capitalised",
    "penalty_accrued",
    "fee_accrued",
    "opening_balance",
}
"""Kinds by which a debt grows; capitalised interest leaves one debt and enters another."""
PAID = {"repayment", "interest_collected", "penalty_collected", "fee_collected"}
"""Kinds by which the client pays. Whatever else lowers a debt was borne by somebody else."""


def compose_closing(inputs: ClosingInputs, words: Words) -> Composition:
    """Lay out a closing statement. Pure."""
    say = words.say
    blocks: list[Block] = [
        Text(say(f"closing.state_{inputs['state']}")),
        Heading(say("closing.debts")),
        _debts(inputs, words),
    ]
    if inputs["state"] == "defaulted":
        protection = "protected" if inputs["negative_balance_protection"] else "unprotected"
        deficit = say("closing.deficit_text", protection=say(f"closing.{protection}"))
        blocks += [Heading(say("closing.deficit")), Text(deficit)]
    blocks += [Heading(say("closing.left")), *_left(inputs, words)]
    blocks += [
        Heading(say("closing.movements")),
        _movements(inputs, words),
        Note(say("closing.note", day=words.day(inputs["ended_on"]))),
    ]
    return Composition(
        issuer=inputs["issuer"]["name"],
        kind=say("closing.kind"),
        title=say("closing.title"),
        facts=[
            (say("common.contract"), inputs["contract"]),
            (say("common.client"), f"{inputs['client']['name']} ({inputs['client']['code']})"),
            (say("closing.opened_on"), words.day(inputs["opened_on"])),
            (say("closing.ended_on"), words.day(inputs["ended_on"])),
        ],
        blocks=blocks,
    )


def _debts(inputs: ClosingInputs, words: Words) -> Table:
    say, unit = words.say, inputs["unit"]
    rows, sums = [], [0, 0, 0, 0]
    for name in DEBTS:
        moved = inputs["accounts"][name]
        charged = sum(one["amount_minor"] for one in moved if one["kind"] in CHARGED)
        paid = -sum(one["amount_minor"] for one in moved if one["kind"] in PAID)
        other = -sum(one["amount_minor"] for one in moved if one["kind"] not in CHARGED | PAID)
        figures = [charged, paid, other, charged - paid - other]
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        rows.append(Row([say(f"closing.{name}"), *[words.figure(one, unit) for one in figures]]))
    rows.append(Row([say("common.total"), *[words.figure(one, unit) for one in sums]], strong=True))
    columns = [
        Column(f"{say('closing.debt')} ({unit['code']})"),
        Column(say("closing.charged"), right=True),
        Column(say("closing.paid"), right=True),
        Column(say("closing.other"), right=True, wide=True),
        Column(say("closing.open"), right=True),
    ]
    return Table(columns, rows)


def _left(inputs: ClosingInputs, words: Words) -> list[Block]:
    say, unit = words.say, inputs["unit"]
    held = [one for one in inputs["securities"] if one["closing"]]
    if not held and not inputs["cash_minor"]:
        return [Text(say("closing.nothing_left"))]
    rows = [(say("closing.cash"), words.amount(inputs["cash_minor"], unit))]
    rows += [
        (one["code"], words.figure(one["closing"], UnitInputs(code=one["code"], exponent=one["exponent"])))
        for one in held
    ]
    return [Text(say("closing.left_text"), keep=True), Facts(rows, right=True)]


def _movements(inputs: ClosingInputs, words: Words) -> Table:
    say, unit = words.say, inputs["unit"]

    def row(name: str, moved: ChargeInputs) -> Row:
        amount_minor = moved["amount_minor"]
        figure = words.figure(abs(amount_minor), unit)
        return Row(
            [
                say(f"closing.{name}"),
                kind_text(moved["kind"], words, is_reversal=moved["is_reversal"]),
                figure if amount_minor < 0 else "",
                figure if amount_minor >= 0 else "",
            ]
        )

    return Table(
        [
            Column(say("closing.account")),
            Column(say("closing.kind_column"), wide=True),
            Column(f"− ({unit['code']})", right=True),  # noqa: RUF001
            Column(f"+ ({unit['code']})", right=True),
        ],
        [row(name, moved) for name in ("cash", *DEBTS) for moved in inputs["accounts"][name]],
    )
