"""Every answer that proves nothing or refuses, to each item and for every type of field: told as it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from reconciler.desired.items import DesiredItem
from reconciler.meegle.http.codes import STOP_CODES
from reconciler.meegle.http.failures import NoAnswer, NotSent
from reconciler.model import Plan
from reconciler.model.outcomes import Report, word
from tests.conftest import is_deep
from tests.workbench import Bench

FIRST: Final = 6300012320
PLACES: Final = ("first", "middle", "last")
OTHER: Final = "story_points: 4711"
TYPES: Final = {
    "name": "name: Other",
    "text": "ext_ref: other",
    "lines": "notes: other",
    "multi_text": "description: {text: other, replace_formatting: true}",
    "rich text": "description: {markdown: '**other** words'}",
    "select": "priority: P3",
    "radio": "scale: XL",
    "number": "rollout_rate: 0.5",
    "bool": "needs_qa: true",
    "date": "due: 2031-01-01",
    "moment": "cutover: 2031-01-01T09:30:00+08:00",
    "multi_select": "platform: [Web, Desktop]",
    "user": "reviewer: emil@example.com",
    "multi_user": "watchers: [emil@example.com]",
    "members": "watchers: {contains: [emil@example.com]}",
    "tree_select": "area: Accounts / Login",
    "tree_multi_select": "markets: [Accounts / Login]",
    "business": "business: Money",
    "schedule": "schedule: {start: 2031-01-01, end: 2031-02-01}",
    "related": "parent_story: 6300012301",
    "related set": "planning_release: [6300014300, 6300014301]",
    "link": "wiki: 'https://other.example/1'",
    "docs": "docs: ['https://other.example/1']",
    "telephone": "hotline: '+86-400-4711'",
    "email": "contact: other@example.com",
    "compound": "env_rows: {contains: [{env: other, ready: true}]}",
    "empty": "due: null",
}
ROLE: Final = "role"


def reply(code: int, message: str = "no", status: int = 400) -> httpx.Response:
    """Return a refusal in the service's envelope."""
    told = {"code": code, "msg": message, "log_id": "20260101000000FA017"}
    return httpx.Response(status, json={"err_code": code, "err_msg": message, "err": told})


