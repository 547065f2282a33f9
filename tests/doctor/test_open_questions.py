"""Open questions of the API that one scratch item answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.doctor.open_questions import ask_question
from reconciler.meegle.http.failures import Unreachable

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY, TEXT = 6300012333, "field_a1b2c3"


def report(desk: Desk, *keys: str) -> Any:
    """Probe an item whose type has but few fields, where some are named, and read the report."""
    kind = desk.world.type_of(desk.world.items[STORY])
    if keys:
        kept = {*keys, "name", "role_owners", "aborted"}
        kind.fields = [one for one in kind.fields if one.key in kept]
        kind.index()
    done = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert (done.code, done.err) == (0, "")
    assert "wrote schemas/demo/probe-report.json: no value of the space, names hashed" in done.out
    return json.loads((desk.folder / "schemas/demo/probe-report.json").read_bytes())


def seen(told: Any) -> dict[str, Any]:
    return {name: what for one in told["questions"] for name, what in one["seen"].items()}


@pytest.mark.parametrize(
    ("switches", "name", "answer"),
    [
        ({"idem": False}, "put_same_idem_again", "accepted and stored"),
        ({"duplicates": "last"}, "put_key_and_alias", "the alias, which came last, counts"),
        (
            {"hidden": [{"item": "6300012311"}]},
            "query_terminated_item",
            "no terminated item of the type was found",
        ),
    ],
)
def test_another_space_answers_in_another_way(
    desk: Desk, switches: dict[str, Any], name: str, answer: str
) -> None:
    desk.world.options.set(switches)
    assert seen(report(desk, TEXT))[name] == answer


def test_a_gateway_that_flattens_statuses_is_seen(desk: Desk) -> None:
    desk.world.options.set({"status_always_200": True})
    assert {row["http_status"] for row in seen(report(desk, TEXT))["refusals"]} == {200}


def test_a_question_that_the_plugin_may_not_ask_ends_nothing(desk: Desk) -> None:
    desk.world.options.set({"faults": [{"kind": "not_installed", "path": "*/op_record/*"}]})
    found = seen(report(desk, TEXT))
    assert found["records_label_of_our_writes"] == found["records_forms_of_values"] == "refused (10301)"
    assert (desk.folder / "schemas/demo/profile.json").is_file()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Unreachable("host", "no answer in 60 s"), "no answer"),
        (KeyError("data"), "the answer has a form of no page"),
    ],
)
def test_a_question_that_gets_no_answer_ends_nothing(error: Exception, told: str) -> None:
    def ask() -> str:
        raise error

    assert ask_question(ask) == told
