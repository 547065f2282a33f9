"""The plan as the page's script reads it: items, and cards with their changes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from reconciler.fields.values import EMPTY_LABEL
from reconciler.language import _, messages, told
from reconciler.model import Block, Change, Plan, Ref, Released, SideEffect, Update
from reconciler.render.explain import GONE, NEW, SAME, compare_words, inside_rows, is_long, safe_lines
from reconciler.render.groups import (
    BOTH,
    CHANGE,
    CLEAR,
    DRIFT,
    LEFT,
    BlockGroup,
    Group,
    effect_groups,
    people_in_change,
    released_groups,
    shape_id,
    shows_members,
    steps,
    updates_of,
)
from reconciler.render.reasons import why_text
from reconciler.render.safe import safe_text

BLOCKED, RELEASED, EFFECT = "blocked", "released", "effect"


KIND_LABELS = dict(
    zip(
        (BOTH, BLOCKED, CLEAR, DRIFT, CHANGE, LEFT, RELEASED, EFFECT),
        messages(
            "conflicting",
            "blocked",
            "to clear",
            "drifted",
            "changed",
            "skipped",
            "no longer managed",
            "may move by themselves",
        ),
        strict=True,
    )
)
"""The heading of each kind of changes, in the order of the page."""


PAGE_ORDER = tuple(KIND_LABELS)


SCRIPT_WORDS = messages(
    "base: ",
    "whole item",
    "{number} items",
    "{number} more below",
    "Nothing matches.",
    "{found} of {rows} rows in {shown} groups · {seen} seen",
    "{found} of {rows} rows in {shown} items · {seen} seen",
    "seen",
    "Why: all",
    "Field: all",
    "Person: all",
    "File: all",
    "Space: all",
)
"""The messages of the page's script."""


SIDES = {SAME: 0, GONE: 1, NEW: 2}
"""How the page's script tells the side of a stretch of text."""


HOST = re.compile(r"(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](?::[0-9]{1,5})?")


LOOPBACK = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?")


WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")


WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[A-Za-z0-9._~/%-]*")
"""The form of an address that the page turns into a link."""


class Strings:
    """Every text of the page once, made safe; values are known by their number."""

    def __init__(self) -> None:
        """Begin with none."""
        self.numbers: dict[str, int] = {}

    def add(self, text: str) -> int:
        """Return the number of a text."""
        return self.numbers.setdefault(safe_lines(text), len(self.numbers))

    def each(self, texts: Iterable[str]) -> list[int]:
        """Return the numbers of several texts."""
        return [self.add(text) for text in texts]

    def all(self) -> list[str]:
        """Return the texts in the order of their numbers."""
        return list(self.numbers)


