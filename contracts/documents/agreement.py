"""The contract: every term that the client is held to, in the order in which it comes to matter."""

from contracts.documents.content import (
    Block,
    Callout,
    Column,
    Composition,
    Facts,
    Heading,
    Note,
    Numbered,
    Row,
    Signatures,
    Table,
    Text,
)
from contracts.documents.inputs import AgreementInputs
from contracts.documents.words import Words
from ledger.domain.money import round_up

EXAMPLE_MAJOR = 1_000_000
"""The debt of the worked example, in major units."""
LADDER = ("warn", "restrict", "call", "liquidate", "emergency", "insolvent")


def compose_agreement(inputs: AgreementInputs, words: Words) -> Composition:
    """Lay out a contract. Pure."""
    say = words.say
    return Composition(
        issuer=inputs["issuer"]["name"],
        kind=say("agreement.kind"),
        title=say("agreement.title"),
        facts=[
            (say("common.contract"), inputs["contract"]),
            (say("common.client"), f"{inputs['client']['name']} ({inputs['client']['code']})"),
            (say("agreement.product"), f"{inputs['product']} · {inputs['terms_version']}"),
            (say("common.currency"), inputs["unit"]["code"]),
        ],
        blocks=[
            *_parties(inputs, words),
            *_interest(inputs, words),
            *_costs(inputs, words),
            *_term(inputs, words),
            *_margin(inputs, words),
            *_call(inputs, words),
            *_liquidation(inputs, words),
            *_complaints(inputs, words),
        ],
    )


def _parties(inputs: AgreementInputs, words: Words) -> list[Block]:
    say = words.say
    rows = [
        Row(
            [
                tranche["name"],
                say(f"sources.{tranche['source']}"),
                words.percent(tranche["share_ppm"]),
                str(tranche["seniority"]),
            ]
        )
        for tranche in inputs["tranches"]
        if tranche["share_ppm"] > 0
    ]
    return [
        Heading(say("agreement.parties")),
        Facts(
            [
                (say("agreement.lender"), f"{inputs['issuer']['name']} ({inputs['issuer']['code']})"),
                (say("agreement.borrower"), f"{inputs['client']['name']} ({inputs['client']['code']})"),
                (
                    say("agreement.custodian"),
                    f"{inputs['custodian']['name']} ({inputs['custodian']['code']})",
                ),
            ]
        ),
        Text(say("agreement.funding"), keep=True),
        Table(
            [
                Column(say("agreement.funder"), wide=True),
                Column(say("agreement.source")),
                Column(say("agreement.share"), right=True),
                Column(say("agreement.seniority"), right=True),
            ],
            rows,
        ),
        Note(say("agreement.funding_note")),
    ]


def _interest(inputs: AgreementInputs, words: Words) -> list[Block]:
    say, terms = words.say, inputs["terms"]
    months = terms["capitalisation_months"]
    capitalisation = (
        say("agreement.capitalisation_no")
        if not terms["capitalisation_allowed"]
        else say("agreement.capitalisation_every", months=months)
        if months
        else say("agreement.capitalisation_yes")
    )
    rows = [
        (say("agreement.rate"), _rate(inputs, words)),
        (say("agreement.day_count"), say(f"day_counts.{terms['day_count']}")),
        (say("agreement.same_day"), say(f"agreement.same_day_{terms['same_day_rule']}")),
        (say("agreement.collection"), say("agreement.collection_value")),
        (say("agreement.penalty"), _penalty(inputs, words)),
        (say("agreement.grace"), say("agreement.grace_value", days=terms["penalty_grace_days"])),
        (say("agreement.capitalisation"), capitalisation),
    ]
    return [Heading(say("agreement.interest")), Facts(rows), Note(say("agreement.interest_note"))]


