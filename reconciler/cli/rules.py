"""`reconciler rules`: what rules over many items select, and what each member lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from reconciler.cli import options
from reconciler.cli.streams import on_stdout, say, tell
from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.language import _

if TYPE_CHECKING:
    from reconciler.errors import Place
    from reconciler.model import Plan, Ref, RuleResult
    from reconciler.plan.rule_members import Ruled
    from reconciler.schema.catalog import Catalog

Decisions: TypeAlias = "dict[tuple[str, Ref], list[str]]"
"""What files of items decide of the members of rules."""


@click.command("rules")
@click.argument("name", required=False)
@click.option("--offline", is_flag=True, help="Ask no service: judge the rules on a snapshot.")
@click.option("--snapshot", metavar="FILE", type=click.Path(path_type=Path), help="With --offline.")
@options.space
def command(name: str | None, *, offline: bool, snapshot: Path | None, space: str | None) -> int:
    """List the members of each rule, or of the rule NAME, and what each member lacks.

    Writes nothing.  With --offline, `pull --snapshot FILE` made the copy that stands for the space.
    """
    from reconciler.cli.local_service import service
    from reconciler.desired.workspace import open_workspace
    from reconciler.plan import planning
    from reconciler.plan.planning import PlanOptions, gather, open_reader

    if offline != (snapshot is not None):
        raise CannotRun("--offline and --snapshot go together", "give both, or neither")
    workspace = open_workspace((), space)
    tell(*workspace.notes)
    asked = PlanOptions(members=True)
    with service(workspace, snapshot, tell) as connection, open_reader(workspace, connection) as reader:
        gathered = gather(workspace, reader, asked)
        ruled = gathered.ruled
        if ruled is None:
            raise CannotRun("no file has rules", "write one: docs/recipes.md shows how")
        plan = planning.plan(workspace, reader, asked, gathered)
        decided = decided_by_files(plan, ruled, reader.catalog)
    known = [one.name for one in plan.rules]
    if name is not None and name not in known:
        raise CannotRun(f"no rule {quoted(name)}", suggestion(name, known))
    chosen = [one for one in plan.rules if name in (None, one.name)]
    with on_stdout():
        say("\n".join(line for rule in chosen for line in rule_lines(plan, rule, ruled, decided)) + "\n")
    return 0


def rule_lines(plan: Plan, rule: RuleResult, ruled: Ruled, decided: Decisions) -> Iterator[str]:
    """Yield a rule, its conditions, and its members with what each lacks, or what a file decides of it."""
    from reconciler.model import Ref
    from reconciler.render.rules import lacking, rule_state, rule_title
    from reconciler.render.safe import safe_text

    yield safe_text(f"{rule_title(rule)}{_(': ')}{rule_state(plan, rule)}   {rule.place}")
    yield from (_("  where {condition}", condition=safe_text(one)) for one in rule.where)
    if rule.why:
        yield _("  why   {reason}", reason=safe_text(rule.why))
    lacks = lacking(plan, rule)
    for item_id in rule.ids:
        ref = Ref(rule.type_key, item_id)
        title = ruled.live[ref].name if ref in ruled.live else ""
        said = "; ".join([*lacks.get(ref, ()), *decided.get((rule.name, ref), ())])
        said = said or ("" if rule.blocked else _("in sync"))
        yield safe_text(f"  {plan.address(ref)}  {title}  {said}".rstrip())


def decided_by_files(plan: Plan, ruled: Ruled, catalog: Catalog) -> Decisions:
    """Return the fields of members that files of items decide, by the rule that each file outranks."""
    found: Decisions = {}
    for item in ruled.items if any(one.outranked for one in ruled.sources.values()) else ():
        for one in item.fields if item.ref in ruled.in_files else ():
            source = ruled.sources.get((item.ref, one.key))
            if source and source.outranked:
                label = catalog.label(item.ref.type_key, one.key)
                text = f"{label} {_('the file decides ({place})', place=one.place)}"
                found.setdefault((rule_above(source.outranked, plan.rules), item.ref), []).append(text)
    return found


def rule_above(place: Place, rules: Iterable[RuleResult]) -> str:
    """Return the name of the rule in which a place lies: the last one that begins before it."""
    return max((one.place, one.name) for one in rules if one.place.file == place.file and one.place <= place)[
        1
    ]
