"""The table for spreadsheets: whole, exact, and no cell a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.runs_csv import COLUMNS, cell, runs_csv
from tests.render.past import past_change, past_run


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_has_who_when_why_and_what() -> None:
    (row,) = table(runs_csv([past_run()]))
    assert row == {
        "time": "2026-10-31 23:59:58",
        "time_zone": "Asia/Shanghai",
        "run": "20261031T155958Z-000001aaaa",
        "by": "octocat",
        "written_as": "Ana Li <ana@example.com> (7310000000000000001)",
        "author": "Bo Chen <bo@example.com>",
        "commit": "4f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b",
        "pull_request": "https://github.com/acme/state/pull/12",
        "job": "https://github.com/acme/state/actions/runs/7",
        "item": "demo/story/6300012300",
        "title": "Checkout: pay by card",
        "field": "Priority",
        "field_key": "priority",
        "before": "P0",
        "after": "P3",
        "outcome": "applied",
        "reason": "",
        "place": "state/demo/stories.yaml:4:31",
        "log_id": "2026A",
    }


def test_without_changes_there_is_the_head_alone() -> None:
    assert runs_csv([]) == ",".join(COLUMNS) + "\r\n"


def test_what_was_not_sent_has_no_values_and_the_time_of_its_run() -> None:
    (row,) = table(runs_csv([past_run(past_change(sent=False, at=None, outcome="conflict"))]))
    assert (row["time"], row["before"], row["after"], row["outcome"]) == (
        "2026-10-31 23:59:58",
        "",
        "",
        "conflict",
    )


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+86 400",
        "-5",
        "@sum(a1)",
        " =1",
        "\t=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "7310000000000000001",
        "007",
        "1e5",
    ],
)
def test_a_cell_that_a_spreadsheet_would_compute_or_round_is_text(text: str) -> None:
    assert cell(text).startswith(("'", "\\"))


@pytest.mark.parametrize(
    "text", ["", "P0", "5", "0", "0.5", "2026-12-01", "6300012300", "a=b", "x@y.z", "0x10"]
)
def test_any_other_cell_is_as_it_is(text: str) -> None:
    assert cell(text) == text


@given(st.text())
def test_whatever_a_value_is_it_stays_in_its_cell_and_begins_no_formula(text: str) -> None:
    change = past_change(title=text, name=text, before_label=text, after_label=text, reason=text, place=text)
    (row,) = table(runs_csv([past_run(change)]))
    assert not any(value.lstrip().startswith(tuple("=+-@＝＋－＠")) for value in row.values())
    assert row["outcome"] == "applied"
    assert len(row) == len(COLUMNS)
