"""An answer of more than 16 MiB, met by a whole command: asked for in halves, or a clear end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.hostile import Counter, Tamper, body, counter_in

if TYPE_CHECKING:
    from pathlib import Path

FIRST, EXT_REF = 6300012320, "field_a1b2c3"
TOO_LARGE = "an answer of more than 16777216 bytes"
RECORDS = "op_record/work_item/list"
large = body(b" " * (16 * 1024 * 1024 + 1))


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path) as made:
        yield made


def wants(counter: Counter, value: str) -> None:
    """Write a file that wants a value of three items."""
    counter.desk.stories(*(f"{{id: {FIRST + n}, fields: {{ext_ref: {value}{n}}}}}" for n in range(3)))


def end_of_the_journal(counter: Counter) -> Any:
    (journal,) = counter.desk.folder.rglob("journal.jsonl")
    return json.loads(journal.read_text(encoding="utf-8").splitlines()[-1])


def beyond(counter: Counter, size: Callable[[Any], int], most: int) -> Tamper:
    """Answer a question for more than `most` with more than 16 MiB."""
    return lambda right: large(right) if size(counter.desk.world.calls[-1].body) > most else right


def test_the_read_right_before_the_put_is_asked_for_in_halves(counter: Counter) -> None:
    wants(counter, "new")
    assert counter.desk.run("plan", "--out", "plan.json").code == 0
    counter.layer.arm(large, "story/query")
    assert counter.desk.run("apply", "plan.json", "--yes").code == 0
    assert sorted(one[EXT_REF] for one in counter.desk.sent) == ["new0", "new1", "new2"]


def test_items_that_are_too_large_right_before_the_put_are_blocked_and_nothing_is_sent(
    counter: Counter,
) -> None:
    wants(counter, "new")
    assert counter.desk.run("plan", "--out", "plan.json").code == 0
    counter.layer.arm(large, "story/query", times=100)
    done = counter.desk.run("apply", "plan.json", "--yes")
    assert done.code == 3
    assert done.out.count(f"the live value cannot be read: {TOO_LARGE}") == 3
    assert counter.desk.sent == []
    assert end_of_the_journal(counter)["event"] == "end"


def test_a_value_whose_read_back_is_too_large_ends_as_unknown_and_is_sent_once(counter: Counter) -> None:
    counter.desk.stories(f"{{id: {FIRST}, fields: {{ext_ref: new}}}}")
    assert counter.desk.run("plan", "--out", "plan.json").code == 0
    counter.layer.arm(lambda right: large(right) if counter.desk.sent else right, "story/query", times=100)
    done = counter.desk.run("apply", "plan.json", "--yes")
    assert done.code == 3
    assert "1 unknown" in done.out
    assert counter.desk.sent == [{EXT_REF: "new"}]
    assert end_of_the_journal(counter)["event"] == "end"


def test_a_written_value_stays_applied_where_its_operation_records_are_too_large(counter: Counter) -> None:
    wants(counter, "new")
    counter.layer.arm(large, RECORDS, times=100)
    done = counter.desk.run("apply", "--yes")
    assert done.code == 0
    assert "Applied: 3 items" in done.out
    assert "3 items: the operation records could not be read (" in done.out
    assert TOO_LARGE in done.out
    assert len(counter.desk.sent) == 3
    assert end_of_the_journal(counter)["event"] == "end"


@pytest.mark.parametrize("command", [["apply", "--yes"], ["plan", "--blame"], ["drift"]])
def test_operation_records_that_are_too_large_are_asked_for_in_halves(
    counter: Counter, command: list[str]
) -> None:
    wants(counter, "new")
    told = counter.desk.run(*command) if command[0] != "apply" else None
    counter.layer.arm(beyond(counter, lambda asked: len(asked["work_item_ids"]), 1), RECORDS, times=100)
    done = counter.desk.run(*command)
    assert counter.layer.hits == 5
    assert TOO_LARGE not in done.out + done.err
    assert "operation records" not in done.out
    assert done.code == (told.code if told else 0)


@pytest.mark.parametrize("command", [["plan", "--blame"], ["drift"]])
def test_one_item_whose_operation_records_are_too_large_ends_a_reading_command_with_1(
    counter: Counter, command: list[str]
) -> None:
    wants(counter, "new")
    counter.layer.arm(large, RECORDS, times=100)
    done = counter.desk.run(*command)
    assert (done.code, done.out) == (1, "")
    assert TOO_LARGE in done.err
    assert counter.desk.sent == []


def test_a_search_whose_pages_are_too_large_finds_the_same_items(counter: Counter) -> None:
    search = ("pull", "--space", "demo", "--type", "story", "--search", "priority HAS ANY OF P0, P1, P2, P3")
    assert counter.desk.run(*search, "--into", "whole.yaml").code == 0
    counter.layer.arm(beyond(counter, lambda asked: asked["page_size"], 5), "search/params", times=100)
    assert counter.desk.run(*search, "--into", "parts.yaml").code == 0
    assert counter.layer.hits > 3
    whole, parts = (counter.desk.folder / name for name in ("whole.yaml", "parts.yaml"))
    assert parts.read_text(encoding="utf-8") == whole.read_text(encoding="utf-8")


def test_a_search_that_is_too_large_item_by_item_ends_with_1_and_writes_no_file(counter: Counter) -> None:
    counter.layer.arm(large, "search/params", times=100)
    search = ("pull", "--space", "demo", "--type", "story", "--search", "priority HAS ANY OF P0")
    done = counter.desk.run(*search, "--into", "none.yaml")
    assert (done.code, counter.layer.hits) == (1, 4)
    assert TOO_LARGE in done.err
    assert not (counter.desk.folder / "none.yaml").exists()
