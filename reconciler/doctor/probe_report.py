"""The report of a probe, question by question, which may be sent to strangers.  Pure.

It holds no value of the space.  Names of fields and roles are hashed with the space's key, which it does
not hold either: the same name has the same hash in every report of the space, and nobody who does
not know the key can try names out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from reconciler import __version__
from reconciler.schema.profile import Report, Tried

FORMAT: Final = 1
NAMES: Final = frozenset(
    {"roles_that_an_update_of_a_field_moves", "roles_that_lose_members_where_a_list_leaves_them_out"}
)
"""Facts that list names of the space."""
OURS: Final = re.compile(
    r"kept|dropped|empties|refused \(\d+\)|altered \((?:trim|newline|upper|round|reverse)\)"
)
"""The words for a form that are ours; any other text is cut down to its first word."""
HOSTS: Final = ("project.feishu.cn", "project.larksuite.com", "meegle.com")


class Question(Struct, frozen=True):
    """One open question of the API: its number, the facts that a probe finds, and what stays `open`."""

    number: int
    about: str
    facts: tuple[str, ...] = ()
    open: str = ""


QUESTIONS: Final = (
    Question(1, "HTTP status of each business error", ("refusals",), "only errors that the probe met"),
    Question(
        2,
        "X-IDEM-UUID on PUT: is it honoured, does a refused call use it up",
        ("put_same_idem_again", "put_idem_of_a_refused_call"),
        "length of the window, renewal of the token, limits of the form",
    ),
    Question(3, "is a PUT with several fields atomic", ("refused_update",)),
    Question(4, "a field named twice, by key and by alias", ("field_named_twice", "put_key_and_alias")),
    Question(
        5,
        "empty update_fields, unknown members",
        ("put_no_fields", "put_unknown_member"),
        "a body without update_fields",
    ),
    Question(6, "how each type is emptied, also a required field", ("clears", "required_field_emptied")),
    Question(7, "does a PUT of nothing new move updated_at", ("update_without_change",), "records, events"),
    Question(
        8,
        "query: a bad id among good ones, order, an id named twice",
        ("unknown_ids", "query_order", "query_id_named_twice"),
    ),
    Question(9, "are unset fields left out or given as empty", ("reads_empty",)),
    Question(10, "terminated items in query", ("query_terminated_item",), "20007 on archived items"),
    Question(
        11,
        "roles that a list leaves out, roles that an update of a field moves",
        (
            "roles_that_lose_members_where_a_list_leaves_them_out",
            "roles_that_an_update_of_a_field_moves",
            "roles",
        ),
        "an unknown role, two owners where one may be",
    ),
    Question(12, "limits of length and number", open="too much is written to find out"),
    Question(13, "work_item_status in a PUT, update_mode, role_mode", open="could move the item"),
    Question(14, "429: Retry-After, the kind of window", ("throttled",), "the probe keeps the pace"),
    Question(
        15,
        "what stands in err for 9999, 10429, 10430 and gateway errors",
        ("put_another_shape", "refusals"),
        "the texts: strangers may have written parts of them",
    ),
    Question(16, "the code of an expired token", ("expired_token",), "seen only where one expired"),
    Question(
        17,
        "lag of lists after a PUT, edges of updated_at",
        ("seen_after_s", "listed_after_s", "filter_window_bounds"),
        "paging while items change",
    ),
    Question(
        18,
        "pages: too large, zero, beyond the end, the usual size",
        ("filter_page_too_large", "filter_page_zero", "filter_page_beyond_the_end", "filter_usual_page"),
        "endpoints other than filter",
    ),
    Question(
        19,
        "operation records: label of our writes, form of values",
        ("records_label_of_our_writes", "records_forms_of_values"),
        "retention",
    ),
    Question(20, "when template defaults overwrite a new item", open="the probe creates no item"),
    Question(21, "multi_text: plain strings, blocks, what is read back", ("multi_text",), "Markdown"),
    Question(22, "numbers and dates on read-back", ("numbers_and_dates",)),
    Question(23, "x-auth-mode", ("auth_mode",), "items that the user may not see"),
    Question(24, "does the Open API exist under meegle.com", ("host",)),
)
"""Section 13 of the page about endpoints, row by row."""


class Around(Struct, frozen=True):
    """Facts beside the item: refusals, how late values are seen, and the connection."""

    refusals: tuple[Mapping[str, Any], ...]
    seen_after: float
    listed_after: float
    host: str
    auth_mode: int
    space_key: str


def report_of(report: Report, around: Around) -> dict[str, Any]:
    """Return the whole report."""
    hashed = hasher(around.space_key)
    facts = facts_of(report, around, hashed)
    return {
        "format_version": FORMAT,
        "reconciler_version": __version__,
        "privacy": "no value of the space stands here; names are hashed with a key that does not stand here",
        "questions": [question_result(one, facts) for one in QUESTIONS],
        "types": {one.type: type_findings(one, hashed) for one in report.tried},
        "not_tried": sorted(report.skipped),
        "not_put_back": [hashed(label) for label in report.left],
    }


def hasher(space_key: str) -> Callable[[str], str]:
    """Return the function that hashes names with the key of their space."""
    key = space_key.encode()[:64]
    return lambda name: "#" + hashlib.blake2b(name.encode(), key=key, digest_size=6).hexdigest()


def question_result(question: Question, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question with what was seen of it."""
    seen = {name: facts[name] for name in question.facts if facts.get(name) not in (None, "", [], {})}
    state = (
        "not seen" if not seen else "in part" if question.open or len(seen) < len(question.facts) else "seen"
    )
    made = {"question": question.number, "about": question.about, "state": state, "seen": seen}
    return {**made, "still_open": question.open} if question.open else made