def raising(error: Exception) -> Callable[[], httpx.Response]:
    """Return what raises an error."""

    def answer() -> httpx.Response:
        raise error

    return answer


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and what it means: `ambiguous`, `passing`, `refused`, `unwritten` or `fatal`."""

    name: str
    kind: str
    make: Callable[[], httpx.Response]


def raw(status: int, content: bytes) -> Callable[[], httpx.Response]:
    """Return an answer of bytes."""
    return lambda: httpx.Response(status, content=content)


def coded(code: int, message: str = "no", status: int = 400) -> Callable[[], httpx.Response]:
    """Return an answer with a code."""
    return lambda: reply(code, message, status)


REFUSING: Final = (
    *(9999, 10001, 20005, 20006, 20007, 20013, 20014, 20025, 20029, 20033, 20041, 20050, 20051, 20052, 20053),
    *(20083, 20090, 30005, 30006, 30008, 30009, 30014, 30017, 424242),
)
ANSWERS: Final = (
    Answer("timeout", "ambiguous", raising(NoAnswer("no whole answer in time"))),
    Answer("reset", "ambiguous", raising(httpx.ReadError("reset"))),
    Answer("empty", "ambiguous", raw(200, b"")),
    Answer("cut", "ambiguous", raw(200, b'{"err_code":0,"err')),
    Answer("page", "ambiguous", raw(200, b"<html>")),
    Answer("list", "ambiguous", raw(200, b"[]")),
    Answer("no code", "ambiguous", raw(200, b'{"data":{}}')),
    Answer("text as code", "ambiguous", raw(200, b'{"err_code":"0"}')),
    Answer("null as code", "ambiguous", raw(200, b'{"err_code":null}')),
    Answer("502", "ambiguous", raw(502, b"<html>")),
    Answer("503", "ambiguous", raw(503, b"")),
    Answer("504", "ambiguous", raw(504, b"")),
    Answer("bare 429", "ambiguous", raw(429, b"")),
    Answer("10430", "passing", coded(10430, "repeated", 429)),
    Answer("busy", "passing", coded(50006, "system is busy, try again later")),
    Answer("db", "passing", coded(50006, "fail to read/write db")),
    Answer("disagree", "passing", raw(200, b'{"err_code":10429,"err":{"code":20006}}')),
    *(Answer(str(code), "refused", coded(code)) for code in REFUSING),
    Answer("no right", "refused", coded(50006, "No right to edit")),
    Answer("limit", "refused", coded(50006, "Limit Exceeded")),
    Answer("owners", "refused", coded(50006, "Failed to process role owners")),
    Answer("refused connection", "unwritten", raising(NotSent("no connection"))),
    Answer("10429", "unwritten", coded(10429, "API Request Frequency Limit", 429)),
    Answer("10429 in a 200", "unwritten", coded(10429, "API Request Frequency Limit", 200)),
    *(Answer(str(code), "unwritten", coded(code, status=401)) for code in (10021, 10022, 10211)),
    *(Answer(str(code), "fatal", coded(code)) for code in sorted(STOP_CODES)),
    Answer(
        "redirect", "fatal", lambda: httpx.Response(307, headers={"Location": "https://elsewhere.example/"})
    ),
)
STORED: Final = {
    "ambiguous": ("all", "none", "part"),
    "passing": ("all", "none", "part"),
    "refused": ("all", "none", "part"),
    "unwritten": ("none",),
    "fatal": ("none",),
}
PUTS: Final = {("ambiguous", "none"): 2, ("ambiguous", "part"): 2, ("unwritten", "none"): 2}
"""How often the item is sent where that is not once; after a part was stored, the service knows the key."""
CASES: Final = [(answer, stored) for answer in ANSWERS for stored in STORED[answer.kind]]


class Meddler:
    """Gives the first write of one item its answer, and carries out all of it, some or nothing."""

    def __init__(self, item: int, answer: Answer, stored: str) -> None:
        self.item, self.answer, self.stored = item, answer, stored
        self.keys: list[str] = []

    def __call__(self, request: httpx.Request, service: httpx.BaseTransport) -> httpx.Response:
        """Pass on, or meddle."""
        if request.method != "PUT" or not request.url.path.endswith(f"/{self.item}"):
            return service.handle_request(request)
        self.keys.append(request.headers["X-IDEM-UUID"])
        if len(self.keys) > 1:
            return service.handle_request(request)
        body = json.loads(request.read())
        pairs = body["update_fields"]
        kept = {"all": pairs, "part": pairs[:1], "none": []}[self.stored]
        if kept:
            headers = {
                key: value for key, value in request.headers.items() if key.lower() != "content-length"
            }
            service.handle_request(
                httpx.Request("PUT", request.url, headers=headers, json={"update_fields": kept})
            )
        return self.answer.make()


def document(kind: str) -> bytes:
    """Want two fields of each of three stories, one of them of the type."""
    role = "    roles:\n      RD: [emil@example.com, dana@example.com]\n"
    more = role if kind == ROLE else f"      {TYPES[kind]}\n"
    items = "".join(f"  - id: {FIRST + n}\n    fields:\n      {OTHER}\n{more}" for n in range(len(PLACES)))
    return f"space: demo\ntype: story\nitems:\n{items}".encode()


def judge(answer: Answer, stored: str, item: int, report: Report, open_ones: set[tuple[int, str]]) -> None:
    """Hold a report against what a new plan still wants: what is not seen is never called applied."""
    assert len(report.rows) == 2 * len(PLACES)
    for row in report.rows:
        stands = (row.ref.id, row.key) not in open_ones
        outcome = word(row.outcome)
        assert (outcome == "applied") == stands, (answer.name, stored, row)
        if row.ref.id != item and answer.kind != "fatal":
            assert outcome == "applied"
        if row.ref.id == item:
            assert outcome in ("applied", "rejected")
            if answer.kind == "refused" and not stands and answer.name.isdigit():
                assert answer.name in getattr(row.outcome, "reason", "")
    mine = [word(row.outcome) for row in report.rows if row.ref.id == item]
    expected = {"all": {"applied"}, "part": {"applied", "rejected"}, "none": {"rejected"}}[stored]
    if stored == "none" and answer.kind in ("ambiguous", "unwritten"):
        expected = {"applied"}
    assert set(mine) == expected, (answer.name, stored, mine)
    assert (report.stopped is not None) == (answer.kind == "fatal")


def try_out(
    bench: Bench, plan: Plan, desired: tuple[DesiredItem, ...], answer: Answer, stored: str, n: int
) -> None:
    """Apply while one item's first write is answered so, judge, and apply again."""
    bench.reset()
    prepare(bench)
    meddler = Meddler(FIRST + n, answer, stored)
    bench.wire.meddle = meddler
    report, journal, writes = bench.apply(plan)
    bench.wire.meddle = None
    open_ones = {(update.ref.id, one.key) for update in bench.plan(desired).updates for one in update.changes}
    judge(answer, stored, FIRST + n, report, open_ones)
    assert len(meddler.keys) == PUTS.get((answer.kind, stored), 1)
    assert len(set(meddler.keys)) == (2 if answer.kind == "unwritten" else 1)
    intents = [line["idem"] for line in journal.lines if line["event"] == "intent"]
    assert {made.idem for made in writes} <= set(intents)
    assert Counter(intents)[meddler.keys[0]] == meddler.keys.count(meddler.keys[0])
    if open_ones:
        bench.apply(plan)
    assert bench.plan(desired).is_empty


def prepare(bench: Bench) -> None:
    """Let the stories hold something else than every value that is wanted."""
    for n in range(len(PLACES)):
        values = bench.world.item(FIRST + n).values
        values |= {"field_b9d821": False, "priority": {"value": "option_0"}, "field_511b0c": None}
        values |= {"field_38c836": None, "business": None, "field_05723d": None, "watchers": []}
        values |= {"field_2fbca6": 1776700800000, "field_7872c9": None, "planning_sprint": []}
        values |= {"field_c4d17a": [], "field_0dae57": {"value": "scale_0"}}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with ExitStack() as opened:
        yield Bench(opened)


@pytest.mark.parametrize("place", range(len(PLACES)), ids=PLACES)
def test_every_answer_is_told_as_what_it_was(
    bench: Bench, place: int, record_property: Callable[[str, object], None]
) -> None:
    """`make test` gives each answer in turn to another type of field, `make deep` to all of them."""
    kinds = [*TYPES, ROLE]
    plans: dict[str, tuple[Plan, Any]] = {}
    for kind in kinds:
        bench.reset()
        prepare(bench)
        desired = bench.desire(document(kind))
        plans[kind] = bench.plan(desired), desired
        assert plans[kind][0].fields == 2 * len(PLACES), kind
    tried = 0
    for number, (answer, stored) in enumerate(CASES):
        turn = (number + place * 9) % len(kinds)
        for kind in kinds if is_deep() else kinds[turn : turn + 1]:
            plan, desired = plans[kind]
            try_out(bench, plan, desired, answer, stored, place)
            tried += 1
    record_property("count", f"{tried} answers to the {PLACES[place]} item")
