"""Lines of a terminal about what is the same on many items: the change once, then the items and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from reconciler.errors import Place
from reconciler.language import _, counted, told
from reconciler.model import Change, Plan, Ref
from reconciler.model.outcomes import Row
from reconciler.render.groups import MANY, BlockGroup, Group, shows_members
from reconciler.render.many import Many
from reconciler.render.safe import isolated, safe_text
from reconciler.render.text_lines import ending, row_line, short_label, value_line
from reconciler.render.width import columns

WIDTH = 100
"""Columns of a line that lists items."""
BEFORES = 3
"""Values before that are named one by one; more are counted."""
OPENING = "The same on {number} items or more (--full prints one line a field):"


def many_lines(plan: Plan, many: Many) -> Iterator[str]:
    """Yield the large groups of a plan."""
    if not (many.changes or many.effects or many.blocks or many.released):
        return
    yield _(OPENING, number=MANY)
    for group in many.changes:
        yield group_line(plan, group)
        yield from listed(plan, ((update.ref, change.place) for update, change in group.rows))
    for effect, updates in many.effects:
        who = ", ".join(map(short_label, effect.labels))
        where = on_items(plan, [update.ref for update in updates])
        moved = _("may go back to the space's default (locked role)")
        yield f"  ! {safe_text(effect.name)}  {who} {moved}  {where}"
        yield from listed(plan, ((update.ref, update.place) for update in updates))
    for blocks in many.blocks:
        yield from block_lines(plan, blocks)
    for rows in many.released:
        where = on_items(plan, [one.ref for one in rows])
        name, rule = safe_text(rows[0].name), rows[0].rule
        if rule:
            yield _("  . {name}  {where} released: left rule {rule}", name=name, where=where, rule=rule)
        else:
            yield _("  . {name}  {where} released: no longer managed", name=name, where=where)
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
        shown = _(
            "→ {label}  {where}, from {values}",
            label=short_label(change.after_label),
            where=where,
            values=from_values(change, befores),
        )
    return f"  {sign} {name}  {shown}" + (f"  {why}" if why else "")


def from_values(change: Change, befores: tuple[tuple[str, int], ...]) -> str:
    """Name a few values before with their counts, or count the different ones."""
    if len(befores) <= BEFORES:
        return _(", ").join(
            _("{name} on {number}", name=short_label(label), number=count) for label, count in befores
        )
    return counted(len(befores), "date" if change.type == "date" else "value")


def block_lines(plan: Plan, group: BlockGroup) -> Iterator[str]:
    """Yield one reason with all that it keeps from being written."""
    refs = [block.ref for block in group.blocks]
    if group.name:
        yield f"  x {safe_text(group.name)}  {on_items(plan, refs)}"
    else:
        yield f"  x {counted_items(plan, refs)}"
    yield _(
        "      blocked: {reason}; {repair}",
        reason=short_label(told(group.reason)),
        repair=short_label(told(group.repair)),
    )
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
    what, why = ending(rows[0])
    where = on_items(plan, [row.ref for row in rows])
    name = f"{safe_text(rows[0].name)} " if rows[0].name else ""
    yield f"{what}{_(': ')}{name}{where}{_(': ')}{why}"
    yield from listed(plan, ((row.ref, row.change.place if row.change else None) for row in rows))


def on_items(plan: Plan, refs: Sequence[Ref]) -> str:
    """Count items, and name their type where they have one in common."""
    return _("on {items}", items=counted_items(plan, refs))


def counted_items(plan: Plan, refs: Sequence[Ref]) -> str:
    """Count items of one space, or of one type of it."""
    return _("{items} of {space}", items=counted(len(refs), "item"), space=safe_text(home(plan, refs)))


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
        if line != head and columns(line) + 2 + columns(entry) > WIDTH:
            yield line
            line = head = "      "
        line = f"{line}  {entry}"
    yield line
