"""Made-up fields of every managed type, their canonical values, and how a service may read them back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec.structs import replace
from ruamel.yaml import YAML

from reconciler.fields import codec_for
from reconciler.fields.codec import Codec
from reconciler.fields.numbers import plain_decimal
from reconciler.fields.prose import Block, Kind, Run, is_sayable, plain_prose, prose_of
from reconciler.fields.rich import canonical_rich
from reconciler.fields.spec import FieldSpec, Items, Option, People, Person
from reconciler.fields.text import canonical_text
from reconciler.fields.values import Wrong
from reconciler.manifest.decoding import BAD_SIGN
from reconciler.manifest.edit.yaml_text import behind
from reconciler.manifest.nodes import AuthoredMap, Node
from reconciler.manifest.parsing import read_tree

Values = st.SearchStrategy[Any]

# -- a made-up space -------------------------------------------------------------------------

ANA, BO, CHEN, GONE, KEY_ONLY, TWIN, OTHER_TWIN = (f"73{n:017}" for n in range(7))
PERSONS = [
    Person(ANA, "ana@example.com", "Ana"),
    Person(BO, "Bo@Example.com", "Bo"),
    Person(CHEN, "chen@example.com", "Chen Wei"),
    Person(GONE, "left@example.com", "Left", active=False),
    Person(KEY_ONLY, "", "Robot"),
    Person(TWIN, "twin.a@example.com", "Twin Person"),
    Person(OTHER_TWIN, "twin.b@example.com", "Twin Person"),
]
PEOPLE = People(
    by_key={one.key: one for one in PERSONS},
    by_email={one.email.lower(): one for one in PERSONS if one.email},
    groups={"ana": ("ana@example.com",), "payments": ("ana@example.com", "bo@example.com")},
)
ITEMS = Items(
    types={"story": "story", "Story": "story", "sprint": "sprint", "release": "67c7c0e46f6789d587d7ab5e"},
    by_name={("sprint", "26-12"): (6290075691,), ("sprint", "twice"): (6290075692, 6290075693)},
    known={6290075691: ("sprint", "26-12"), 6300012345: ("story", "Checkout: pay by card")},
)
OPTIONS = (
    Option("option_1", "P0"),
    Option("option_2", "P1"),
    Option("a1b2", "no"),
    Option("a1b3", "1.10"),
    Option("a1b4", "null"),
    Option("a1b5", "twin"),
    Option("a1b6", "twin"),
    Option("a1b7", "option_1"),
    Option("a1b8", "Old", disabled=True),
    Option("a1b9", "支付、退款"),
    Option("a1c0", ""),
    Option("a1c1", "[BUG] a: b #c"),
    Option("a1c2", "Fix"),
    Option("a1c3", "Fix #2"),
)
TREE = (
    Option(
        "eu",
        "Europe",
        children=(
            Option("fr", "France", children=(Option("pa", "Paris"), Option("ly", "Lyon"))),
            Option("it", "Italy / South"),
            Option("it2", "Italy", children=(Option("so", "South"),)),
        ),
    ),
    Option(
        "us",
        "USA",
        children=(Option("pa2", "Paris"), Option("old", "Old", disabled=True), Option("eu2", "Europe")),
    ),
    Option("x", "Europe / France"),
    Option("tw1", "twin"),
    Option("tw2", "twin", children=(Option("tw3", "below"),)),
    Option("off", "Off", disabled=True, children=(Option("in", "inner"),)),
)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [
    SHANGHAI,
    *map(ZoneInfo, ("UTC", "America/New_York", "America/Sao_Paulo", "Pacific/Kiritimati", "Asia/Kathmandu")),
]


def spec(key: str, type_: str, **more: Any) -> FieldSpec:
    return FieldSpec(
        key=key, name=key.replace("_", " ").capitalize(), type=type_, **{"zone": SHANGHAI, **more}
    )


NAME = spec("name", "text", alias="name")
NOTES = spec("notes", "text")
STORY = spec("description", "multi_text")
POINTS = spec("points", "number")
RATE = spec("rate", "number", scale="0.01")
NEEDS_QA = spec("needs_qa", "bool")
DUE = spec("due", "date")
CUTOVER = spec("cutover", "date", kind="moment")
SCHEDULE = spec("schedule", "schedule")
WIKI = spec("wiki", "link")
DOCS = spec("docs", "link_cloud_doc")
HOTLINE = spec("hotline", "telephone")
CONTACT = spec("contact", "email")
PRIORITY = spec("priority", "select", options=OPTIONS)
PLATFORM = spec("platform", "multi_select", options=OPTIONS)
AREA = spec("area", "tree_select", options=TREE)
LEAF_AREA = spec("leaf_area", "tree_select", options=TREE, level="leaf")
MARKETS = spec("markets", "tree_multi_select", options=TREE)
BUSINESS = spec("business", "business", options=TREE)
REVIEWER = spec("reviewer", "user")
WATCHERS = spec("watchers", "multi_user")
RD = spec("rd", "role")
PM = spec("pm", "role", single=True)
PARENT = spec("parent", "work_item_related_select", targets=("story",))
SPRINT = spec("sprint", "work_item_related_multi_select", targets=("sprint",))
ENV = spec("field_env", "text", alias="env")
ROW_PARTS = (
    ENV,
    spec("field_when", "date", alias="when"),
    spec("field_cost", "number"),
    spec("field_stage", "select", options=OPTIONS),
    spec("field_who", "multi_user", alias="who"),
    spec("field_total", "number", calculated=True),
)
ROWS = spec("release_plan", "compound_field", subfields=ROW_PARTS)
KEYED = replace(ROWS, key="env_rows", name="Env rows", row_key="env")


def codec(one: FieldSpec) -> Codec:
    return codec_for(one, PEOPLE, ITEMS)


# -- canonical values ------------------------------------------------------------------------

signs = st.characters(codec="utf-8").filter(lambda sign: not BAD_SIGN.search(sign))
texts = st.text(signs, min_size=1, max_size=40) | st.sampled_from(
    [
        "null",
        "~",
        "no",
        "1.10",
        "0123",
        "a: b",
        "a #b",
        "[x]",
        "- a",
        "'q'",
        '"',
        "|",
        "2026-12-01",
        " x ",
        "a\n\n  b",
    ]
)
lines = st.text(signs.filter(lambda sign: sign not in "\n\r\t\u0085"), max_size=20)
user_keys = st.sampled_from([ANA, BO, CHEN, GONE, KEY_ONLY]) | st.integers(10**18, 10**19 - 1).map(str)
days = st.dates(date(2001, 9, 11), date(2286, 11, 19))
instants = st.datetimes(datetime(2001, 9, 10), datetime(2286, 11, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda one: one.replace(microsecond=0)
)
numbers = st.integers(-(10**15), 10**15).map(Decimal) | st.floats(-1e15, 1e15).filter(
    lambda one: abs(one) > 1e-90 and len(repr(one)) <= 30
).map(lambda one: Decimal(repr(one)))
PATHS = "eu, eu fr, eu fr pa, eu it, eu it2 so, us pa2, us old, us eu2, x, tw1, tw2, tw2 tw3, off in"
paths = st.sampled_from([tuple(path.split()) for path in PATHS.split(", ")])
item_ids = st.sampled_from([6290075691, 6300012345]) | st.integers(1, 2**63 - 1)
web = st.from_regex(r"https?://[a-z0-9.-]{1,12}/[a-zA-Z0-9?=&#/_%-]{0,20}", fullmatch=True)
option_ids = st.sampled_from([option.id for option in OPTIONS])
runs = st.builds(
    Run,
    st.text(
        st.sampled_from("ab 支。*_`~[]()#!<>&\\-1.+|:/@") | signs.filter(lambda s: s not in "\n\r"),
        max_size=8,
    ),
    st.sets(st.sampled_from(["bold", "italic", "strike"])).map(frozenset),
)
kinds: st.SearchStrategy[Kind] = st.sampled_from(["p", "p", "h1", "h2", "h3", "ul", "ol"])
formatted = (
    st.lists(
        st.builds(Block, kinds, st.lists(runs, max_size=4).map(tuple)) | st.just(Block("hr")), max_size=5
    )
    .map(prose_of)
    .map(lambda prose: prose_of(prose.filled))
    .filter(lambda prose: not prose.is_plain and is_sayable(prose.blocks))
)


def rows_of(min_size: int) -> Values:
    """Rows with at least one filled sub-field."""
    cells = {
        "field_env": st.none() | texts.map(canonical_text),
        "field_when": st.none() | days,
        "field_cost": st.none() | numbers.map(plain_decimal),
        "field_stage": st.none() | option_ids,
        "field_who": st.frozensets(user_keys, max_size=2),
    }
    row = st.fixed_dictionaries(cells).map(
        lambda values: tuple((key, values[key]) for key in cells if values[key] not in (None, frozenset()))
    )
    return st.lists(row.filter(bool), min_size=min_size, max_size=3).map(tuple)


def keyed_rows() -> Values:
    """Rows each of which has its own value in `env`."""
    return rows_of(0).map(
        lambda rows: tuple(
            (("field_env", f"env {n}"), *(cell for cell in row if cell[0] != "field_env"))
            for n, row in enumerate(rows)
        )
    )


# -- what a service may answer (field-formats.md) -----------------------------------------------


def text_readings(sent: str) -> Iterator[Any]:
    """3.1, 4.1: as it is, with a newline nobody typed, with other line ends; empty as null or ''."""
    yield from (sent, sent + "\n", sent.replace("\n", "\r\n"))
    if not sent:
        yield None


def rich_readings(sent: Any) -> Iterator[Any]:
    """4.3, 12.1: a string, or beside it an object of a document, its words and its HTML."""
    if isinstance(sent, list):
        words = "\n".join("".join(run["text"] for run in block["content"]) for block in sent)
        plain = all(block["type"] in ("paragraph", "blank") for block in sent) and "attrs" not in str(sent)
        html = {"doc_text": words + "\n", "doc_html": "<p>x</p>" if plain else "<p><strong>x</strong></p>"}
        yield {**html, "doc": json.dumps(sent)}
        for nodes in (editor_nodes(sent), line_nodes(sent)):
            yield {**html, "doc": json.dumps({"type": "doc", "content": list(nodes)})}
        return
    for text in (sent, sent + "\n", sent.replace("\n", " \n"), sent.replace(" ", "\u00a0")):
        yield text
        yield {
            "doc": json.dumps({"text": text}),
            "doc_text": text,
            "doc_html": "<p>x</p><br>",
            "is_empty": not sent,
        }
    if not sent:
        yield None
        yield {"doc": "", "doc_text": None, "doc_html": "", "is_empty": True, "notify_user_list": []}


def editor_nodes(blocks: list[Any]) -> Iterator[dict[str, Any]]:
    """The document model that other clients met: nodes with marks, lists of entries (12.1)."""
    marks = {"bold": "bold", "italic": "italic", "strikethrough": "strike"}
    for block in blocks:
        sizes = {run.get("attrs", {}).get("fontSize") for run in block["content"]} - {None}
        content = [
            {
                "type": "text",
                "text": run["text"],
                "marks": [{"type": mark} for word, mark in marks.items() if word in run.get("attrs", {})],
            }
            for run in block["content"]
        ]
        paragraph = {"type": "paragraph", "content": content}
        if block["type"] in ("ul", "ol"):
            name = {"ul": "bullet_list", "ol": "orderedList"}[block["type"]]
            yield {"type": name, "content": [{"type": "list_item", "content": [paragraph]}]}
        elif block["type"] == "horizontalLine":
            yield {"type": "horizontal_rule"}
        elif sizes:
            yield {"type": "heading", "attrs": {"level": int(sizes.pop()[1])}, "content": content}
        else:
            yield paragraph


def line_nodes(blocks: list[Any]) -> Iterator[dict[str, Any]]:
    """A document of the written lines, their attributes as marks with values."""
    for block in blocks:
        marked = [
            {
                "type": run["type"],
                "text": run["text"],
                "marks": [
                    {"type": word, "attrs": {"value": value}} for word, value in run.get("attrs", {}).items()
                ],
            }
            for run in block["content"]
        ]
        yield {"type": block["type"], "attrs": block.get("lineAttrs", {}), "content": marked}


def list_readings(sent: list[str]) -> Iterator[Any]:
    """4.5: an array, one string in the browser's table; empty as null, '' or []."""
    yield from (sent, [f" {link} " for link in sent])
    yield from sent if len(sent) == 1 else ()
    yield from (None, "") if not sent else ()


