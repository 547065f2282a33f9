"""One card about a plan, a drift report or a run.  Pure.

Strangers' text stands in `plain_text` elements alone, of which Lark reads no mention, link or tag.  Our own
headings are `lark_md`, and so are mentions: `<at id=…>` with an `open_id` that the settings map
(open.feishu.cn, "Card JSON structure" and "Use custom bots in a group").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from reconciler.forge.lark.words import Words
from reconciler.language import _, sentence, told
from reconciler.model import Plan
from reconciler.render.groups import (
    BOTH,
    CHANGE,
    CLEAR,
    DRIFT,
    Group,
    block_groups,
    by_text,
    groups,
    shows_members,
    steps,
    told_apart,
)
from reconciler.render.reasons import failure_text
from reconciler.render.rules import rule_state, rule_title
from reconciler.render.safe import isolated, safe_text
from reconciler.render.spaces import spaces_verdict
from reconciler.render.verdict import notified_line, plan_verdict

MOST: Final = 19_000
"""Bytes of a card.  A body takes 20 KB, with the signature and what is around the card."""
SHORT: Final = 60
"""Characters of a value or a name."""
LONGEST: Final = 300
"""Characters of a row."""
ROWS: Final = 12
"""Rows of a section."""
RED, ORANGE, BLUE, GREEN = "red", "orange", "blue", "green"


class Link(NamedTuple):
    """A button; the address is one of the CI system's own variables."""

    text: str
    url: str


class Row(NamedTuple):
    """A line of a section, and how many fields it speaks of."""

    text: str
    fields: int = 1


class Section(NamedTuple):
    """Rows under one heading of ours; `person` is who is mentioned beside it, an `open_id`."""

    heading: str
    rows: Sequence[Row]
    person: str = ""


class Face(NamedTuple):
    """The content of a card before it is laid out."""

    title: str
    color: str
    verdict: str
    sections: Sequence[Section]


def plan_card(plan: Plan, words: Words, links: Sequence[Link] = ()) -> dict[str, Any]:
    """Return the card of a plan."""
    return lay_out_card(plan_face(told_apart(plan), words), words, links)


