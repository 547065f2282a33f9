"""Lines of a terminal about what is the same on many items: the change once, then the items and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from reconciler.errors import Place, counted
from reconciler.model import Change, Plan, Ref, Row
from reconciler.render.groups import MANY, BlockGroup, Group, shows_members
from reconciler.render.many import Many
from reconciler.render.safe import isolated, safe_text
from reconciler.render.text_lines import ending, row_line, short_label, value_line

WIDTH = 100
"""Columns of a line that lists items."""
BEFORES = 3
"""Values before that are named one by one; more are counted."""
OPENING = f"The same on {MANY} items or more (--full prints one line a field):"


def many_lines(plan: Plan, many: Many) -> Iterator[str]:
    """Yield the large groups of a plan."""
    if not (many.changes or many.effects or many.blocks or many.released):
        return
    yield OPENING
    for group in many.changes:
        yield group_line(plan, group)
        yield from listed(plan, ((update.ref, change.place) for update, change in group.rows))
    for effect, updates in many.effects:
        who = ", ".join(map(short_label, effect.labels))
        where = on_items(plan, [update.ref for update in updates])
        moved = "may go back to the space's default (locked role)"
        yield f"  ! {safe_text(effect.name)}  {who} {moved}  {where}"
        yield from listed(plan, ((update.ref, update.place) for update in updates))
    for blocks in many.blocks:
        yield from block_lines(plan, blocks)
    for rows in many.released:
        where = on_items(plan, [one.ref for one in rows])
        yield f"  . {safe_text(rows[0].name)}  {where} released: no longer managed"
        yield from listed(plan, ((one.ref, None) for one in rows))


def group_line(plan: Plan, group: Group) -> str:
    """Return one change with the number of its items."""
    change = group.change
    sign = "." if change.held else "-" if change.clears else "~"
    name = isolated(safe_text(change.name))
    where = on_items(plan, [update.ref for update, _ in group.rows])
    why = short_label(group.why)
    befores = group.befores
    if shows_members(change) or len(befores) == 1:
        shown = f"{value_line(change)}  {where}"
    else:
        shown = f"→ {short_label(change.after_label)}  {where}, from {from_values(change, befores)}"
    return f"  {sign} {name}  {shown}" + (f"  {why}" if why else "")


def from_values(change: Change, befores: tuple[tuple[str, int], ...]) -> str:
    """Name a few values before with their counts, or count the different ones."""
    if len(befores) <= BEFORES:
        return ", ".join(f"{short_label(label)} on {count}" for label, count in befores)
    return counted(len(befores), "date" if change.type == "date" else "value")


def block_lines(plan: Plan, group: BlockGroup) -> Iterator[str]:
    """Yield one reason with all that it keeps from being written."""
    where = on_items(plan, [block.ref for block in group.blocks])
    yield f"  x {safe_text(group.name)}  {where}" if group.name else f"  x {where.removeprefix('on ')}"
    yield f"      blocked: {short_label(group.reason)}; {short_label(group.repair)}"
    yield from listed(plan, ((block.ref, block.place) for block in group.blocks))


def row_lines(plan: Plan, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what became of rows; those that ended the same on many items stand together, at the first one."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.name, *ending(row)), []).append(row)
    for row in rows:
        same = found[row.name, *ending(row)]
        if len(same) < MANY:
            yield row_line(plan, row)
        elif row is same[0]:
            yield from same_lines(plan, same)


def same_lines(plan: Plan, rows: Sequence[Row]) -> Iterator[str]:
    """Yield once what became of many rows, and the items."""
    what, told = ending(rows[0])
    where = on_items(plan, [row.ref for row in rows])
    yield f"{what}: {safe_text(rows[0].name)} {where}: {told}" if rows[0].name else f"{what}: {where}: {told}"
    yield from listed(plan, ((row.ref, row.change.place if row.change else None) for row in rows))


def on_items(plan: Plan, refs: Sequence[Ref]) -> str:
    """Count items, and name their type where they have one in common."""
    return f"on {counted(len(refs), 'item')} of {safe_text(home(plan, refs))}"


def home(plan: Plan, refs: Iterable[Ref]) -> str:
    """Return the space, and the type that all items have."""
    types = {ref.type_key for ref in refs}
    names = [plan.types.get(key, key) for key in types]
    return "/".join([plan.space, *names]) if len(names) == 1 else plan.space


def listed(plan: Plan, rows: Iterable[tuple[Ref, Place | None]]) -> Iterator[str]:
    """Yield the items below their files, each with its line, as many on a line as fit."""
    some = list(rows)
    one_type = len({ref.type_key for ref, _ in some}) == 1
    for file, here in groupby(some, key=lambda row: row[1].file if row[1] else ""):
        entries = [
            (str(ref.id) if one_type else safe_text(plan.address(ref))) + (f" :{place.line}" if place else "")
            for ref, place in here
        ]
        yield from wrapped(f"      {safe_text(file)}" if file else "    ", entries)


def wrapped(head: str, entries: Iterable[str]) -> Iterator[str]:
    """Yield entries behind a head, in lines of at most `WIDTH` columns where they fit at all."""
    line = head
    for entry in entries:
        if line != head and len(line) + 2 + len(entry) > WIDTH:
            yield line
            line = head = "      "
        line = f"{line}  {entry}"
    yield line
