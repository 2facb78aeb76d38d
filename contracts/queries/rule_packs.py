"""Which version of a rule pack holds when, what it says, and what changes between two."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.domain.rule_pack import PackParameters, read_parameters
from contracts.domain.rule_pack_diff import Change, changes
from contracts.domain.rule_pack_examples import worked
from contracts.models import FinancingContract, RulePackVersion

PLATFORM = "PLATFORM"
"""The pack that holds where terms of the time before packs name none."""


class NoPackInForce(LookupError):
    """The pack has no active version that is effective by the day."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures are from."""

    key: str
    title: str
    issuer: str
    reference: str
    date: str


@dataclass(frozen=True, slots=True)
class Example:
    """A worked figure: what is given, what the pack's paper expects, what its parameters come to."""

    kind: str
    given: Mapping[str, int]
    expected: Mapping[str, int]
    computed: Mapping[str, int]

    @property
    def holds(self) -> bool:
        return dict(self.expected) == dict(self.computed)


@dataclass(frozen=True, slots=True)
class PackDiff:
    """What changes from one version to another."""

    before: RulePackVersion
    after: RulePackVersion
    changes: list[Change]


def pack_in_force(code: str, on: dt.date) -> RulePackVersion:
    """Return the version of a pack that holds for contracts opened on a day.

    :raises NoPackInForce: no active version is effective by then.
    """
    found = RulePackVersion.objects.in_force(code=code, on=on).select_related("pack").first()
    if found is None:
        raise NoPackInForce(f"{code} on {on}")
    return found


def newest_version(code: str) -> RulePackVersion | None:
    """Return the active version of a pack that takes effect last."""
    return RulePackVersion.objects.in_force(code=code, on=dt.date.max).select_related("pack").first()


def diff_packs(before: RulePackVersion, after: RulePackVersion) -> PackDiff:
    """Return what changes from one version to another, which may be of different packs."""
    return PackDiff(before, after, changes(before.parameters, after.parameters))


def parameters_of(version: RulePackVersion) -> PackParameters:
    """Return what a version prescribes."""
    return read_parameters(version.parameters)


def title_of(version: RulePackVersion, locale: str) -> str:
    """Return what a version is called, in English where the language is not there."""
    titles = json.loads(version.content)["title"]
    return str(titles.get(locale) or titles["en"])


def sources_of(version: RulePackVersion) -> list[Source]:
    """Return the papers that a version rests on."""
    return [Source(**source) for source in json.loads(version.content)["sources"]]


def basis_of(version: RulePackVersion) -> dict[str, str]:
    """Return by parameter the key of its source, or `firm` where the regulator leaves it to the firm."""
    return dict(json.loads(version.content)["basis"])


def examples_of(version: RulePackVersion) -> list[Example]:
    """Return the worked figures of a version, computed anew."""
    parameters = parameters_of(version)
    return [
        Example(one["kind"], one["given"], one["expected"], worked(one["kind"], one["given"], parameters))
        for one in json.loads(version.content)["examples"]
    ]


def vintages(contracts: list[FinancingContract]) -> dict[int, RulePackVersion]:
    """Return by contract the version that it is held to: of its terms' pack, the one in force when it opened.

    Terms of the time before packs are held to the platform's. Contracts need `terms` and its pack's version
    selected; one statement for each pack.

    :raises NoPackInForce: a pack had no version on the day.
    """
    codes = {
        one.id: one.terms.rule_pack_version.pack.code if one.terms.rule_pack_version else PLATFORM
        for one in contracts
    }
    active = RulePackVersion.objects.filter(state="active", pack__code__in=set(codes.values()))
    by_code: dict[str, list[RulePackVersion]] = {}
    for version in active.select_related("pack").order_by("-effective_from", "-version"):
        by_code.setdefault(version.pack.code, []).append(version)
    found = {}
    for contract in contracts:
        held = [
            version
            for version in by_code.get(codes[contract.id], [])
            if version.effective_from <= contract.opened_on
        ]
        if not held:
            raise NoPackInForce(f"{codes[contract.id]} on {contract.opened_on}")
        found[contract.id] = held[0]
    return found