class Cards:
    """The plan as the page's script reads it: items, and cards with the rows that they speak of."""

    def __init__(
        self, plan: Plan, found: Iterable[Group], blocked: Iterable[BlockGroup], before: Cards | None = None
    ) -> None:
        """Lay out every group and every blocked row of the plan, below the cards of a space `before`."""
        self.plan = plan
        self.strings: Strings = before.strings if before else Strings()
        self.numbers: dict[Ref, int] = {}
        self.items: list[list[Any]] = before.items if before else []
        self.plans: list[Plan] = [*(before.plans if before else ()), plan]
        for update in updates_of(plan):
            self.number(update.ref, update.title)
        made = [self.change_card(group) for group in found]
        held = [self.block_card(group) for group in blocked]
        gone = [self.released_card(rows) for rows in released_groups(plan)]
        moved = [self.effect_card(effect, updates) for effect, updates in effect_groups(plan)]
        every = [*(before.cards if before else ()), *made, *held, *gone, *moved]
        self.cards: list[list[Any]] = sorted(every, key=lambda card: PAGE_ORDER.index(card[0]))

    def number(self, ref: Ref, title: str) -> int:
        """Return the number of an item; the first mention describes it."""
        if ref not in self.numbers:
            self.numbers[ref] = len(self.items)
            word = self.plan.types.get(ref.type_key, ref.type_key)
            self.items.append(
                [
                    self.strings.add(self.plan.address(ref)),
                    str(ref.id),
                    self.strings.add(word),
                    self.strings.add(title),
                ]
            )
        return self.numbers[ref]

    def row(self, ref: Ref, title: str, row: Change | Block | Update) -> list[int]:
        """Return the item, the file and the line of a row, and when somebody made the live value."""
        at = row.at if isinstance(row, Change) else None
        return [
            self.number(ref, title),
            self.strings.add(row.place.file),
            row.place.line,
            self.strings.add(at or ""),
        ]

    def change_card(self, group: Group) -> list[Any]:
        """Return the card of one change."""
        change = group.change
        return [
            group.kind,
            group.id,
            self.strings.add(change.name),
            self.strings.add(change.key),
            self.strings.add(group.why),
            self.strings.each(flags(change)),
            self.strings.each(people_in_change(change)),
            self.values(change),
            self.strings.each(inside_rows(change)),
            [part for update, one in group.rows for part in self.row(update.ref, update.title, one)],
        ]

    def values(self, change: Change) -> list[Any]:
        """Return a value's change: members, words, or before and after."""
        if shows_members(change):
            return ["members", self.strings.each(change.added), self.strings.each(change.removed)]
        if is_long(change):
            pieces = compare_words(change.before_label, change.after_label)
            parts = [part for one in pieces for part in (SIDES[one.kind], self.strings.add(one.text))]
            return ["words", parts, self.strings.each(steps(change)[:-2])]
        return ["steps", self.strings.each(steps(change))]

    def block_card(self, group: BlockGroup) -> list[Any]:
        """Return the card of one reason for which rows are held back."""
        return [
            BLOCKED,
            group.id,
            self.strings.add(group.name),
            self.strings.add(group.key or ""),
            self.strings.add(""),
            self.strings.each([_(KIND_LABELS[BLOCKED])]),
            [],
            ["reason", self.strings.add(told(group.reason)), self.strings.add(told(group.repair))],
            [],
            [part for block in group.blocks for part in self.row(block.ref, block.title, block)],
        ]

    def released_card(self, rows: tuple[Released, ...]) -> list[Any]:
        """Return the card of one field that is no longer managed; its rows have no place."""
        nothing = self.strings.add("")
        return [
            RELEASED,
            shape_id((RELEASED, rows[0].name, rows[0].key)),
            self.strings.add(rows[0].name),
            self.strings.add(rows[0].key),
            self.strings.add(""),
            self.strings.each([_(KIND_LABELS[RELEASED])]),
            [],
            [
                "reason",
                self.strings.add(_("no longer managed by the files")),
                self.strings.add(_("not written")),
            ],
            [],
            [part for one in rows for part in (self.number(one.ref, ""), nothing, 0, nothing)],
        ]

    def effect_card(self, effect: SideEffect, updates: Iterable[Update]) -> list[Any]:
        """Return the card of what the service may do by itself to one role."""
        who = _("{labels} may go back to the space's default", labels=", ".join(effect.labels))
        return [
            EFFECT,
            shape_id((EFFECT, effect.role, effect.name, effect.labels)),
            self.strings.add(effect.name),
            self.strings.add(effect.role),
            self.strings.add(""),
            self.strings.each([_(KIND_LABELS[EFFECT])]),
            self.strings.each(effect.labels),
            ["reason", self.strings.add(who), self.strings.add(_("locked role"))],
            [],
            [part for update in updates for part in self.row(update.ref, update.title, update)],
        ]

    def page(self, source: str) -> dict[str, Any]:
        """Return everything that the script needs; `review` names this set of rows for the ticks."""
        laid = [self.items, self.cards]
        return {
            "review": hashlib.sha256(json.dumps(laid).encode()).hexdigest()[:16],
            "kinds": {kind: _(label) for kind, label in KIND_LABELS.items()},
            "words": {word: shown for word in SCRIPT_WORDS if (shown := _(word)) != word},
            "empty": _(EMPTY_LABEL),
            "item": item_base(self.plan) if len(self.plans) == 1 else "",
            "source": source if WEB.fullmatch(source) else "",
            "space": safe_text(self.plan.space) if len(self.plans) == 1 else "",
            **({"bases": bases(self.plans)} if len(self.plans) > 1 else {}),
            "items": self.items,
            "cards": self.cards,
            "strings": self.strings.all(),
        }


def flags(change: Change) -> list[str]:
    """Return the words that the filter finds a row by; a row may have several."""
    found = [_(KIND_LABELS[CLEAR])] if change.clears and not change.held else []
    found += [_(KIND_LABELS[LEFT])] if change.held else []
    word = why_text(change.why)
    return [*found, _(KIND_LABELS.get(word, word))] if word else found


def bases(plans: Iterable[Plan]) -> dict[str, str]:
    """Return the web address of each space's items, by the beginning of their addresses."""
    return {safe_text(one.space): base for one in plans if (base := item_base(one))}


def item_base(plan: Plan) -> str:
    """Return the web address under which the space's items stand, or nothing where it is none."""
    if not HOST.fullmatch(plan.host) or not WORD.fullmatch(plan.space):
        return ""
    scheme = "http" if LOOPBACK.fullmatch(plan.host) else "https"
    return f"{scheme}://{plan.host}/{plan.space}"
