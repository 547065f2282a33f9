"""Past runs as JSON lines."""

from __future__ import annotations

import json

from reconciler.model.history import Person
from reconciler.render.runs_json import runs_json
from tests.render.past import past_change, past_run

SINCE_THE_FIRST_VERSION = {"run", "begun", "ended", "commit", "digest", "puts", "outcomes", "stopped"}


def test_a_run_is_one_line_with_every_field() -> None:
    lines = runs_json([past_run(), past_run(past_change(), past_change(key="due"))]).splitlines()
    made = [json.loads(line) for line in lines]
    assert [len(one["changes"]) for one in made] == [1, 2]
    assert made[0].keys() >= SINCE_THE_FIRST_VERSION
    assert (made[0]["begun"], made[0]["seconds"]) == ("2026-10-31T15:59:58+00:00", 2)
    assert made[0]["by"] == {"key": "octocat", "name": "", "email": ""}
    (change,) = made[0]["changes"]
    assert (change["before"], change["before_label"], change["outcome"]) == (
        {"value": "option_0"},
        "P0",
        "applied",
    )


def test_the_words_of_outcomes_are_those_of_the_first_version() -> None:
    run = past_run(past_change(outcome="not tried"), past_change(outcome=""), stopped="cut", ended=None)
    made = json.loads(runs_json([run]))
    assert (made["outcomes"], made["ended"], made["stopped"]) == ({"nottried": 1}, None, "cut")
    assert [one["outcome"] for one in made["changes"]] == ["nottried", "unknown"]


def test_who_is_not_known_is_null() -> None:
    made = json.loads(runs_json([past_run(user=Person(), actor=Person(), author=Person(), lacks=("names",))]))
    assert (made["by"], made["user"], made["author"], made["lacks"]) == (None, None, None, ["names"])