def drift_card(
    plan: Plan, words: Words, links: Sequence[Link] = (), people: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the card of a drift report; `people` maps e-mails to the `open_id` that is mentioned."""
    return lay_out_card(drift_face(told_apart(plan), words, people or {}), words, links)


def plan_cards(plans: Sequence[Plan], words: Words, links: Sequence[Link] = ()) -> dict[str, Any]:
    """Return one card of the plans of several spaces."""
    faces = [plan_face(told_apart(plan), words) for plan in plans]
    return lay_out_card(spaces_face(plans, faces, words.plan), words, links)


def drift_cards(
    plans: Sequence[Plan], words: Words, links: Sequence[Link] = (), people: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return one card of the drift of several spaces; `people` as of one."""
    faces = [drift_face(told_apart(plan), words, people or {}) for plan in plans]
    return lay_out_card(spaces_face(plans, faces, words.drift), words, links)


def spaces_face(plans: Sequence[Plan], faces: Sequence[Face], title: str) -> Face:
    """Return the content of a card about several spaces: each below its verdict, the worst color over all."""
    sections: list[Section] = []
    for plan, face in zip(plans, faces, strict=True):
        title_of = _("Space {space}", space=heading(plan))
        sections += [Section(title_of, [Row(face.verdict, 0)]), *face.sections]
    names = _(", ").join(plan.space for plan in plans)
    worst = min((face.color for face in faces), key=(RED, ORANGE, BLUE, GREEN).index)
    return Face(title.format(space=names), worst, spaces_verdict(plans), sections)


def heading(plan: Plan) -> str:
    """Return the name of a space as a heading of ours may hold it: without signs of Lark's Markdown."""
    return "".join(sign for sign in plan.space if sign.isalnum() or sign in "-_")


def run_card(
    space: str, outcomes: Mapping[str, int], stopped: str, words: Words, links: Sequence[Link] = ()
) -> dict[str, Any]:
    """Return the card of a run, by the outcomes of its fields; `stopped` says why it ended early."""
    rows = [
        Row(words.outcome.format(word=words.names.get(word, word), count=count), count)
        for word, count in outcomes.items()
    ]
    fine = not stopped and set(outcomes) <= {"applied", "already"}
    verdict = words.stopped.format(why=cut(told(stopped), LONGEST)) if stopped else ""
    if not outcomes and not stopped:
        verdict = words.nothing_sent
    face = Face(
        words.run.format(space=space), GREEN if fine else RED, verdict, [Section(words.outcomes, rows)]
    )
    return lay_out_card(face, words, links)


# -- what is said ----------------------------------------------------------------------------------


def plan_face(plan: Plan, words: Words) -> Face:
    """Say what a plan would do, the most pressing first."""
    found = groups(plan)
    sections = [
        Section(words.errors, [Row(failure_text(one)) for one in plan.failures]),
        Section(words.settings, [Row(told(one)) for one in plan.settings_changes]),
        Section(words.guards, guard_rows(plan, words)),
        Section(f"{words.conflicts} ({words.base_live_desired})", card_rows(found, BOTH, words)),
        Section(words.blocks, block_rows(plan, words)),
        Section(
            _("Rules"), [Row(f"{rule_title(one)}{_(': ')}{rule_state(plan, one)}") for one in plan.rules]
        ),
        Section(words.clears, card_rows(found, CLEAR, words)),
        *drift_sections(found, words, {}),
        Section(words.changes, card_rows(found, CHANGE, words)),
    ]
    verdict = " ".join([plan_verdict(plan), *notified_line(plan, str)])
    return Face(words.plan.format(space=plan.space), color_of(plan), verdict, sections)


def drift_face(plan: Plan, words: Words, people: Mapping[str, str]) -> Face:
    """Say what moved, by person."""
    found = groups(plan)
    sections = [
        Section(words.errors, [Row(failure_text(one)) for one in plan.failures]),
        *drift_sections(found, words, people),
        Section(words.conflicts, card_rows(found, BOTH, words)),
        Section(words.blocks, block_rows(plan, words)),
    ]
    said = words.no_drift if plan.is_empty else plan_verdict(plan)
    return Face(words.drift.format(space=plan.space), color_of(plan), said, sections)


def color_of(plan: Plan) -> str:
    """Return the color of the card's head: red where an apply is refused, orange where rows need a look."""
    if plan.failures or any(not guard.ok for guard in plan.guards):
        return RED
    if plan.blocks or plan.skipped or plan.clears:
        return ORANGE
    return BLUE if plan.updates else GREEN


def guard_rows(plan: Plan, words: Words) -> list[Row]:
    """Return the guards that stop an apply."""
    return [
        Row(
            (words.guard if one.limit else words.guard_alone).format(
                name=words.names.get(one.name, one.name), actual=told(one.actual), limit=told(one.limit)
            ),
            0,
        )
        for one in plan.guards
        if not one.ok
    ]


def block_rows(plan: Plan, words: Words) -> list[Row]:
    """Return the reasons that keep rows from being written."""
    made = []
    for group in block_groups(plan):
        first = group.blocks[0]
        where = f"{plan.address(first.ref)} {cut(group.name or first.title, SHORT)}".strip()
        text = f"{where}{_(': ')}{sentence(group.reason, group.repair)}"
        made.append(Row(item_count(text, len(group.blocks), words), len(group.blocks)))
    return made


def drift_sections(found: Iterable[Group], words: Words, people: Mapping[str, str]) -> Iterator[Section]:
    """Yield a section for each person who changed something, the most first."""
    by: dict[str, list[Group]] = {}
    for group in found:
        if group.kind == DRIFT:
            by.setdefault(group.change.by or "", []).append(group)
    heading = words.drifts
    for person, some in sorted(by.items(), key=lambda one: (-sum(len(g.rows) for g in one[1]), one[0])):
        name = cut(by_text(person) or "", SHORT) or words.somebody
        rows = [Row(f"{name}: {row.text}", row.fields) for row in card_rows(some, DRIFT, words)]
        yield Section(heading, rows, people.get(person, ""))
        heading = ""


def card_rows(found: Iterable[Group], kind: str, words: Words) -> list[Row]:
    """Return the changes of one kind, identical ones in one row."""
    return [
        Row(item_count(change_text(group), len(group.rows), words), len(group.rows))
        for group in found
        if group.kind == kind
    ]


def change_text(group: Group) -> str:
    """Return one change, with the title of the item where it is made to one alone."""
    change, (update, _) = group.change, group.rows[0]
    if shows_members(change):
        parts = [f"+ {cut(one, SHORT)}" for one in change.added[:ROWS]]
        parts += [f"− {cut(one, SHORT)}" for one in change.removed[:ROWS]]
        moved = ", ".join(parts)
    else:
        moved = " → ".join(isolated(safe_text(cut(label, SHORT))) for label in steps(change))
    title = f"  ({cut(update.title, SHORT)})" if len(group.rows) == 1 and update.title else ""
    return f"{cut(change.name, SHORT)} {moved}{title}"


def item_count(text: str, count: int, words: Words) -> str:
    """Say on how many items a row is, where that is more than one."""
    return words.on_items.format(change=text, count=count) if count > 1 else text


def cut(text: str, most: int) -> str:
    """Cut a text that is too long."""
    return text if len(text) <= most else f"{text[:most]}…"


# -- how it is laid out ----------------------------------------------------------------------------


def lay_out_card(face: Face, words: Words, links: Sequence[Link]) -> dict[str, Any]:
    """Return the card with as many rows as fit; what is cut is counted."""
    buttons = [button(one) for one in links]
    end = [{"tag": "action", "actions": buttons}] if buttons else []
    made = card(face, [], end)
    elements: list[dict[str, Any]] = []
    # Room for the line that counts what was cut is kept from the start.
    room = MOST - size(made) - size(plain_text(words.cut.format(rows=10**9, fields=10**9)))
    rows = fields = 0
    for section in face.sections:
        shown, room = fit_elements(section, room)
        elements += shown
        left = section.rows[sum(one["text"]["tag"] == "plain_text" for one in shown) :]
        rows, fields = rows + len(left), fields + sum(row.fields for row in left)
    if rows:
        elements.append(plain_text(words.cut.format(rows=rows, fields=fields)))
    return card(face, elements, end)


def fit_elements(section: Section, room: int) -> tuple[list[dict[str, Any]], int]:
    """Return a section's elements that fit into the room, and what room is left."""
    mention = f" <at id={section.person}></at>" if section.person else ""
    title = f"**{section.heading}**" if section.heading else ""
    made = [lark_text(f"{title}{mention}".strip())] if section.rows and (title or mention) else []
    left = room - sum(map(size, made))
    shown = []
    for row in section.rows[:ROWS]:
        element = plain_text(row.text)
        if size(element) > left:
            break
        shown.append(element)
        left -= size(element)
    return ([*made, *shown], left) if shown else ([], room)


def card(face: Face, elements: list[dict[str, Any]], end: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the parts together."""
    told = [plain_text(face.verdict)] if face.verdict else []
    title = {"tag": "plain_text", "content": safe_text(cut(face.title, LONGEST))}
    return {
        "config": {"wide_screen_mode": True},
        "header": {"template": face.color, "title": title},
        "elements": [*told, *elements, *end],
    }


def plain_text(text: str) -> dict[str, Any]:
    """Return a line of anybody's text."""
    return {"tag": "div", "text": {"tag": "plain_text", "content": safe_text(cut(text, LONGEST))}}


def lark_text(text: str) -> dict[str, Any]:
    """Return a line of our own."""
    return {"tag": "div", "text": {"tag": "lark_md", "content": text}}


def button(link: Link) -> dict[str, Any]:
    """Return a button that opens an address."""
    text = {"tag": "plain_text", "content": link.text}
    return {"tag": "button", "text": text, "url": link.url, "type": "default"}


def size(element: object) -> int:
    """Return the bytes that a part takes, with the comma after it."""
    return len(json.dumps(element, ensure_ascii=False).encode("utf-8", "surrogatepass")) + 2
