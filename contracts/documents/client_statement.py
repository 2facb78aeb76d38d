"""The client statement: for each contract balances, every movement, how interest was computed, securities."""

from collections.abc import Sequence

from contracts.documents.content import Block, Column, Composition, Heading, Note, Row, Table, Text
from contracts.documents.inputs import ClientStatementInputs, ContractStatementInputs, LineInputs, UnitInputs
from contracts.documents.words import Words

DEBTS = ("principal", "interest", "penalty", "fees")
ACCOUNTS = ("cash", "unsettled_cash", *DEBTS)


def compose_client_statement(inputs: ClientStatementInputs, words: Words) -> Composition:
    """Lay out a statement. Pure."""
    say = words.say
    blocks: list[Block] = []
    for one in inputs["contracts"]:
        blocks += _overview(one, words)
        blocks += _lines(one, words, "cash", ("paid_out", "paid_in"))
        blocks += _lines(one, words, "loan", ("drawn", "repaid"))
        blocks += _segments(one, words)
        blocks += _charges(one, words)
        blocks += _securities(one, words)
    if not blocks:
        blocks.append(Text(say("statement.no_contracts")))
    blocks.append(Note(say("statement.footing")))
    period = say("statement.period_value", since=words.day(inputs["since"]), until=words.day(inputs["until"]))
    return Composition(
        issuer=inputs["issuer"]["name"],
        kind=say("statement.kind"),
        title=say("statement.title"),
        facts=[
            (say("common.client"), f"{inputs['client']['name']} ({inputs['client']['code']})"),
            (say("common.period"), period),
        ],
        blocks=blocks,
    )


def kind_text(kind: str, words: Words, *, is_reversal: bool) -> str:
    """A kind of entry in the language of the client; a reversal says so."""
    text = words.say(f"kinds.{kind}") if words.has(f"kinds.{kind}") else words.say("kinds.other", code=kind)
    return words.say("statement.reversal", kind=text) if is_reversal else text


def _overview(one: ContractStatementInputs, words: Words) -> list[Block]:
    say, unit = words.say, one["unit"]

    def row(label: str, opening: int, closing: int, *, strong: bool = False) -> Row:
        cells = [words.figure(amount, unit) for amount in (opening, closing - opening, closing)]
        return Row([label, *cells], strong)

    rows = [
        row(
            say(f"statement.{name}"),
            one["balances"][name]["opening_minor"],
            one["balances"][name]["closing_minor"],
        )
        for name in ACCOUNTS
    ]
    owed = [one["balances"][name] for name in DEBTS]
    rows.append(
        row(
            say("statement.owed"),
            sum(balance["opening_minor"] for balance in owed),
            sum(balance["closing_minor"] for balance in owed),
            strong=True,
        )
    )
    rate_ppm = one["client_rate_ppm"]
    rate = words.percent(rate_ppm) if rate_ppm is not None else say("statement.no_rate")
    facts = say("statement.overview_facts", product=one["product"], rate=rate)
    return [
        Heading(say("statement.overview", contract=one["contract"])),
        Text(facts, keep=True),
        Table(
            [
                Column(f"{say('statement.balance')} ({unit['code']})", wide=True),
                Column(say("statement.opening"), right=True),
                Column(say("statement.change"), right=True),
                Column(say("statement.closing"), right=True),
            ],
            rows,
        ),
    ]


