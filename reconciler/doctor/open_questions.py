"""Open questions of the API that one scratch item can answer, beside the forms of values.

Each answer is one of our own phrases, a code or a count: it holds nothing of the space, so that the
report can be sent to strangers.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct

from reconciler.doctor.scratch_item import Scratch
from reconciler.errors import CannotRun
from reconciler.fields.codec import Codec
from reconciler.fields.spec import Option
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.failures import ApiRefusal, StopCode, StrangeAnswer
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Refused, Verdict
from reconciler.meegle.rows import wire_values

Row = Mapping[str, Any]
CLOSED: Final = ("closed", "systemEnded")
MOST, BEYOND = 200, 1_000_000
WORDS: Final = frozenset({"user", "auto", "system", "calc_field", "plugin", "others", ""})
"""The words of operation records for writers and ways (endpoints.md 8)."""


# -- reads ----------------------------------------------------------------------------------------


def queried(item: Scratch, ids: Sequence[int]) -> list[Row]:
    """Ask for items by id."""
    path = {"project_key": item.writer.space_key, "type_key": item.ref.type_key}
    return item.writer.client.read(api.QUERY, path=path, body={"work_item_ids": list(ids)}).get("data") or []


def list_type(item: Scratch, **body: Any) -> dict[str, Any]:
    """Ask for a list of the item's type."""
    whole = {"work_item_type_keys": [item.ref.type_key], **body}
    return item.writer.client.read(api.FILTER, path={"project_key": item.writer.space_key}, body=whole)


def id_named_twice(item: Scratch) -> str:
    """Return how often a query gives an item that it names twice."""
    return f"the item comes {len(queried(item, [item.ref.id] * 2))} time(s)"


def order_of_a_query(item: Scratch) -> str:
    """Return the order of a query's answer."""
    rows = list_type(item, page_num=1, page_size=3).get("data") or []
    others = [int(row["id"]) for row in rows if row.get("id") != item.ref.id]
    if not others:
        return "the type has no other item"
    ids = sorted([item.ref.id, others[0]], reverse=True)
    met = [int(row["id"]) for row in queried(item, ids)]
    return "as asked" if met == ids else "by id" if met == sorted(ids) else "in another way"


def terminated_item(item: Scratch) -> str:
    """Return how a query answers for a terminated item."""
    for word in CLOSED:
        rows = list_type(item, work_item_status=[{"state_key": word}], page_num=1, page_size=1).get("data")
        if rows:
            found = queried(item, [int(rows[0]["id"])])
            aborted = wire_values(found[0]).get("aborted") if found else None
            flag = aborted.get("is_aborted") if isinstance(aborted, dict) else None
            told = flag if isinstance(flag, bool) else "not said"
            return f"found by {word}; query gives {len(found)}, is_aborted {told}"
    return "no terminated item of the type was found"


def bounds_of_a_window(item: Scratch) -> str:
    """Return True if the edges of `updated_at` belong to the window."""
    at = item.look().row.get("updated_at")
    if not isinstance(at, int):
        return "the item has no updated_at"

    def met(start: int, end: int) -> bool:
        window = {"start": start, "end": end}
        rows = list_type(item, work_item_ids=[item.ref.id], updated_at=window, page_num=1, page_size=1)
        return bool(rows.get("data"))

    if not item.await_(lambda: met(at - 1000, at + 1000), bool):
        return "the list does not know the last change yet"
    return f"start {in_or_out(met(at, at + 1000))}, end {in_or_out(met(at - 1000, at))}"


def in_or_out(found: bool) -> str:  # noqa: FBT001 - what was found
    """Return the word for it."""
    return "included" if found else "excluded"


def page_too_large(item: Scratch) -> str:
    """Return how a list takes a page of 201."""
    rows = list_type(item, page_num=1, page_size=MOST + 1).get("data") or []
    return "taken as it is" if len(rows) > MOST else f"taken; at most {MOST} came"


def page_zero(item: Scratch) -> str:
    """Return how a list takes page 0."""
    told = list_type(item, page_num=0, page_size=1)
    return f"taken as page {paging_number(told, 'page_num')}"


