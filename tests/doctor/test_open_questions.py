"""Open questions of the API that one scratch item answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.doctor.open_questions import ask_question
from reconciler.meegle.http.failures import Unreachable
from tests.doctor.probing import TEXT, report, seen

if TYPE_CHECKING:
    from tests.conftest import Desk


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
