"""Cards that the ready workflows send to a chat, where the repository asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.forge.chat import running
from tests.workflows.conftest import POINTS

if TYPE_CHECKING:
    from tests.workflows.conftest import Team


def test_a_card_is_sent_of_a_plan_that_waits_and_of_drift_where_the_variable_is_set(team: Team) -> None:
    with running() as chat:
        chat.secret = "s3cret-of-the-bot"
        team.runner.secrets |= {"RECONCILER_LARK_WEBHOOK": chat.url, "RECONCILER_LARK_SECRET": chat.secret}
        team.settle()
        team.story("priority: P3, story_points: 5, due: 2026-04-21")
        team.commit()
        assert team.runner.push().results["record"] == "success"
        assert chat.cards == []
        team.runner.variables["RECONCILER_NOTIFY"] = "yes"
        team.story("priority: P2, story_points: 5, due: 2026-04-21")
        team.commit()
        assert team.runner.push().results["record"] == "success"
        (card,) = chat.cards
        assert card["header"]["title"]["content"] == "Plan for demo"
        assert card["elements"][-1]["actions"][-1]["url"].endswith("/acme/board/actions/runs/3")
        team.move(POINTS, 8)
        assert team.runner.schedule().results["drift"] == "success"
        assert chat.cards[-1]["header"]["title"]["content"] == "Drift in demo"


def test_a_bot_that_refuses_or_is_not_set_fails_no_plan(team: Team) -> None:
    with running() as chat:
        chat.closed = True
        team.runner.variables["RECONCILER_NOTIFY"] = "yes"
        team.settle()
        for secrets in ({}, {"RECONCILER_LARK_WEBHOOK": chat.url}):
            team.runner.secrets |= secrets
            team.story(f"priority: {'P3' if secrets else 'P2'}, story_points: 5, due: 2026-04-21")
            team.commit()
            run = team.runner.push()
            assert run.results == {"plan": "success", "apply": "success", "record": "success"}, run.log()
        assert "note: Lark refused the card: 19022" in run.log()