def facts_of(report: Report, around: Around, hashed: Callable[[str], str]) -> dict[str, Any]:
    """Gather the facts by name: those of the probe, and what its types and the service's refusals show."""
    types = {one.type: type_findings(one, hashed) for one in report.tried}
    named = {name: names(text, hashed) for name, text in report.facts.items() if name in NAMES}
    return {
        **report.facts,
        **named,
        **report.asked,
        "refusals": list(around.refusals),
        "throttled": with_code(around, {10429, 0}, status=429),
        "expired_token": with_code(around, {10021, 10022, 10211}),
        "clears": {name: one["clears"] for name, one in types.items() if one["clears"]},
        "reads_empty": {name: one["reads_empty"] for name, one in types.items() if one["reads_empty"]},
        "multi_text": types.get("multi_text"),
        "numbers_and_dates": {name: types[name] for name in ("number", "date", "schedule") if name in types},
        "seen_after_s": round(around.seen_after, 1),
        "listed_after_s": round(around.listed_after, 1),
        "auth_mode": f"the run sent {around.auth_mode}",
        "host": next((name for name in HOSTS if of_host(around.host, name)), "another host"),
    }


def with_code(around: Around, codes: set[int], *, status: int | None = None) -> list[Mapping[str, Any]]:
    """Pick the refusals of some codes."""
    return [one for one in around.refusals if one["code"] in codes and status in (None, one["http_status"])]


def of_host(host: str, name: str) -> bool:
    """Return True if a host is one or lies below it."""
    bare = host.partition(":")[0]
    return bare == name or bare.endswith(f".{name}")


def names(text: str, hashed: Callable[[str], str]) -> str | list[str]:
    """Hash the names in a list of the probe; `none` and refusals stay."""
    if text == "none" or OURS.fullmatch(text):
        return text
    return [hashed(name) for name in text.split(", ")]


def type_findings(one: Tried, hashed: Callable[[str], str]) -> dict[str, Any]:
    """Return the findings on a type, without values that storing altered."""
    return {
        "field": hashed(one.label),
        "forms": plainly(one.forms),
        "clears": plainly(one.clears),
        "reads_empty": one.reads_empty,
        "stored": one.stored,
        "in_filter": one.in_filter,
    }


def plainly(became: Mapping[str, str]) -> dict[str, str]:
    """Return the results of each form in our own words alone."""
    return {name: how if OURS.fullmatch(how) else how.partition(" ")[0] for name, how in became.items()}


def refusals(heard: Iterable[tuple[Any, int]]) -> tuple[Mapping[str, Any], ...]:
    """Return the refusals with their counts, in order."""
    rows = [{**asdict(no), "times": times} for no, times in heard]
    made = [
        {("http_status" if name == "status" else name): value for name, value in row.items()} for row in rows
    ]
    return tuple(sorted(made, key=lambda row: (row["endpoint"], row["http_status"], row["code"])))
