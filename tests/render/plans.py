"""Plans to look at: a calm one, random ones, and texts that want to break out of a view."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.errors import Place
from reconciler.fields.values import EMPTY_LABEL
from reconciler.model import (
    Block,
    Change,
    Failure,
    GuardResult,
    Held,
    HeldBy,
    Plan,
    Ref,
    Released,
    SideEffect,
    Update,
    Why,
)
from reconciler.plan.plan_file import plan_file
from reconciler.plan.plan_json import PlanFile
from reconciler.plan.plan_words import held_of

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)

ATOMS = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x9b2J",
    "\u202egnp.exe",
    "zero\u200bwidth\ufeff",
    "line\u2028paragraph\u2029end",
    "nul\x00byte",
    "\r\n::error file=a,line=1::pwned",
    "::add-mask::secret",
    "::set-output name=a::b",
    "::stop-commands::token",
    "##[error]pwned",
    "##[group]pwned",
    "```\nfence\n```",
    "````",
    "`code` and ``more``",
    "~~~\ntilde",
    "| a | b |\n|---|---|\n| c | d |",
    "\\| pipe",
    "\\\\| pipes",
    "\\",
    "</details>",
    "</summary></details><h1>out</h1>",
    "</pre><b>out</b>",
    "</code>",
    "</script><script>alert(1)</script>",
    "<script>alert(1)</script>",
    "<!-- reconciler:plan v1 space=x digest=y truncated=false -->",
    "-->",
    "<!--",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{display:none}</style>",
    "<iframe src=//evil.example>",
    "&lt;script&gt;",
    "&#64;team &commat;team",
    "@team",
    "@org/team",
    "ana@example.com",
    "#123",
    "org/repo#123",
    "GH-123",
    "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
    "https://evil.example/x",
    "www.evil.example",
    "mailto:a@example.com",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "[text](https://evil.example)",
    "[text](javascript:alert(1))",
    "![image](https://evil.example/pixel.png)",
    "[ref]: https://evil.example\n\n[ref]",
    "<https://evil.example>",
    "# heading",
    "- [ ] task",
    "1. one",
    "***\n---\n===",
    "**bold** _em_ ~~strike~~ __dunder__",
    "$$\\href{javascript:alert(1)}{x}$$",
    ":smile: :+1:",
    "[^1]\n\n[^1]: note",
    "{{ 7 * 7 }} {% raw %}",
    "${{ secrets.TOKEN }}",
    "%0A::error::pwned",
    "\ud800lone",
    "\udfff",
    "支付：崩溃 @团队 #123",
    "",
    " ",
    "  blanks  ",
    "\n\n\n",
    "\t",
    "__proto__",
    "constructor",
    "null",
)
FRAMES = ("{}", "`{}", "{}`", "x\n{}", "x | {} | y")
HOSTILE = tuple(dict.fromkeys(frame.format(atom) for atom in ATOMS for frame in FRAMES))


def update(n: int, *changes: Change, title: str = "Checkout: pay by card", type_key: str = "story") -> Update:
    """One item's changes; the items are numbered."""
    return Update(Ref(type_key, 6300012300 + n), title, Place("state/demo/checkout.yaml", 10, 3), changes)


def priority(before: str = "P1", after: str = "P0", *, line: int = 12, **more: Any) -> Change:
    """A change of an option."""
    place = Place("state/demo/checkout.yaml", line, 7)
    return Change("priority", "Priority", "select", before, after, before, after, (), (), place, **more)


def text(before: str, after: str, *, why: Why | None = None) -> Change:
    """A change of a text; an empty side is shown as people see it."""
    had, has = (f'"{side}"' if side else EMPTY_LABEL for side in (before, after))
    place = Place("state/demo/checkout.yaml", 14, 7)
    return Change("notes", "Notes", "text", before, after, had, has, (), (), place, clears=not after, why=why)


def people(*, added: Sequence[str] = (), removed: Sequence[str] = (), **more: Any) -> Change:
    """A change of a set of people."""
    place = Place("state/demo/checkout.yaml", 16, 7)
    return Change(
        "watchers",
        "Watchers",
        "multi_user",
        list(removed),
        list(added),
        ", ".join(removed),
        ", ".join(added),
        tuple(added),
        tuple(removed),
        place,
        **more,
    )