def number_readings(sent: Any) -> Iterator[Any]:
    """5.1: int or float, sometimes digits in a string; empty as null or ''."""
    yield sent
    if sent is None:
        yield ""
        return
    yield str(sent)
    if isinstance(sent, int) and abs(sent) <= 2**53:
        yield from (float(sent), f"{sent}.0")


def bool_readings(sent: Any) -> Iterator[Any]:
    """5.2: as it is."""
    yield sent


def ms_readings(sent: int | None, later: int) -> Iterator[Any]:
    """5.4: milliseconds, as digits, not quite at the start; empty as null, 0 or ''."""
    yield from (None, 0, "") if sent is None else (sent, str(sent), sent + later)


def schedule_readings(sent: dict[str, int] | None) -> Iterator[Any]:
    """5.6: ends with .999 or .000; empty as null or an object of empties."""
    yield sent
    if sent is None:
        yield from ("", {}, {"start_time": 0, "end_time": 0}, {"start_time": None, "end_time": None})
        return
    yield {"end_time": sent["end_time"] - 999, "start_time": sent["start_time"]}
    yield {member: str(value) for member, value in sent.items()}


def option_readings(sent: dict[str, str] | None) -> Iterator[Any]:
    """6.1: with its label, without, as a bare id; empty as null, '' or an object of empties."""
    if sent is None:
        yield from (None, "", {}, {"value": None}, {"value": "", "label": ""})
        return
    yield from (
        sent,
        {"label": "any", **sent},
        {**sent, "label": "", "order": 3, "is_disabled": 2},
        sent["value"],
    )


