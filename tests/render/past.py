"""Past runs to render."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from reconciler.model import Ref
from reconciler.model.history import PastChange, PastRun, Person

BEGUN = datetime(2026, 10, 31, 15, 59, 58, tzinfo=UTC)
ANA = Person("7310000000000000001", "Ana Li", "ana@example.com")
OCTOCAT = Person("octocat")
PRIORITY = PastChange(
    Ref("story", 6300012300),
    "priority",
    "applied",
    type_name="story",
    title="Checkout: pay by card",
    name="Priority",
    alias="priority",
    type="select",
    at=BEGUN,
    before={"value": "option_0"},
    after={"value": "option_3"},
    before_label="P0",
    after_label="P3",
    place="state/demo/stories.yaml:4:31",
    line=2,
    sent=True,
    answer="accepted",
    log_id="2026A",
)


def past_change(**members: Any) -> PastChange:
    """A change of the priority, but for what is given."""
    return replace(PRIORITY, **members)


def past_run(*changes: PastChange, **members: Any) -> PastRun:
    """A run of a CI job; by default with one change."""
    some = changes or (PRIORITY,)
    run = PastRun(
        id="20261031T155958Z-000001aaaa",
        file="journals/one/journal.jsonl",
        begun=BEGUN,
        ended=BEGUN + timedelta(seconds=2),
        stopped=None,
        zone=ZoneInfo("Asia/Shanghai"),
        host="project.feishu.cn",
        space="demo",
        space_key="64a0c1f2e3b4d5a6c7e8f901",
        last_hash="f" * 64,
        puts=1,
        changes=some,
        user=ANA,
        actor=OCTOCAT,
        author=Person("", "Bo Chen", "bo@example.com"),
        commit="4f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b",
        pull=12,
        pull_url="https://github.com/acme/state/pull/12",
        run_url="https://github.com/acme/state/actions/runs/7",
        types={"story": "story"},
        fields=len(some),
    )
    return replace(run, **members)
