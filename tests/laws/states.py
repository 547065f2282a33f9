"""Random desired states of some stories, as files say them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from hypothesis import strategies as st

PEOPLE = [f"{name}@example.com" for name in ("ana", "bo", "chen", "dana", "emil")]
IDS = [6300012320 + n for n in range(6)]


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def listed(values: list[str]) -> str:
    return "[" + ", ".join(values) + "]"


def a_set(members: list[str]) -> st.SearchStrategy[str]:
    """An exact list, or a rule about some members."""
    some = st.lists(st.sampled_from(members), unique=True, max_size=3)
    ruled = st.permutations(members).flatmap(
        lambda order: st.builds(
            lambda n, m: f"{{contains: {listed(order[:n])}, excludes: {listed(order[n : n + m])}}}",
            st.integers(1, 2),
            st.integers(0, 2),
        )
    )
    return some.map(listed) | ruled


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"]),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()))
day = st.dates(date(2002, 1, 1), date(2100, 12, 31)).map(str)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "name": words.map(quoted),
    "ext_ref": words.map(quoted) | st.just("null"),
    "description": words.map(quoted)
    | words.map(lambda text: f"{{text: {quoted(text)}, replace_formatting: true}}")
    | st.sampled_from(["null", '{markdown: "**a** b\\n\\n- c"}']),
    "priority": st.sampled_from(["P0", "P1", "P2", "P3", "null", "{id: option_1}"]),
    "scale": st.sampled_from(["S", "M", "L", "null"]),
    "story_points": st.integers(-999, 999).map(str) | st.sampled_from(["0.5", "1e3", "null"]),
    "needs_qa": st.sampled_from(["true", "false", "null"]),
    "due": day | st.just("null"),
    "cutover": day.map(lambda one: f"{one}T09:30:00+08:00") | st.just("null"),
    "platform": a_set(["iOS", "Android", "Web", "Desktop"]),
    "reviewer": st.sampled_from([*PEOPLE, "null"]),
    "watchers": a_set(PEOPLE),
    "area": st.sampled_from(["Payments / Cards", "[Accounts, Login]", "{id: pay_1}", "null"]),
    "markets": a_set(["Payments", "Payments / Cards", "Accounts / Login"]),
    "business": st.sampled_from(["Money", "Money / Cards", "null"]),
    "schedule": st.tuples(day, day).map(lambda two: f"{{start: {min(two)}, end: {max(two)}}}")
    | st.just("null"),
    "parent_story": st.sampled_from(["6300012300", "6300012301", "null"]),
    "planning_release": a_set(["6300014300", "6300014301", "{name: Web 8.1}"]),
    "docs": st.lists(st.sampled_from(['"https://a.example/1"', '"https://a.example/2"']), unique=True).map(
        listed
    ),
    "hotline": st.sampled_from(['"+86-400-1234"', "null"]),
    "contact": st.sampled_from(["ops@example.com", "null"]),
    "env_rows": st.sampled_from(
        [
            "[]",
            "[{env: a, ready: true}, {env: b, owner: ana@example.com, due: 2026-12-01}]",
            "{contains: [{env: staging, ready: false}]}",
            '{contains: [{env: new, url: "https://new.example"}]}',
        ]
    ),
}
ROLES = {"RD": a_set(PEOPLE), "PM": a_set(PEOPLE)}


def maybe(table: Mapping[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, str]]:
    """Some of a table's entries."""
    return st.fixed_dictionaries({}, optional=dict(table))


def document(items: Mapping[int, tuple[dict[str, str], dict[str, str]]]) -> bytes:
    """Write items as a file of desired state."""
    lines = ["space: demo", "type: story", "items:"]
    for item_id, (fields, roles) in items.items():
        lines.append(f"  - id: {item_id}")
        for section, values in (("fields", fields), ("roles", roles)):
            lines += [f"    {section}:"] if values else []
            lines += [f"      {name}: {value}" for name, value in values.items()]
    return ("\n".join(lines) + "\n").encode()


states = st.dictionaries(
    st.sampled_from(IDS), st.tuples(maybe(VALUES), maybe(ROLES)), min_size=1, max_size=len(IDS)
)