def options_readings(sent: list[dict[str, str]]) -> Iterator[Any]:
    """6.2: in any order, with labels, doubled; empty as null, '' or []."""
    yield from (sent, sent[::-1], [{"label": "any", **one} for one in sent], [*sent, *sent])
    yield [one["value"] for one in sent]
    yield from () if sent else (None, "")


def tree_readings(sent: Any) -> Iterator[Any]:
    """6.3, 10: with labels or without, the leaf with null below or nothing; empty as null or empties."""
    if sent is None:
        yield from (None, "", {}, {"value": None, "label": "", "children": None})
        return
    yield from (sent, bare(sent), listed(sent))


def bare(node: dict[str, Any]) -> dict[str, Any]:
    below = {"children": bare(node["children"])} if node["children"] else {}
    return {"value": node["value"], **below}


def listed(node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "children": [listed(node["children"])] if node["children"] else []}


def trees_readings(sent: list[Any]) -> Iterator[Any]:
    """6.4: an array in any order; empty as null, '' or []."""
    yield from (sent, sent[::-1], [bare(one) for one in sent])
    yield from () if sent else (None, "")


def word_readings(sent: str | None) -> Iterator[Any]:
    """6.5, 7.1: a string; empty as null or ''."""
    yield from (None, "") if sent is None else (sent,)