def block(
    n: int, title: str = "", name: str = "", reason: str = "deleted, of another type, or not visible"
) -> Block:
    """An item, or with a name one of its fields, that the world holds back."""
    place = Place("state/demo/old.yaml", 4 + n, 5)
    return Block(
        Ref("story", 6300019900 + n), title, name or None, name, reason, "restore the item in Meegle", place
    )


def plan_with(*updates: Update, blocks: Sequence[Block] = (), **more: Any) -> Plan:
    """A plan of the demo space."""
    return Plan(
        host="project.feishu.cn",
        space="demo",
        space_key="64a0c1f2e3b4d5a6c7e8f901",
        types={"story": "story"},
        updates=updates,
        blocks=tuple(blocks),
        in_sync=96,
        named=max(200, len(updates)),
        **more,
    )


def saved(plan: Plan) -> PlanFile:
    """The plan as it is saved; of one that no file can hold, an empty one."""
    try:
        return plan_file(replace(plan, commit="a" * 40, dirty=False), NOON)
    except UnicodeEncodeError:
        return saved(plan_with())


def writable(plan: Plan) -> bool:
    """Whether a file can hold the plan: it may have no lone surrogate."""
    return saved(plan).host == plan.host


def hostile_plan(payload: str) -> Plan:
    """A plan with one text in each of its slots."""
    place = Place(payload or "state", 3, 5)
    times = 2 + 60 // (len(payload) + 1)
    blank = Change(payload, payload, "text", payload, "x", payload, "x" * 70, (), (), place, why=Why.PENDING)
    alone = replace(blank, held=Held(HeldBy.OTHER, payload), base_label=payload)
    rows = [[[{"field_key": payload, "field_value": f"{payload}{end}"}]] for end in ("", "!")]
    changes = (
        blank,
        replace(blank, after=None, after_label=EMPTY_LABEL, clears=True, why=None),
        replace(
            blank,
            type="multi_user",
            before=[payload],
            after=[],
            after_label="",
            added=(payload, "y"),
            removed=(payload,),
            why=Why.DRIFT,
            by=payload,
            at=payload,
        ),
        replace(
            blank,
            type="compound_field",
            before=rows[0],
            after=rows[1],
            base_label=payload,
            before_label=f"{payload} " * times,
            after_label=f"{payload}! " * times,
            why=Why.CONFLICTING,
        ),
    )
    effect = SideEffect(payload, payload, (payload,), (), (payload,))
    return Plan(
        host=payload,
        space=payload,
        space_key=payload,
        types={"story": payload},
        updates=(Update(Ref("story", 63), payload, place, changes, (effect,)),),
        blocks=(Block(Ref("story", 64), payload, payload, payload, payload, payload, place),),
        in_sync=0,
        named=2,
        metadata_digest=payload,
        base=payload,
        skipped=(
            Update(
                Ref("story", 65),
                payload,
                place,
                (alone,),
            ),
        ),
        released=(Released(Ref("story", 66), payload, payload),),
        notes=(payload,),
        settings_changes=(payload,),
        guards=(GuardResult("clears", payload, payload, ok=False),),
        failures=(Failure(payload, payload, place), Failure(payload, "")),
    )


