"""Members of rules that are in sync are not decoded: the plan is the same as with all of them decoded."""

from __future__ import annotations

import contextlib
from random import Random
from typing import TYPE_CHECKING

import httpx
import pytest
from msgspec.structs import asdict

from reconciler.desired.item_rules import ItemRule
from reconciler.desired.workspace import open_workspace
from reconciler.errors import Place
from reconciler.fields.conditions import Comparison
from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from reconciler.plan import planning
from reconciler.plan.planning import PlanOptions
from reconciler.plan.settled_members import RulesOnRows
from reconciler.plan.why import Refs
from tests.conftest import is_deep
from tests.git_repository import commit, git
from tests.plan.test_earlier_commit import BO
from tests.plan.test_rules import apply_and_record, rule, rules
from tests.road import DECISIONS, app_of, connection_to

if TYPE_CHECKING:
    from reconciler.model import Plan
    from tests.conftest import Desk

WORLDS = 400 if is_deep() else 24
FIRST, LAST = 6300012300, 6300012379
CONDITIONS = (
    "priority HAS ANY OF P0, P1",
    "priority = P2",
    "priority != P0",
    "name ~ a",
    "story_points >= 3",
    "story_points IS NULL",
    "needs_qa = true",
    "platform CONTAINS iOS",
    "status != Done",
    "roles.RD IS NOT NULL",
    f"work_item_id <= {FIRST + 20}",
    "created_at >= 2025-01-01",
    "people HAS ANY OF ana@example.com",
    "tags IS NULL",
)
VALUES = (
    "scale: M",
    "scale: M",
    "scale: L",
    "platform: {contains: [Android]}",
    "platform: {excludes: [iOS]}",
    "story_points: {max: 8}",
    "story_points: {min: 2}",
    "watchers: {contains: [ana@example.com]}",
    "needs_qa: true",
    "notes: see the board",
    "due: {max: {days: 30, after: created}}",
)
EDITS = (
    ("priority", lambda random: {"value": f"option_{random.randrange(4)}"}),
    ("field_3724e6", lambda random: random.choice([None, 1, 3, 8, 13])),
    ("field_0dae57", lambda random: {"value": f"scale_{random.randrange(3)}"}),
    ("field_b9d821", lambda random: random.choice([True, False, None, "odd"])),
    ("name", lambda random: random.choice(["Horse", "A cart", "Zebra"])),
    ("field_a1b2c4", lambda random: random.choice(["see the board", "", None])),
)


def some_rules(random: Random, most: int) -> list[str]:
    """Write rules with one or two conditions and values each."""
    made = []
    for number in range(min(most, random.choice([1, 1, 2, 2, 3, 4]))):
        conditions = random.sample(CONDITIONS, random.choice([1, 1, 2]))
        where = ", ".join(f"'{one}'" for one in conditions)
        read = {"watchers" if one.startswith("people") else one.partition(" ")[0] for one in conditions}
        some = random.sample(VALUES, random.choice([1, 2, 3]))
        # A rule never sets what its own condition reads.
        values = {key: text for text in some if (key := text.partition(":")[0]) not in read} or {
            "scale": "scale: M"
        }
        mode = random.choice(["hold", "hold", "check", "propose"])
        at_most = random.choice([200, 200, 200, 3])
        fields = ", ".join(values.values())
        made.append(rule(f"rule-{number}", f"[{where}]", f"{{{fields}}}", mode, at_most))
    return made


def meddle(desk: Desk, random: Random, times: int) -> None:
    """Let somebody edit items, end one, and delete one."""
    for _ in range(times):
        key, value = random.choice(EDITS)
        item, made = random.randrange(FIRST, LAST), value(random)
        if made == "odd":  # no service should store it
            desk.world.item(item).values[key] = made
        else:
            desk.world.edit(item, key, made, by=BO)
    if random.random() < 0.3:
        desk.world.item(random.randrange(FIRST, LAST)).aborted = {"reason": "x"}  # type: ignore[assignment]