def user_readings(sent: str | None) -> Iterator[Any]:
    """7.1, 18.6: a string, or a list of it."""
    yield from (None, "", []) if sent is None else (sent, [sent])


def users_readings(sent: list[str]) -> Iterator[Any]:
    """7.2, 9: in any order, null where there are none."""
    yield from (sent, sent[::-1], [*sent, *sent])
    yield from () if sent else (None, "")


def item_readings(sent: int | None) -> Iterator[Any]:
    """8.1, 8.3, 15: a number, digits, an object with the id; empty as null, '' or 0."""
    yield from (None, "", 0) if sent is None else (sent, str(sent), {"id": sent, "name": "any"})


def items_readings(sent: list[int]) -> Iterator[Any]:
    """8.2, 15: in any order; empty as null or []."""
    yield from (sent, sent[::-1], [str(one) for one in sent], [{"id": one} for one in sent])
    yield from () if sent else (None, "")


def rows_readings(sent: list[list[dict[str, Any]]]) -> Iterator[Any]:
    """8.4, 10b: ragged rows in any order of their pairs, more members, empty sub-values, strings of JSON."""
    full = [
        [{"field_alias": "", "field_type_key": "any", **pair} for pair in row[::-1]]
        + [{"field_key": "field_total", "field_value": 3}]
        for row in sent
    ]
    yield from (sent, full, [*sent, []])
    subs = ["field_env", "field_when", "field_cost", "field_stage", "field_who"]
    yield [
        [*row, *({"field_key": key, "field_value": None} for key in subs if key not in named_in(row))]
        for row in sent
    ]
    yield [
        [
            {**pair, "field_value": json.dumps(pair["field_value"])}
            if pair["field_key"] == "field_when"
            else pair
            for pair in row
        ]
        for row in sent
    ]
    yield from () if sent else (None, "", [[]])