words = st.sampled_from(HOSTILE) | st.text(max_size=30) | st.sampled_from(["P0", "P1", "ana@example.com"])
places = st.builds(Place, words, st.integers(1, 999), st.integers(1, 99))
members = st.lists(words, max_size=3).map(tuple)
wire = st.none() | st.integers() | words | st.lists(words, max_size=3)
whys = st.none() | st.sampled_from(Why)
changes = st.builds(
    Change,
    key=words,
    name=words,
    type=st.sampled_from(["text", "select", "multi_user", "user", "role", "compound_field"]),
    before=wire,
    after=wire,
    before_label=words,
    after_label=words,
    added=members,
    removed=members,
    place=places,
    clears=st.booleans(),
    why=whys,
)
maybe = st.none() | words
written = st.builds(replace, changes, base_label=maybe, by=maybe, at=maybe)
held = st.builds(
    replace,
    changes,
    base_label=maybe,
    by=maybe,
    at=maybe,
    held=st.sampled_from(["drift: report", "drift: accept"]).map(held_of) | words.filter(bool).map(held_of),
)
refs = st.builds(Ref, st.sampled_from(["story", "issue"]), st.integers(1, 10**18))
effects = st.builds(SideEffect, words, words, members, members, members)
updates = st.builds(
    Update,
    refs,
    words,
    places,
    st.lists(written, min_size=1, max_size=4).map(tuple),
    st.lists(effects, max_size=1).map(tuple),
)
alone = st.builds(Update, refs, words, places, st.lists(held, min_size=1, max_size=3).map(tuple))
released = st.builds(Released, refs, words, words)
blocks = st.builds(Block, refs, words, st.none() | words, words, words, words, places)
guards = st.builds(
    GuardResult, st.sampled_from(["changes", "share", "clears", "both"]), words, words, st.booleans()
)
plans = st.builds(
    Plan,
    host=st.sampled_from(["meego.example.com", "127.0.0.1:8000"]) | words,
    space=words,
    space_key=words,
    types=st.just({"story": "story"}),
    updates=st.lists(updates, max_size=6, unique_by=lambda one: one.ref).map(tuple),
    blocks=st.lists(blocks, max_size=4).map(tuple),
    in_sync=st.integers(0, 999),
    named=st.integers(1, 999),
    base=st.none() | words,
    skipped=st.lists(alone, max_size=3, unique_by=lambda one: one.ref).map(tuple),
    released=st.lists(released, max_size=3).map(tuple),
    notes=st.lists(words, max_size=3).map(tuple),
    settings_changes=st.lists(words, max_size=3).map(tuple),
    guards=st.lists(guards, max_size=3).map(tuple),
    failures=st.lists(st.builds(Failure, words, words, st.none() | places), max_size=2).map(tuple),
)

alike = st.sampled_from(
    [
        priority(),
        priority("P2"),
        priority("P3", "P0", why=Why.DRIFT, by="bo@example.com", at="2026-11-21 14:02"),
        text("a", ""),
        text("b", "c"),
        people(added=["ana@example.com"]),
    ]
)
"""Changes of which a long plan has many that are the same, or the same but for the value before."""


def at_line(change: Change, line: int, *, skipped: bool) -> Change:
    """Put a change at a line; one that is skipped says why."""
    place = Place(f"state/demo/{line % 3}.yaml", line, 7)
    return replace(change, place=place, held=Held(HeldBy.POLICY, "report") if skipped else None)


@st.composite
def long_plans(draw: st.DrawFn) -> Plan:
    """Plans in which many items change alike, some are skipped, and many are blocked or released alike."""
    rows = draw(st.lists(st.lists(alike, min_size=1, max_size=3), min_size=5, max_size=60))
    made = [
        replace(
            update(n, type_key=draw(st.sampled_from(["story", "story", "issue"]))),
            changes=tuple(
                at_line(one, 10 * n + k + 1, skipped=skipped)
                for k, one in enumerate({one.key: one for one in changes}.values())
            ),
        )
        for n, changes in enumerate(rows)
        for skipped in [draw(st.integers(0, 3)) == 0]
    ]
    effect = SideEffect("qa", "QA", ("bo",), (), ("bo@example.com",))
    moved = draw(st.integers(0, len(made)))
    sent = [one for one in made if not one.changes[0].held]
    return plan_with(
        *(replace(one, side_effects=(effect,)) if n < moved else one for n, one in enumerate(sent)),
        blocks=[block(n, name=draw(st.sampled_from(["", "Notes"]))) for n in range(draw(st.integers(0, 30)))],
        skipped=tuple(one for one in made if one.changes[0].held),
        released=tuple(
            Released(Ref("story", 6300029900 + n), "due", "Due") for n in range(draw(st.integers(0, 30)))
        ),
    )
