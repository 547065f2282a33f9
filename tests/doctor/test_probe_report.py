"""What a probe writes for strangers: each open question with what was seen, and nothing of the space."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reconciler.doctor.probe_report import QUESTIONS, hasher, of_host
from reconciler.sandbox.state.model import Option
from tests.doctor.probing import STORY, TEXT, report, seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.conftest import Desk


def labels(options: Iterable[Option]) -> Iterator[str]:
    for one in options:
        yield from (one.value, one.label, *labels(one.children))


def words_of_the_space(desk: Desk) -> set[str]:
    """Return all names, labels, ids and values that the space and the item hold."""
    space = next(iter(desk.world.spaces.values()))
    met = {space.key, space.simple_name, str(STORY), desk.world.items[STORY].name}
    for person in desk.world.people.values():
        met |= {person.key, person.email, person.name}
    for kind in space.types:
        met |= {each for role in kind.roles for each in (role.id, role.name)}
        for field in kind.fields:
            met |= {field.name, *labels(field.options)} | ({field.key} if field.custom else set())
    texts = (str(each) for each in desk.world.items[STORY].values.values())
    return met | {word for text in texts for word in re.findall(r"\w{6,}", text)}


def test_every_open_question_stands_in_it_with_what_was_seen(desk: Desk) -> None:
    told = report(desk)
    assert [one["question"] for one in told["questions"]] == list(range(1, 25))
    assert {one["state"] for one in told["questions"]} == {"seen", "in part", "not seen"}
    found = seen(told)
    assert found["put_same_idem_again"] == found["put_idem_of_a_refused_call"] == "refused (10430)"
    assert (found["put_no_fields"], found["put_unknown_member"]) == ("accepted", "accepted and stored")
    assert found["put_key_and_alias"] == "refused (20083)"
    assert found["put_another_shape"] == "refused (20006)"
    assert found["query_id_named_twice"] == "the item comes 1 time(s)"
    assert found["query_order"] == "as asked"
    assert found["query_terminated_item"] == "found by closed; query gives 1, is_aborted True"
    assert found["filter_window_bounds"] == "start included, end included"
    assert found["filter_page_too_large"] == "refused (20006)"
    assert found["filter_page_zero"] == "taken as page 1"
    assert found["filter_page_beyond_the_end"] == "0 rows"
    assert found["filter_usual_page"] == "20"
    label = "operator_type user: the acting user; source_type plugin: this plugin; total given"
    assert found["records_label_of_our_writes"] == label
    assert "select: option id" in found["records_forms_of_values"]
    assert {row["code"]: row["http_status"] for row in found["refusals"]}[20083] == 400
    assert found["host"] == "another host"
    assert len(told["types"]) == 22


def test_nothing_of_the_space_stands_in_it(desk: Desk) -> None:
    desk.world.options.set({"normalise": {"tags": "reverse", TEXT: "upper"}})
    report(desk)
    text = (desk.folder / "schemas/demo/probe-report.json").read_text(encoding="utf-8")
    own = {word for one in QUESTIONS for word in re.findall(r"\w+", f"{one.about} {one.open} {one.facts}")}
    met = {word for word in words_of_the_space(desk) if len(word) > 1} - own - {"priority", "is_aborted"}
    assert len(met) > 100
    leaked = {word for word in met if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)}
    assert leaked == set()
    assert "PROBE" not in text


def test_a_name_has_one_hash_in_a_space_and_another_elsewhere() -> None:
    here, there = hasher("64a0c1f2e3b4d5a6c7e8f901"), hasher("64a0c1f2e3b4d5a6c7e8f902")
    assert here("Priority") == here("Priority")
    assert len({here("Priority"), there("Priority"), here("Status")}) == 3


@pytest.mark.parametrize(
    ("host", "below"), [("meegle.com", True), ("eu.meegle.com:443", True), ("notmeegle.com", False)]
)
def test_of_the_host_only_its_family_is_told(host: str, below: bool) -> None:  # noqa: FBT001 - a row
    assert of_host(host, "meegle.com") is below