def named_in(row: list[dict[str, Any]]) -> set[str]:
    return {pair["field_key"] for pair in row}


@dataclass(frozen=True, slots=True)
class Case:
    """A field, the canonical values that it may be asked to hold, and how they are read back."""

    spec: FieldSpec
    values: Values
    readings: Callable[[Any], Iterator[Any]]

    @property
    def id(self) -> str:
        return f"{self.spec.type}-{self.spec.key}"


CASES = [
    Case(
        NAME,
        texts.map(lambda text: canonical_text(text.replace("\n", " ").strip())).filter(bool),
        text_readings,
    ),
    Case(NOTES, texts.map(canonical_text), text_readings),
    Case(
        STORY,
        st.none() | texts.map(canonical_rich).map(lambda text: text and plain_prose(text)) | formatted,
        rich_readings,
    ),
    Case(POINTS, st.none() | numbers.map(plain_decimal), number_readings),
    Case(
        RATE,
        st.none() | st.integers(-(10**9), 10**9).map(lambda n: plain_decimal(Decimal(n) / 1000)),
        number_readings,
    ),
    Case(NEEDS_QA, st.none() | st.booleans(), bool_readings),
    *(
        Case(
            replace(DUE, key=f"due_{zone}", zone=zone),
            st.none() | days,
            lambda sent: ms_readings(sent, 3_599_999),
        )
        for zone in ZONES
    ),
    Case(CUTOVER, st.none() | instants, lambda sent: ms_readings(sent, 999)),
    *(
        Case(
            replace(SCHEDULE, key=f"schedule_{zone}", zone=zone),
            st.none() | st.tuples(days, days).map(lambda ends: tuple(sorted(ends))),
            schedule_readings,
        )
        for zone in ZONES
    ),
    Case(WIKI, st.none() | web, text_readings),
    Case(DOCS, st.lists(web, max_size=3, unique=True).map(tuple), list_readings),
    Case(
        HOTLINE,
        st.none() | st.from_regex(r"(\+[0-9]{1,3})?[-0-9]{1,20}[0-9]{3}", fullmatch=True),
        text_readings,
    ),
    Case(CONTACT, st.none() | st.from_regex(r"[a-z.]{1,9}@[a-z.]{1,9}", fullmatch=True), text_readings),
    Case(PRIORITY, st.none() | option_ids, option_readings),
    Case(PLATFORM, st.frozensets(option_ids), options_readings),
    Case(AREA, st.none() | paths, tree_readings),
    Case(MARKETS, st.frozensets(paths), trees_readings),
    Case(BUSINESS, st.none() | paths.map(lambda path: path[-1]), word_readings),
    Case(REVIEWER, st.none() | user_keys, user_readings),
    Case(WATCHERS, st.frozensets(user_keys, max_size=4), users_readings),
    Case(RD, st.frozensets(user_keys, max_size=4), users_readings),
    Case(PARENT, st.none() | item_ids.filter(lambda one: one != 6290075691), item_readings),
    Case(SPRINT, st.frozensets(item_ids.filter(lambda one: one != 6300012345), max_size=4), items_readings),
    Case(ROWS, rows_of(0), rows_readings),
    Case(KEYED, keyed_rows(), rows_readings),
]


# -- through YAML ------------------------------------------------------------------------------


def yaml_of(data: Any) -> str:
    """Write data as a file holds it; lines stay whole: ruamel folds wrongly behind a backslash."""
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 2**20
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    yaml.dump({"v": data}, out)
    return out.getvalue()


def file_of(data: Any) -> str:
    """Write data as our own writer does."""
    return "\n".join(behind("v:", data, 0)) + "\n"


def node_of(text: str) -> Node:
    """Read the value of `v` as the loader does."""
    tree = read_tree(text.encode(), "a.yaml")
    assert tree.mistakes == []
    assert isinstance(tree.root, AuthoredMap)
    return tree.root["v"]


def read(one: FieldSpec, written: str) -> Any:
    """Read one authored value of a field."""
    return codec(one).parse(node_of(f"v: {written}\n"))


def refused(one: FieldSpec, written: str) -> list[str]:
    """Return the mistakes in one authored value, without the file's name."""
    try:
        value = read(one, written)
    except Wrong as error:
        return [str(mistake).removeprefix("a.yaml:") for mistake in error.mistakes]
    raise AssertionError(value)