def _rate(inputs: AgreementInputs, words: Words) -> str:
    """The fixed rate, or the benchmark with spread, bounds and resets, and what it comes to today."""
    say, terms, rate = words.say, inputs["terms"], inputs["client_rate_ppm"]
    now = words.percent(rate) if rate is not None else say("agreement.rate_open")
    if inputs["benchmark"] is None:
        return say("agreement.rate_value", rate=now)
    months = terms["reset_months"]
    return say(
        "agreement.rate_floating",
        benchmark=inputs["benchmark"],
        spread=words.percent(terms["spread_ppm"]),
        floor=words.percent(terms["rate_floor_ppm"]),
        cap=words.percent(terms["rate_cap_ppm"]),
        reset=say("agreement.reset_months", months=months) if months else say("agreement.reset_fixing"),
        rate=now,
    )


def _penalty(inputs: AgreementInputs, words: Words) -> str:
    """The penalty rate, or where the rate floats the multiple alone, and what it runs beside."""
    say, terms, rate = words.say, inputs["terms"], inputs["client_rate_ppm"]
    multiple = words.times(terms["penalty_multiple_ppm"])
    mode = say(f"agreement.penalty_{terms['penalty_mode']}")
    if inputs["benchmark"] is not None or rate is None:
        return say("agreement.penalty_floating", multiple=multiple, mode=mode)
    penalty_ppm = -(-rate * terms["penalty_multiple_ppm"] // 1_000_000)
    return say("agreement.penalty_value", rate=words.percent(penalty_ppm), multiple=multiple, mode=mode)


def _costs(inputs: AgreementInputs, words: Words) -> list[Block]:
    say, terms = words.say, inputs["terms"]
    rows = [
        (
            say("agreement.commission"),
            say("agreement.of_turnover", rate=words.percent(terms["commission_ppm"])),
        ),
        (
            say("agreement.external_buy"),
            say("agreement.of_turnover", rate=words.percent(terms["external_cost_buy_ppm"])),
        ),
        (
            say("agreement.external_sell"),
            say("agreement.of_turnover", rate=words.percent(terms["external_cost_sell_ppm"])),
        ),
    ]
    for fee in inputs["fees"]:
        figure = (
            say("agreement.fee_rate", rate=words.percent(fee["rate_ppm"]))
            if fee["rate_ppm"] is not None
            else words.amount(fee["amount_minor"] or 0, inputs["unit"])
        )
        due = say(f"fee_kinds.{fee['kind']}_when")
        rows.append((say(f"fee_kinds.{fee['kind']}"), say("agreement.fee_value", figure=figure, due=due)))
    if not inputs["fees"]:
        rows.append((say("agreement.other_fees"), say("agreement.no_fees")))
    return [Heading(say("agreement.costs")), Facts(rows), Note(say("agreement.costs_note"))]


def _term(inputs: AgreementInputs, words: Words) -> list[Block]:
    say, terms = words.say, inputs["terms"]
    matures_on = inputs["matures_on"]
    return [
        Heading(say("agreement.term")),
        Facts(
            [
                (say("agreement.opened_on"), words.day(inputs["opened_on"])),
                (
                    say("agreement.matures_on"),
                    words.day(matures_on) if matures_on else say("agreement.no_maturity"),
                ),
                (say("agreement.repayment_order"), _order(inputs, words)),
            ]
        ),
        Text(
            say(
                "agreement.term_text",
                reminder=terms["maturity_reminder_days"],
                grace=terms["maturity_grace_days"],
            )
        ),
    ]


def _margin(inputs: AgreementInputs, words: Words) -> list[Block]:
    say, terms, unit = words.say, inputs["terms"], inputs["unit"]
    debt_minor = EXAMPLE_MAJOR * 10 ** unit["exponent"]
    rows = [
        Row(
            [
                say(f"lines.{line}"),
                words.percent(terms[f"{line}_ppm"]),
                words.figure(round_up(debt_minor * terms[f"{line}_ppm"], 1_000_000), unit),
                say(f"lines.{line}_effect"),
            ]
        )
        for line in LADDER
    ]
    return [
        Heading(say("agreement.margin")),
        Facts(
            [
                (
                    say("agreement.initial"),
                    say("agreement.initial_value", rate=words.percent(terms["initial_margin_ppm"])),
                ),
                (
                    say("agreement.maintenance"),
                    say("agreement.maintenance_value", rate=words.percent(terms["maintenance_ppm"])),
                ),
                (
                    say("agreement.leverage"),
                    say("agreement.leverage_value", times=words.times(terms["max_leverage_ppm"])),
                ),
                (
                    say("agreement.haircut"),
                    say("agreement.haircut_value", rate=words.percent(terms["haircut_ppm"])),
                ),
                (
                    say("agreement.concentration"),
                    say("agreement.concentration_value", rate=words.percent(terms["concentration_cap_ppm"])),
                ),
                (
                    say("agreement.withdrawal"),
                    say("agreement.withdrawal_value", rate=words.percent(terms["withdrawal_line_ppm"])),
                ),
            ]
        ),
        Text(say("agreement.lines_text", debt=words.amount(debt_minor, unit)), keep=True),
        Table(
            [
                Column(say("agreement.line")),
                Column(say("agreement.coverage"), right=True),
                Column(say("agreement.assets", currency=unit["code"]), right=True),
                Column(say("agreement.effect"), wide=True),
            ],
            rows,
        ),
        Note(say("agreement.lines_note", hysteresis=words.percent(terms["hysteresis_ppm"]))),
    ]


def _call(inputs: AgreementInputs, words: Words) -> list[Block]:
    say, terms = words.say, inputs["terms"]
    return [
        Heading(say("agreement.call")),
        Text(
            say(
                "agreement.call_text",
                line=words.percent(terms["call_ppm"]),
                sessions=terms["call_deadline_sessions"],
                calendar=terms["calendar_code"],
                target=words.percent(terms["target_coverage_ppm"]),
            )
        ),
        Numbered([say("agreement.cure_deposit"), say("agreement.cure_repay"), say("agreement.cure_sell")]),
    ]


def _liquidation(inputs: AgreementInputs, words: Words) -> list[Block]:
    say, terms = words.say, inputs["terms"]
    authority = "standing" if terms["standing_liquidation_authority"] else "released"
    emergency = "emergency" if terms["emergency_liquidation"] else "no_emergency"
    protection = "protected" if terms["negative_balance_protection"] else "unprotected"
    return [
        Heading(say("agreement.liquidation")),
        Callout(
            say("agreement.trigger"),
            text=say(
                "agreement.trigger_text",
                line=words.percent(terms["liquidate_ppm"]),
                emergency=say(f"agreement.{emergency}", line=words.percent(terms["emergency_ppm"])),
            ),
        ),
        Facts(
            [
                (say("agreement.release"), say(f"agreement.{authority}")),
                (say("agreement.how_much"), say("agreement.how_much_value")),
                (say("agreement.waterfall"), _order(inputs, words)),
                (say("agreement.protection"), say(f"agreement.{protection}")),
            ]
        ),
        Text(say("agreement.liquidation_text")),
    ]


def _complaints(inputs: AgreementInputs, words: Words) -> list[Block]:
    say = words.say
    blocks: list[Block] = [
        Heading(say("agreement.complaints")),
        Text(
            say(
                "agreement.complaints_text",
                issuer=inputs["issuer"]["name"],
                days=inputs["answer_within_days"],
            )
        ),
        Heading(say("agreement.closing")),
        Text(
            say(
                "agreement.closing_text",
                product=inputs["product"],
                version=inputs["terms_version"],
                approval=inputs["terms_approval"] or "-",
            ),
            keep=True,
        ),
    ]
    if inputs["rule_pack"]:
        blocks.append(Text(say("agreement.rule_pack", pack=inputs["rule_pack"]), keep=True))
    blocks.append(
        Signatures(
            [
                (inputs["issuer"]["name"], say("agreement.lender")),
                (inputs["client"]["name"], say("agreement.borrower")),
            ],
            say("agreement.place"),
        )
    )
    return blocks


def _order(inputs: AgreementInputs, words: Words) -> str:
    return say_order(inputs["terms"]["waterfall_order"], words)


def say_order(order: list[str], words: Words) -> str:
    """The debts in the order in which they are paid: costs > interest > ..."""
    return " → ".join(words.say(f"debts.{name}") for name in order)