def settle(desk: Desk, random: Random) -> None:
    """Write what most rules desire into most items, so that there is something to settle."""
    for item in desk.world.items.values():
        if item.type_key == "story" and random.random() < 0.9:
            values = item.values
            values |= {"field_0dae57": {"value": "scale_1"}, "field_b9d821": True}
            values |= {"field_3724e6": 3, "field_a1b2c4": "see the board"}
            values["field_c4d17a"] = [{"value": "platform_1"}]
            values["watchers"] = ["7310000000000000001"]


def plan_of(desk: Desk, refs: Refs, *, decoded: bool) -> tuple[Plan, int]:
    """Plan the files of a desk; return how many members were decoded, too."""
    with contextlib.chdir(desk.folder):
        workspace = open_workspace((), None)
        transport = httpx.WSGITransport(app=app_of(desk.world))
        with Client(connection_to(desk.world), transport=transport) as client:
            reader = Reader(client, "demo", workspace.decisions, desk.world.credentials.user_key)
            options = PlanOptions(refs=refs, members=decoded)
            gathered = planning.gather(workspace, reader, options)
            assert gathered.ruled
            return planning.plan(workspace, reader, options, gathered), len(gathered.ruled.live)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_plan_is_the_same_whether_members_in_sync_are_decoded_or_not(desk: Desk, seed: int) -> None:
    random = Random(seed)
    settle(desk, random)
    git(desk.folder, "init", "-q")
    rules(desk, *some_rules(random, 3))
    item = random.randrange(FIRST, LAST)
    desk.stories(f"{{id: {item}, fields: {{scale: S}}}}")
    commit(desk)
    refs = Refs()
    if random.random() < 0.7:
        refs = Refs(base="HEAD")
        with contextlib.suppress(AssertionError):  # a rule that selects too many cannot be recorded
            apply_and_record(desk)
            refs = Refs(base="HEAD", applied="refs/reconciler/applied/demo")
    if random.random() < 0.6:
        rules(desk, *some_rules(random, 4))
    meddle(desk, random, random.randrange(6))
    lean, kept = plan_of(desk, refs, decoded=False)
    whole, all_of_them = plan_of(desk, refs, decoded=True)
    assert asdict(lean) == asdict(whole)
    assert kept <= all_of_them


def test_only_members_that_differ_are_decoded(desk: Desk) -> None:
    for item_id in (FIRST, FIRST + 1, FIRST + 2):
        desk.world.item(item_id).name = f"Zebra {item_id}"
        desk.world.item(item_id).values["field_3724e6"] = 5
    desk.world.edit(FIRST, "field_3724e6", 9, by=BO)
    rules(desk, rule())
    plan, decoded = plan_of(desk, Refs(), decoded=False)
    assert (decoded, plan.in_sync, plan.named) == (1, 2, 3)
    assert [(one.name, len(one.ids)) for one in plan.rules] == [("points", 3)]
    assert [one.ref.id for one in plan.updates] == [FIRST]


def test_a_fact_is_not_taken_for_the_field_of_its_name(desk: Desk) -> None:
    ana, bo = "7310000000000000001", BO
    with Client(connection_to(desk.world), transport=httpx.WSGITransport(app=app_of(desk.world))) as client:
        reader = Reader(client, "demo", DECISIONS, ana)
        reader.open(["story"], {})
        by_ana = Comparison("owner", "=", "set", (ana,))
        rule_of = ItemRule("mine", "hold", "story", (), (by_ana,), (), Place("", 1, 1))
        judge = RulesOnRows([rule_of], {0}, reader.decoder, "story", ("owner",))
        field = {"field_key": "owner", "field_value": ana}
        rows = [{"id": one, "created_by": who, "fields": [field]} for one, who in ((1, ana), (2, bo))]
        found = [judge.judge(row) for row in rows]
    assert [one.rules for one in found if one] == [(0,), ()]
