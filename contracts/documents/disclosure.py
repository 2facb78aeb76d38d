"""The risk disclosure: its versioned text, its hash, and the client's acknowledgement."""

from contracts.documents.content import Block, Composition, Facts, Heading, Note, Signatures, Text
from contracts.documents.inputs import DisclosureInputs
from contracts.documents.words import Words


def compose_disclosure(inputs: DisclosureInputs, words: Words) -> Composition:
    """Lay out a disclosure: an empty line of the text parts paragraphs. Pure."""
    say = words.say
    acknowledged_on, channel = inputs["acknowledged_on"], inputs["channel"]
    blocks: list[Block] = []
    for paragraph in inputs["text"].split("\n\n"):
        blocks += _paragraph(paragraph.strip(), words)
    blocks += [
        Heading(say("disclosure.acknowledgement")),
        Text(say("disclosure.acknowledgement_text"), keep=True),
        Note(f"{say('disclosure.text_sha256')}: {inputs['text_sha256']}"),
        Facts(
            [
                (
                    say("disclosure.acknowledged"),
                    words.day(acknowledged_on) if acknowledged_on else say("disclosure.not_acknowledged"),
                ),
                *([(say("disclosure.channel"), say(f"channels.{channel}"))] if channel else []),
            ]
        ),
        Signatures([(inputs["client"]["name"], say("common.client"))], say("disclosure.place")),
    ]
    return Composition(
        issuer=inputs["issuer"]["name"],
        kind=say("disclosure.kind"),
        title=inputs["title"],
        facts=[
            (say("common.client"), f"{inputs['client']['name']} ({inputs['client']['code']})"),
            (say("disclosure.version"), f"{inputs['code']} {inputs['version']}"),
            (say("disclosure.effective_from"), words.day(inputs["effective_from"])),
        ],
        blocks=blocks,
    )


def _paragraph(paragraph: str, words: Words) -> list[Block]:
    """A paragraph; where it has several lines, the first is its heading."""
    heading, _, body = paragraph.partition("\n")
    blank = " " if words.locale == "en" else ""
    if not body:
        return [Text(heading)] if heading else []
    return [Heading(heading), Text(blank.join(body.split("\n")))]
