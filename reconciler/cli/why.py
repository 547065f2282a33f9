"""`reconciler why`: where a desired value comes from, what is live, and who changed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import options
from reconciler.cli.completers import complete_ref
from reconciler.cli.progress import reading
from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.desired.items import DesiredField, DesiredItem
    from reconciler.desired.workspace import Workspace
    from reconciler.model import Change, Item, Plan, Ref
    from reconciler.schema.catalog import Catalog


@click.command("why")
@click.argument("ref", shell_complete=complete_ref)
@options.space
def command(ref: str, space: str | None) -> int:
    """Explain REF: an item, or one of its fields (`ID.FIELD`, `ID.roles.ROLE`)."""
    from reconciler.desired.workspace import open_workspace
    from reconciler.meegle.connect import connect
    from reconciler.plan import planning
    from reconciler.plan.planning import PlanOptions, desired_items, open_reader
    from reconciler.plan.selection import Selection

    workspace = open_workspace((), space)
    tell(*workspace.notes)
    options = PlanOptions(Selection(only=(ref,)), blame=True)
    with reading(), open_reader(workspace, connect(workspace.mistakes, tell)) as reader:
        items = desired_items(workspace, reader, options.selection)
        if not items:
            raise CannotRun(
                "the files set no field of this item", "name an item or a field that the files manage"
            )
        plan = planning.plan(workspace, reader, options, items)
        live = reader.items({item.ref: [one.key for one in item.fields] for item in items})
    lines = [
        line
        for item in items
        for line in item_lines(item, live.get(item.ref), plan, reader.catalog, workspace)
    ]
    say("\n".join(lines) + "\n")
    return 0


def item_lines(
    item: DesiredItem, live: Item | None, plan: Plan, catalog: Catalog, workspace: Workspace
) -> Iterator[str]:
    """Yield what is to be said of one item, field by field."""
    from reconciler.render.safe import safe_text

    yield f"{safe_text(plan.address(item.ref))}  {safe_text(live.name if live else '')}".rstrip()
    for block in plan.blocks:
        if block.ref == item.ref and block.key is None:
            yield f"  blocked: {safe_text(block.reason)}; {block.repair}"
    changes = {
        one.key: one
        for update in (*plan.updates, *plan.skipped)
        if update.ref == item.ref
        for one in update.changes
    }
    applied = last_applied(workspace.root, item.ref)
    for one in item.fields:
        yield f"  {safe_text(catalog.label(item.ref.type_key, one.key))}"
        for name, text in collect_facts(item, one, live, changes.get(one.key), catalog, workspace).items():
            yield f"    {name:8} {safe_text(text)}"
        for block in plan.blocks:
            if block.ref == item.ref and block.key == one.key:
                yield f"    {'blocked':8} {safe_text(block.reason)}; {block.repair}"
        if one.key in applied:
            yield f"    {'applied':8} {safe_text(applied[one.key])}"
    for guard in plan.guards:
        if not guard.ok:
            yield f"  guard '{guard.name}' stops an apply: {guard.excess}"


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

    codec = catalog.codec(item.ref.type_key, one.key, by_pins=True)
    seen = live.values.get(one.key) if live else None
    if isinstance(one.desired, Rule):
        parts = [("contains ", one.desired.contains), ("excludes ", one.desired.excludes)]
        desired = ", ".join(word + codec.show(part) for word, part in parts if part)
    else:
        desired = codec.show(desired_value(one.desired, seen.value if seen else codec.empty))
    wrote = author_of(workspace.root, one.place.file, one.place.line)
    since = f", {wrote.sha[:12]} by {wrote.author}, {wrote.at:%Y-%m-%d}" if wrote else ", not committed"
    by_default = " (a default of the file)" if one.by_default else ""
    told = {"desired": desired, "from": f"{one.place}{by_default}{since}"}
    if item.ref.type_key in workspace.pins.types:
        told["pinned"] = f"as {one.key} in schemas/{workspace.space}"
    if seen is not None:
        by = f"  {change.by}{f', {change.at}' if change.at else ''}" if change and change.by else ""
        in_sync = desired_value(one.desired, seen.value) == seen.value
        told["live"] = f"{codec.show(seen.value)}{by}" + ("  in sync" if in_sync else "")
    return told


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
                found |= {key: f"{path.parent.name}: {word}" for key, word in entry["outcomes"].items()}
    return found