def page_beyond_the_end(item: Scratch) -> str:
    """Return what a list gives behind its last page."""
    return f"{len(list_type(item, page_num=BEYOND, page_size=1).get('data') or [])} rows"


def usual_page(item: Scratch) -> str:
    """Return the usual size of a page."""
    return f"{paging_number(list_type(item, page_num=1), 'page_size')}"


def paging_number(told: Row, name: str) -> int:
    """Read a number of the paging; -1 where there is none."""
    found = (told.get("pagination") or {}).get(name)
    return found if isinstance(found, int) else -1


def operation_records(item: Scratch) -> dict[str, Any]:
    """Read the item's operation records, the oldest first (endpoints.md 8)."""
    body = {"project_key": item.writer.space_key, "work_item_ids": [item.ref.id], "page_size": MOST}
    return item.writer.client.read(api.OP_RECORDS, body=body).get("data") or {}


def label_of_our_writes(item: Scratch) -> str:
    """Return how the newest record names the writer and the way of writing."""
    told = operation_records(item)
    rows = sorted(told.get("op_records") or [], key=lambda row: int(row.get("operation_time") or 0))
    if not rows:
        return "there is no record"
    last, writer = rows[-1], item.writer
    kind, way = (documented_word(last.get(name)) for name in ("operator_type", "source_type"))
    who = "the acting user" if last.get("operator") == writer.user_key else "another"
    plugin = "this plugin" if last.get("source") == writer.plugin_id else "another or none"
    total = "given" if "total" in told else "left out"
    return f"operator_type {kind}: {who}; source_type {way}: {plugin}; total {total}"


def documented_word(word: Any) -> str:
    """Return a word of the documentation; any other word becomes a neutral one."""
    return str(word or "none") if (word or "") in WORDS else "a word of no page"


def forms_of_records(item: Scratch) -> str:
    """Return the forms of values in records, by the field's type."""
    kind = item.writer.catalog.types[item.ref.type_key]
    specs = {spec.key: spec for spec in kind.fields}
    found: dict[str, set[str]] = {}
    for row in operation_records(item).get("op_records") or []:
        for content in row.get("record_contents") or []:
            if spec := specs.get(str((content.get("object") or {}).get("object_value"))):
                forms = {form_of_record(str(text), spec.options) for text in content.get("new") or []}
                found.setdefault(spec.type, set()).update(forms)
    return "; ".join(f"{type_}: {' or '.join(sorted(forms))}" for type_, forms in sorted(found.items()))


def form_of_record(text: str, options: Sequence[Option]) -> str:
    """Return the form of a string in a record."""
    every = list(flat_options(options))
    if text in {one.id for one in every}:
        return "option id"
    if text in {one.label for one in every}:
        return "option label"
    if text.lstrip("-").isdigit():
        return "digits"
    return "JSON" if text[:1] in {"{", "["} else "true or false" if text in {"true", "false"} else "text"


def flat_options(options: Sequence[Option]) -> Iterator[Option]:
    """Yield options and all below them."""
    for one in options:
        yield one
        yield from flat_options(one.children)


READS: Final[Mapping[str, Callable[[Scratch], str]]] = {
    "query_id_named_twice": id_named_twice,
    "query_order": order_of_a_query,
    "query_terminated_item": terminated_item,
    "filter_window_bounds": bounds_of_a_window,
    "filter_page_too_large": page_too_large,
    "filter_page_zero": page_zero,
    "filter_page_beyond_the_end": page_beyond_the_end,
    "filter_usual_page": usual_page,
    "records_label_of_our_writes": label_of_our_writes,
    "records_forms_of_values": forms_of_records,
}


# -- writes ---------------------------------------------------------------------------------------


