"""`reconciler why`: where a desired value comes from, what is live, and who changed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import options
from reconciler.cli.completers import complete_ref
from reconciler.cli.progress import reading
from reconciler.cli.streams import on_stdout, say, tell
from reconciler.errors import CannotRun
from reconciler.language import _, sentence, told

NAME = 8
"""Columns of the name of a fact."""

if TYPE_CHECKING:
    from reconciler.desired.items import DesiredField, DesiredItem
    from reconciler.desired.workspace import Workspace
    from reconciler.model import Change, Item, Plan, Ref
    from reconciler.plan.planning import Gathered
    from reconciler.schema.catalog import Catalog


@click.command("why")
@click.argument("ref", shell_complete=complete_ref)
@options.space
def command(ref: str, space: str | None) -> int:
    """Explain REF: an item, or one of its fields (`ID.FIELD`, `ID.roles.ROLE`)."""
    from reconciler.desired.workspace import open_workspace
    from reconciler.meegle.connect import connect
    from reconciler.plan import planning
    from reconciler.plan.planning import PlanOptions, gather, open_reader
    from reconciler.plan.selection import Selection, space_meant

    workspace = open_workspace((), space, meant=space_meant((ref,)))
    tell(*workspace.notes)
    options = PlanOptions(Selection(only=(ref,)), blame=True, members=True)
    with (
        reading(),
        open_reader(
            workspace, connect(workspace.mistakes, tell, workspace.space, workspace.spaces)
        ) as reader,
    ):
        gathered = gather(workspace, reader, options)
        items = gathered.items
        if not items:
            raise CannotRun(
                "the files set no field of this item", "name an item or a field that the files manage"
            )
        plan = planning.plan(workspace, reader, options, gathered)
        live = reader.items({item.ref: [one.key for one in item.fields] for item in items})
    with on_stdout():
        lines = [
            line
            for item in items
            for line in item_lines(item, live.get(item.ref), plan, reader.catalog, workspace, gathered)
        ]
        say("\n".join(lines) + "\n")
    return 0


def item_lines(
    item: DesiredItem,
    live: Item | None,
    plan: Plan,
    catalog: Catalog,
    workspace: Workspace,
    gathered: Gathered,
) -> Iterator[str]:
    """Yield what is to be said of one item, field by field."""
    from reconciler.render.safe import safe_text
    from reconciler.render.width import padded

    yield f"{safe_text(plan.address(item.ref))}  {safe_text(live.name if live else '')}".rstrip()
    for block in plan.blocks:
        if block.ref == item.ref and block.key is None:
            yield safe_text(f"  {_('blocked')}{_(': ')}{sentence(block.reason, block.repair)}")
    changes = {
        one.key: one
        for update in (*plan.updates, *plan.skipped)
        if update.ref == item.ref
        for one in update.changes
    }
    applied = last_applied(workspace.root, item.ref)
    for one in item.fields:
        yield f"  {safe_text(catalog.label(item.ref.type_key, one.key))}"
        facts = collect_facts(item, one, live, changes.get(one.key), catalog, workspace)
        for name, text in {**facts, **rule_fact(item.ref, one, gathered)}.items():
            yield f"    {padded(_(name), NAME)} {safe_text(text)}"
        for block in plan.blocks:
            if block.ref == item.ref and block.key == one.key:
                yield safe_text(f"    {padded(_('blocked'), NAME)} {sentence(block.reason, block.repair)}")
        if one.key in applied:
            yield f"    {padded(_('applied'), NAME)} {safe_text(applied[one.key])}"
    for guard in plan.guards:
        if not guard.ok:
            yield _("  guard '{name}' stops an apply: {excess}", name=guard.name, excess=told(guard.excess))


def collect_facts(
    item: DesiredItem,
    one: DesiredField,
    live: Item | None,
    change: Change | None,
    catalog: Catalog,
    workspace: Workspace,
) -> Mapping[str, str]:
    """Return what is desired and why, and what is live and by whom."""
    from reconciler.fields.values import Rule, desired_value
    from reconciler.git import author_of
    from reconciler.render.groups import by_text, value_label

    codec = catalog.codec(item.ref.type_key, one.key, by_pins=True)
    seen = live.values.get(one.key) if live else None
    if isinstance(one.desired, Rule):
        parts = [(_("contains "), one.desired.contains), (_("excludes "), one.desired.excludes)]
        desired = _(", ").join(word + codec.show(part) for word, part in parts if part)
    else:
        desired = value_label(codec.show(desired_value(one.desired, seen.value if seen else codec.empty)))
    wrote = author_of(workspace.root, one.place.file, one.place.line)
    since = _(", not committed")
    if wrote:
        day = f"{wrote.at:%Y-%m-%d}"
        since = _(", {sha} by {author}, {day}", sha=wrote.sha[:12], author=wrote.author, day=day)
    by_default = _(" (a default of the file)") if one.by_default else ""
    facts = {"desired": desired, "from": f"{one.place}{by_default}{since}"}
    if item.ref.type_key in workspace.pins.types:
        facts["pinned"] = _("as {key} in schemas/{space}", key=one.key, space=workspace.space)
    if seen is not None:
        by = f"  {by_text(change.by)}{f', {change.at}' if change.at else ''}" if change and change.by else ""
        in_sync = desired_value(one.desired, seen.value) == seen.value
        facts["live"] = f"{value_label(codec.show(seen.value))}{by}" + (_("  in sync") if in_sync else "")
    return facts


def rule_fact(ref: Ref, one: DesiredField, gathered: Gathered) -> Mapping[str, str]:
    """Return the rules that desire a field, with their conditions, or the rule that a file outranks."""
    ruled = gathered.ruled
    source = ruled.sources.get((ref, one.key)) if ruled else None
    if ruled is None or source is None:
        return {}
    if source.outranked:
        return {"rule": _("the file decides, not the rule at {outranked}", outranked=source.outranked)}
    some = [
        _(
            "{name} ({mode}) at {place}, where {where}",
            name=rule.name,
            mode=rule.mode,
            place=rule.place,
            where="; ".join(rule.where),
        )
        for rule in ruled.results
        if rule.name in source.rules
    ]
    return {"rule": "; ".join(some)}


def last_applied(root: Path, ref: Ref) -> dict[str, str]:
    """Return, by field, when a run of this machine last ended for it, and how."""
    from reconciler.apply.journal import read_journal
    from reconciler.desired.committed_run_files import RUNS, foreign

    found: dict[str, str] = {}
    for path in () if foreign(root) else sorted((root / RUNS).glob("*/journal.jsonl")):
        try:
            entries: list[dict[str, Any]] = list(read_journal(path))
        except CannotRun:
            continue
        for entry in entries:
            if entry["event"] == "result" and (entry.get("type"), entry.get("id")) == (ref.type_key, ref.id):
                found |= {key: f"{path.parent.name}: {told(word)}" for key, word in entry["outcomes"].items()}
    return found
