"""The margin call notice: three amounts of which each is enough, by when, and what they rest on."""

from contracts.documents.content import Block, Callout, Column, Composition, Facts, Heading, Row, Table, Text
from contracts.documents.inputs import CallNoticeInputs, UnitInputs
from contracts.documents.words import Words


def compose_call_notice(inputs: CallNoticeInputs, words: Words) -> Composition:
    """Lay out a margin call. Pure."""
    say, unit = words.say, inputs["unit"]
    deadline = inputs["deadline_on"]
    emergency_ppm = inputs["emergency_ppm"]
    target = words.percent(inputs["target_ppm"])
    sell = inputs["sell_minor"]
    blocks: list[Block] = [
        Text(say("call.salutation", client=inputs["client"]["name"])),
        Text(
            say(
                "call.lead" if deadline else "call.lead_hold",
                contract=inputs["contract"],
                line=words.percent(inputs["call_ppm"]),
            )
        ),
        Callout(
            say("call.ways"),
            [
                (say("call.deposit"), words.amount(inputs["deposit_minor"], unit)),
                (say("call.repay"), words.amount(inputs["repay_minor"], unit)),
                (say("call.sell"), words.amount(sell, unit) if sell is not None else say("call.no_sale")),
                (say("call.deadline"), words.day(deadline) if deadline else say("call.deadline_open")),
            ],
            say("call.deadline_text"),
        ),
        Heading(say("call.position", day=words.day(inputs["valued_on"]))),
        Facts(
            [
                (say("call.cash"), words.amount(inputs["cash_minor"], unit)),
                (say("call.securities"), words.amount(inputs["securities_minor"], unit)),
                (say("call.assets"), words.amount(inputs["collateral_minor"], unit)),
                (say("call.principal"), words.amount(inputs["principal_minor"], unit)),
                (say("call.interest"), words.amount(inputs["interest_minor"], unit)),
                (say("call.penalty"), words.amount(inputs["penalty_minor"], unit)),
                (say("call.fees"), words.amount(inputs["fees_minor"], unit)),
                (say("call.debts"), words.amount(inputs["debt_minor"], unit)),
                (say("call.coverage"), words.percent_down(inputs["coverage_ppm"])),
                (say("call.call_line"), words.percent(inputs["call_ppm"])),
                (say("call.target"), target),
            ],
            right=True,
        ),
        *_holdings(inputs, words),
        Heading(say("call.next")),
        Text(
            say(
                "call.next_text",
                liquidate=words.percent(inputs["liquidate_ppm"]),
                target=target,
                emergency=(
                    say("call.emergency", line=words.percent(emergency_ppm))
                    if emergency_ppm is not None
                    else say("call.no_emergency")
                ),
            )
        ),
        Heading(say("call.dispute")),
        Text(
            say(
                "call.dispute_text",
                issuer=inputs["issuer"]["name"],
                days=inputs["answer_within_days"],
                valuation=inputs["valuation"],
                position=inputs["ledger_position"],
            )
        ),
    ]
    return Composition(
        issuer=inputs["issuer"]["name"],
        kind=say("call.kind"),
        title=say("call.title"),
        facts=[
            (say("common.contract"), inputs["contract"]),
            (say("common.client"), f"{inputs['client']['name']} ({inputs['client']['code']})"),
            (say("call.opened_on"), words.day(inputs["opened_on"])),
            (say("common.currency"), unit["code"]),
        ],
        blocks=blocks,
    )


def _holdings(inputs: CallNoticeInputs, words: Words) -> list[Block]:
    if not inputs["holdings"]:
        return []
    say, unit = words.say, inputs["unit"]
    rows = [
        Row(
            [
                one["security"],
                words.figure(one["quantity"], UnitInputs(code="", exponent=one["quantity_exponent"])),
                one["price"],
                "" if one["value_minor"] is None else words.figure(one["value_minor"], unit),
            ]
        )
        for one in inputs["holdings"]
    ]
    return [
        Heading(say("call.holdings"), level=2),
        Table(
            [
                Column(say("call.security"), wide=True),
                Column(say("call.quantity"), right=True),
                Column(say("call.price"), right=True),
                Column(say("call.value"), right=True),
            ],
            rows,
        ),
    ]
