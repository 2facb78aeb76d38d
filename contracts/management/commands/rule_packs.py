"""List, show, compare and propose rule packs."""

import json
import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from contracts.domain.rule_pack import NAMES
from contracts.models import RulePackVersion
from contracts.queries.rule_packs import basis_of, diff_packs, examples_of, sources_of, title_of
from contracts.services.refusals import ContractRefusal
from contracts.services.rule_packs import propose_pack_activation, propose_rule_pack


class Command(BaseCommand):
    help = "Rule packs: versions of regulatory parameters, each from a day on. Two people put one in force."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listed = acts.add_parser("list", help="every version, from when it holds, and where it comes from")
        show = acts.add_parser("show", help="one version: parameters, sources, worked figures")
        show.add_argument("version", metavar="CODE/vN")
        diff = acts.add_parser("diff", help="what changes from one version to another")
        diff.add_argument("before", metavar="CODE/vN")
        diff.add_argument("after", metavar="CODE/vN")
        propose = acts.add_parser("propose", help="write a draft from a file, and ask for it")
        propose.add_argument("file", type=Path, help="TOML, as the files of contracts/rulepacks")
        propose.add_argument("--maker", required=True, help="username of who proposes")
        for act in (listed, show, diff, propose):
            act.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        try:
            document = getattr(self, options["act"])(options)
        except (ContractRefusal, tomllib.TOMLDecodeError, OSError) as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))

    def list(self, options: dict[str, Any]) -> dict[str, object]:
        rows = RulePackVersion.objects.select_related("pack").order_by("pack__code", "version")
        for row in rows:
            self.stderr.write(
                f"{row!s:<16} {row.state:<6} {row.origin:<8} from {row.effective_from}  {title_of(row, 'en')}"
            )
        return {"versions": [document(row) for row in rows]}

    def show(self, options: dict[str, Any]) -> dict[str, object]:
        row = version_named(options["version"])
        basis = basis_of(row)
        self.stderr.write(f"{row}: {title_of(row, 'en')}, {row.state}, from {row.effective_from}")
        for name in (one for one in NAMES if one in row.parameters):
            value = row.parameters[name]
            self.stderr.write(f"  {name:<28} {value!s:<40} {basis[name]}")
        for source in sources_of(row):
            self.stderr.write(f"  [{source.key}] {source.title}; {source.issuer}; {source.reference}")
        examples = examples_of(row)
        for one in examples:
            mark = "ok" if one.holds else "WRONG"
            self.stderr.write(f"  {one.kind}: {dict(one.given)} gives {dict(one.computed)} {mark}")
        return {
            **document(row),
            "content": json.loads(row.content),
            "holds": all(one.holds for one in examples),
        }

    def diff(self, options: dict[str, Any]) -> dict[str, object]:
        found = diff_packs(version_named(options["before"]), version_named(options["after"]))
        for one in found.changes:
            self.stderr.write(f"{one.name:<28} {one.before} -> {one.after} ({one.direction.value})")
        if not found.changes:
            self.stderr.write("The parameters are the same.")
        return {
            "before": str(found.before),
            "after": str(found.after),
            "changes": [
                {
                    "name": one.name,
                    "before": one.before,
                    "after": one.after,
                    "direction": one.direction.value,
                }
                for one in found.changes
            ],
        }

    def propose(self, options: dict[str, Any]) -> dict[str, object]:
        maker = User.objects.filter(username=options["maker"]).first()
        if maker is None:
            raise CommandError(f"There is nobody of the username {options['maker']}.")
        content = tomllib.loads(options["file"].read_text(encoding="utf-8"))
        row = propose_rule_pack(document=content)
        approval = propose_pack_activation(version_id=row.pk, maker_id=maker.pk)
        self.stderr.write(f"{row} is proposed by approval {approval.pk}; a second person decides on it.")
        return {**document(row), "approval": approval.pk}


def version_named(name: str) -> RulePackVersion:
    """:raises CommandError: there is no such version."""
    code, _, number = name.partition("/v")
    rows = RulePackVersion.objects.filter(pack__code=code, version=number if number.isdigit() else 0)
    found = rows.select_related("pack").first()
    if found is None:
        raise CommandError(f"There is no rule pack {name}; name it as CN_MARGIN/v2.")
    return found


def document(row: RulePackVersion) -> dict[str, object]:
    return {
        "code": row.pack.code,
        "version": row.version,
        "effective_from": row.effective_from.isoformat(),
        "state": row.state,
        "origin": row.origin,
        "sha256": row.sha256,
    }
