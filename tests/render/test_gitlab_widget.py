"""The counts of GitLab's widget: items that change, none made and none deleted."""

from __future__ import annotations

import json

from msgspec.structs import replace

from reconciler.model import GuardResult, Held, HeldBy, Why
from reconciler.render.gitlab_widget import plan_widget
from tests.render.plans import block, plan_with, priority, update

BUSY = plan_with(
    update(1, priority(why=Why.CONFLICTING, base_label="P2")),
    update(2, priority(why=Why.CHANGED_HERE)),
    update(3, replace(priority(), clears=True, after=None, after_label="(empty)")),
    blocks=[block(1)],
    skipped=(update(4, priority(why=Why.DRIFT, held=Held(HeldBy.POLICY, "report"), by="bo@example.com")),),
    guards=(GuardResult("clears", "0", "1", ok=False), GuardResult("changes", "100", "3", ok=True)),
)


def test_the_widget_counts_the_items_that_change() -> None:
    assert json.loads(plan_widget(BUSY)) == {"create": 0, "update": 3, "delete": 0}