class TwoValues(Struct, frozen=True):
    """A field of the scratch item with two values that the space keeps."""

    item: Scratch
    key: str
    codec: Codec
    first: Hashable
    second: Hashable

    def pair(self, value: Hashable, **more: Any) -> dict[str, Any]:
        """Return the field with a value, as an update holds it."""
        return {**self.item.pair(self.key, self.codec.encode(value)), **more}

    def reset(self) -> None:
        """Give the field its first value."""
        self.item.put([self.pair(self.first)])
        self.item.settled(self.key, self.first)

    def asked(self, ask: Callable[[TwoValues], str]) -> str:
        """Ask, beginning at the first value."""
        self.reset()
        return ask(self)

    def put(self, pairs: list[dict[str, Any]], idem: str = "") -> Verdict:
        """Send an update, by a key of its own or a given one."""
        writer, ref = self.item.writer, self.item.ref
        return self.item.sent(lambda: writer.put(ref, pairs, idem or uuid.uuid4().hex, writer.permit()))

    def became(self, verdict: Verdict) -> str:
        """Return the effect of an update that set the second value."""
        if not isinstance(verdict, Accepted):
            return describe_answer(verdict)
        stored = self.item.settled(self.key, self.second) == self.second
        return "accepted and stored" if stored else "accepted and not stored"


def describe_answer(verdict: Verdict) -> str:
    """Return the service's answer in a few words."""
    match verdict:
        case Refused(code=code):
            return f"refused ({code})"
        case Ambiguous(code=code):
            return f"refused ({code})" if code else "no answer that can be read"
        case Accepted():
            return "accepted"
        case _:
            return "not sent"


def same_key_again(two: TwoValues) -> str:
    """Send another value by the X-IDEM-UUID of the update before."""
    key = uuid.uuid4().hex
    two.put([two.pair(two.first)], key)
    two.item.settled(two.key, two.first)
    return two.became(two.put([two.pair(two.second)], key))


def key_of_a_refused_call(two: TwoValues) -> str:
    """Send a value by the X-IDEM-UUID of an update that was refused."""
    key = uuid.uuid4().hex
    if isinstance(two.put([{"field_value": 1}], key), Accepted):
        return "an update that names no field is not refused"
    return two.became(two.put([two.pair(two.second)], key))


def no_fields(two: TwoValues) -> str:
    """Send an update of nothing."""
    return describe_answer(two.put([]))


def unknown_member(two: TwoValues) -> str:
    """Send a member that is not documented."""
    return two.became(two.put([two.pair(two.second, reconciler_probe=1)]))


def key_and_alias(two: TwoValues) -> str:
    """Name the field by its key with one value and by its alias with the other."""
    alias = two.codec.spec.alias
    if not alias or alias == two.key:
        return "the field has no alias of its own"
    by_alias = {"field_alias": alias, "field_value": two.codec.encode(two.first)}
    verdict = two.put([two.pair(two.second), by_alias])
    return {
        "accepted and stored": "the key, which came first, counts",
        "accepted and not stored": "the alias, which came last, counts",
    }.get(made := two.became(verdict), made)


def another_shape(two: TwoValues) -> str:
    """Send a value whose shape no type has."""
    verdict = two.put([{"field_key": two.key, "field_value": {"reconciler_probe": [[1]]}}])
    return describe_answer(verdict)


WRITES: Final[Mapping[str, Callable[[TwoValues], str]]] = {
    "put_same_idem_again": same_key_again,
    "put_idem_of_a_refused_call": key_of_a_refused_call,
    "put_no_fields": no_fields,
    "put_unknown_member": unknown_member,
    "put_key_and_alias": key_and_alias,
    "put_another_shape": another_shape,
}


def ask_question(ask: Callable[[], str]) -> str:
    """Return the answer, or how the question was refused.

    A plugin need not have every permission, and no question is worth the profile that the probe is for.
    """
    try:
        return ask()
    except (ApiRefusal, StopCode) as refusal:
        return f"refused ({refusal.code})"
    except (StrangeAnswer, TypeError, ValueError, KeyError, AttributeError):
        return "the answer has a form of no page"
    except CannotRun:
        return "no answer"


def ask_by_reading(item: Scratch) -> dict[str, str]:
    """Ask what reading answers."""
    return {name: ask_question(partial(ask, item)) for name, ask in READS.items()}


def ask_by_writing(two: TwoValues) -> dict[str, str]:
    """Ask what writing answers."""
    return {name: ask_question(partial(two.asked, ask)) for name, ask in WRITES.items()}