def _lines(one: ContractStatementInputs, words: Words, name: str, sides: tuple[str, str]) -> list[Block]:
    """The movements of the cash or the loan account, each with the balance it left."""
    say, unit = words.say, one["unit"]
    lines: Sequence[LineInputs] = one["cash_lines"] if name == "cash" else one["loan_lines"]
    balance = one["balances"]["cash" if name == "cash" else "principal"]
    heading = Heading(say(f"statement.{name}_lines", contract=one["contract"]))
    if not lines and not balance["opening_minor"]:
        return [heading, Text(say("statement.no_lines"))]
    # Cash: out, in. Loan: drawn, repaid. A debt grows by what is drawn, cash by what comes in.
    first_is_positive = name != "cash"

    def cells(amount_minor: int) -> list[str]:
        figure = words.figure(abs(amount_minor), unit)
        return [figure, ""] if (amount_minor > 0) == first_is_positive else ["", figure]

    def edge(label: str, amount_minor: int) -> Row:
        return Row(["", "", "", label, "", "", words.figure(amount_minor, unit)], strong=True)

    rows = [
        edge(say("statement.opening_balance"), balance["opening_minor"]),
        *[
            Row(
                [
                    words.short_day(line["booking_date"]),
                    words.short_day(line["value_date"]),
                    str(line["entry"]),
                    kind_text(line["kind"], words, is_reversal=line["is_reversal"]),
                    *cells(line["amount_minor"]),
                    words.figure(line["balance_minor"], unit),
                ]
            )
            for line in lines
        ],
        edge(say("statement.closing_balance"), balance["closing_minor"]),
    ]
    columns = [
        Column(say("statement.booked")),
        Column(say("statement.valued")),
        Column(say("statement.entry"), right=True),
        Column(say("statement.description"), wide=True),
        Column(say(f"statement.{sides[0]}"), right=True),
        Column(say(f"statement.{sides[1]}"), right=True),
        Column(f"{say('statement.balance')} ({unit['code']})", right=True),
    ]
    return [heading, Table(columns, rows)]


def _segments(one: ContractStatementInputs, words: Words) -> list[Block]:
    if not one["segments"]:
        return []
    say, unit = words.say, one["unit"]
    rows = [
        Row(
            [
                words.short_day(segment["since"]),
                words.short_day(segment["until"]),
                str(segment["days"]),
                words.figure(segment["principal_minor"], unit),
                words.percent(segment["rate_ppm"]),
                words.figure(segment["interest_minor"], unit),
            ]
        )
        for segment in one["segments"]
    ]
    total = sum(segment["interest_minor"] for segment in one["segments"])
    days = sum(segment["days"] for segment in one["segments"])
    rows.append(Row([say("common.total"), "", str(days), "", "", words.figure(total, unit)], strong=True))
    day_counts = dict.fromkeys(say(f"day_counts.{one_['day_count']}") for one_ in one["segments"])
    return [
        Heading(say("statement.segments", contract=one["contract"])),
        Table(
            [
                Column(say("statement.since")),
                Column(say("statement.until")),
                Column(say("statement.days"), right=True),
                Column(say("statement.principal"), right=True, wide=True),
                Column(say("statement.rate"), right=True),
                Column(f"{say('statement.amount')} ({unit['code']})", right=True),
            ],
            rows,
        ),
        Note(say("statement.segments_note", day_count="; ".join(day_counts))),
    ]


def _charges(one: ContractStatementInputs, words: Words) -> list[Block]:
    if not one["charges"]:
        return []
    say, unit = words.say, one["unit"]
    rows = []
    for name in ("interest", "penalty", "fees"):
        found = [charge for charge in one["charges"] if charge["account"] == name]
        balance = one["balances"][name]
        if not found and not balance["opening_minor"]:
            continue
        label = say(f"charges.{name}")
        rows.append(
            Row([label, say("statement.opening"), words.figure(balance["opening_minor"], unit)], strong=True)
        )
        rows += [
            Row(
                [
                    "",
                    kind_text(charge["kind"], words, is_reversal=charge["is_reversal"]),
                    words.figure(charge["amount_minor"], unit),
                ]
            )
            for charge in found
        ]
        rows.append(
            Row(["", say("statement.closing"), words.figure(balance["closing_minor"], unit)], strong=True)
        )
    columns = [
        Column(say("statement.charge")),
        Column(say("statement.movement"), wide=True),
        Column(f"{say('common.amount')} ({unit['code']})", right=True),
    ]
    return [Heading(say("statement.charges", contract=one["contract"])), Table(columns, rows)]


def _securities(one: ContractStatementInputs, words: Words) -> list[Block]:
    if not one["securities"]:
        return []
    say = words.say
    rows = []
    for held in one["securities"]:
        unit = UnitInputs(code=held["code"], exponent=held["exponent"])
        figures = (held["opening"], held["received"], held["delivered"], held["closing"])
        rows.append(Row([held["code"], *[words.figure(figure, unit) for figure in figures]]))
    columns = [
        Column(say("statement.security"), wide=True),
        Column(say("statement.opening"), right=True),
        Column(say("statement.received"), right=True),
        Column(say("statement.delivered"), right=True),
        Column(say("statement.closing"), right=True),
    ]
    return [Heading(say("statement.securities", contract=one["contract"])), Table(columns, rows)]
