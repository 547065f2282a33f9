"""People, automation, metadata and faults meet our commands over real HTTP; the write log is the judge.

I1 writes are part of the plan.  I2 no value is overwritten that was neither the plan's before nor wanted.
I3 exit 0 means seen: a plan afterwards is empty.  I4 the journal is the write log.  I5 an intent is on the
disk before its PUT arrives.  I6 the report is what the service holds.  I7 no secret is told.  I8 requests
stay within what was forecast, and what faults cost.  I9 a plan writes nothing.
"""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconciler.sandbox import Running, demo_world
from reconciler.sandbox.state.world import Made
from tests.conftest import Desk, Done, is_deep
from tests.faults.canary import leaks

BO = "7310000000000000002"
IDS = tuple(6300012320 + n for n in range(4))
POINTS, REFERENCE, PRIORITY = "field_3724e6", "field_a1b2c3", "priority"
VALUES: dict[str, dict[str, Any]] = {
    POINTS: {"7": 7, "8": 8, "9": 9, "null": None},
    REFERENCE: {"alpha": "alpha", "beta": "beta", "null": None},
    PRIORITY: {"P1": {"value": "option_1"}, "P2": {"value": "option_2"}, "P3": {"value": "option_3"}},
}
"""What files may want of a field, as YAML and as the wire writes it."""
FAULTS = (
    *("lost", "gateway", "page", "garbage", "cut", "empty", "no_code", "busy", "busy_after", "db_after"),
    *("throttle", "bare_429", "expired", "seen"),
)
places = st.tuples(st.sampled_from(IDS), st.sampled_from(sorted(VALUES)))
desired_values = places.flatmap(lambda at: st.tuples(st.just(at), st.sampled_from(sorted(VALUES[at[1]]))))


def plain(value: Any) -> Any:
    """Return a value of the wire without its label, and one word for every form of empty."""
    if isinstance(value, dict):
        return {"value": value["value"]} if value.get("value") else None
    return None if value in ("", [], None) else value


class Day(RuleBasedStateMachine):
    """One space, one repository, and all that happens between them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="day-"))
        world = demo_world()
        world.options.throttle = False
        self.service = Running(world)
        self.service.__enter__()
        known = world.credentials
        self.world = world
        self.desk = Desk(
            self.folder,
            self.service,
            {
                "MEEGLE_BASE_URL": self.service.url,
                "MEEGLE_PLUGIN_ID": known.plugin_id,
                "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
                "MEEGLE_USER_KEY": known.user_key,
                "MEEGLE_RATE": "0",
            },
        )
        self.wanted: dict[tuple[int, str], str] = {}
        self.edits: list[tuple[int, tuple[int, str], str]] = []
        self.queries = 0
        self.planned: dict[tuple[int, str], tuple[Any, Any]] = {}
        self.broken: list[str] = []
        self.faults = 0
        world.before_call = self.arriving

    def teardown(self) -> None:
        self.service.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    # -- what the service sees ------------------------------------------------------------------

    def arriving(self, made: Made) -> None:
        """Let a person edit before a read is answered; hold a PUT against plan, journal and live value."""
        if made.path.endswith("/query") and "work_item" in made.path:
            self.queries += 1
            for _, at, word in [one for one in self.edits if one[0] == self.queries]:
                self.world.edit(*at, VALUES[at[1]][word], by=BO)
        if made.method != "PUT":
            return
        item = int(made.path.rpartition("/")[2])
        for pair in made.body["update_fields"]:
            at = (item, pair["field_key"])
            live, sent = plain(self.world.item(item).values.get(at[1])), plain(pair["field_value"])
            before, after = self.planned.get(at, ("not planned", "not planned"))
            if sent != after:
                self.broken.append(f"I1: {at} = {sent} is not the plan's {after}")
            if live not in (before, after):
                self.broken.append(f"I2: {at} held {live}, the plan saw {before}")
        if made.idem not in "".join(path.read_text() for path in self.folder.rglob("journal.jsonl")):
            self.broken.append(f"I5: no intent for {made.idem}")

    def run(self, *arguments: str) -> Done:
        done = self.desk.run(*arguments)
        secrets = [self.world.credentials.plugin_secret, *self.world.gate.tokens]
        assert leaks(secrets, [("out", done.out.encode()), ("err", done.err.encode())]) == [], "I7"
        assert "internal error" not in done.err
        return done

    # -- the world moves ------------------------------------------------------------------------

    @initialize(some=st.lists(desired_values, min_size=2, max_size=6))
    def begin(self, some: list[tuple[tuple[int, str], str]]) -> None:
        self.wanted = dict(some)
        self.write()

    @rule(one=desired_values)
    def somebody_wants(self, one: tuple[tuple[int, str], str]) -> None:
        self.wanted[one[0]] = one[1]
        self.write()

    @rule(one=desired_values)
    def a_person_edits(self, one: tuple[tuple[int, str], str]) -> None:
        self.world.edit(*one[0], VALUES[one[0][1]][one[1]], by=BO)

    @rule(one=desired_values, at=st.integers(1, 5))
    def a_person_edits_while_we_run(self, one: tuple[tuple[int, str], str], at: int) -> None:
        self.edits.append((at, *one))

    @rule(on=st.booleans())
    def automation_answers_our_writes(self, on: bool) -> None:  # noqa: FBT001 - drawn
        self.world.options.automations = [{"when": POINTS, "set": {REFERENCE: "by a rule"}}] if on else []

    @rule(label=st.sampled_from(["P3", "Someday"]))
    def an_option_is_renamed(self, label: str) -> None:
        fields = next(iter(self.world.spaces.values())).types[0].fields
        option = next(one for one in fields if one.key == PRIORITY).options[3]
        option.label = label

    @rule()
    def tokens_end(self) -> None:
        self.world.gate.expire_tokens()

    @rule(kind=st.sampled_from(FAULTS), nth=st.integers(1, 3))
    def a_put_goes_wrong(self, kind: str, nth: int) -> None:
        self.world.options.faults = [{"kind": kind, "method": "PUT", "nth": nth, "times": 1}]
        self.faults += 1

    @rule(kind=st.sampled_from(FAULTS), nth=st.integers(1, 6))
    def a_read_goes_wrong(self, kind: str, nth: int) -> None:
        self.world.options.faults = [{"kind": kind, "path": "*/query", "nth": nth, "times": 1}]
        self.faults += 1

    @rule(kept=st.booleans())
    def a_field_is_dropped_silently(self, kept: bool) -> None:  # noqa: FBT001 - drawn
        self.world.options.drops = [] if kept else [{"field": REFERENCE}]

    @rule()
    def the_journals_are_lost(self) -> None:
        shutil.rmtree(self.folder / ".reconciler", ignore_errors=True)

    # -- our commands ---------------------------------------------------------------------------

    @rule()
    def we_plan(self) -> None:
        writes = len(self.world.writes)
        self.queries = 0
        self.run("plan", "--blame")
        self.calm()
        assert len(self.world.writes) == writes, "I9"

    @rule()
    def we_apply(self) -> None:
        if not self.save_plan():
            return
        self.queries, writes, calls = 0, len(self.world.writes), len(self.world.calls)
        known = set(self.folder.rglob("journal.jsonl"))
        done = self.run("apply", "plan.json", "--format", "json")
        moved = bool(self.edits)
        self.judge(done, writes, [path for path in self.folder.rglob("journal.jsonl") if path not in known])
        assert len(self.world.calls) - calls <= 60 + 30 * self.faults, "I8"
        self.calm()
        if done.code == 0 and not moved:
            again = self.run("plan")
            assert again.out == "No changes. Live work items match the desired state.\n", ("I3", again.out)

    @precondition(lambda self: self.wanted)
    @rule(puts=st.integers(1, 3), kept=st.booleans())
    def we_are_killed_and_run_again(self, puts: int, kept: bool) -> None:  # noqa: FBT001 - drawn
        if not self.save_plan():
            return
        self.queries, start = 0, len(self.world.writes)
        process = self.desk.start("apply", "plan.json")
        until = time.monotonic() + 30
        while process.poll() is None and len(self.world.writes) < start + puts and time.monotonic() < until:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if not kept:
            self.the_journals_are_lost()
        self.we_apply()

    @rule()
    def two_apply_at_once(self) -> None:
        if not self.save_plan():
            return
        self.queries = 0
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        shutil.copy(self.folder / "plan.json", elsewhere)
        here = self.desk.start("apply", "plan.json")
        there = Desk(elsewhere, self.service, self.desk.environ).start("apply", "plan.json")
        for process in (here, there):
            _, err = process.communicate(timeout=120)
            assert process.returncode in {0, 1, 3}, err
            assert "Traceback" not in err
        self.calm()

    @rule()
    def we_roll_back(self) -> None:
        runs = sorted(self.folder.glob(".reconciler/runs/*"))
        if not runs:
            return
        self.queries = 0
        done = self.run("rollback", runs[-1].name, "--out", "plan.json", "--max-share", "100%")
        self.calm()
        if done.code == 0 and (self.folder / "plan.json").exists():
            self.read_plan()
            self.run("apply", "plan.json", "--max-share", "100%", "--allow-clear", "100")

    @invariant()
    def nothing_was_broken(self) -> None:
        assert self.broken == []

    # -- how -------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write the file of desired state."""
        items = []
        for item in sorted({item for item, _ in self.wanted}):
            pairs = [f"{key}: {word}" for (at, key), word in sorted(self.wanted.items()) if at == item]
            items.append(f"{{id: {item}, fields: {{{', '.join(pairs)}}}}}")
        self.desk.stories(*items)

    def save_plan(self) -> bool:
        """Make a plan in calm weather, so that what was planned is known; False where there is none."""
        faults, edits = self.world.options.faults, self.edits
        self.world.options.faults, self.edits, self.queries = [], [], 0
        done = self.run("plan", "--out", "plan.json")
        self.world.options.faults, self.edits = faults, edits
        if done.code == 0:
            self.read_plan()
        return done.code == 0

    def read_plan(self) -> None:
        """Remember what the plan saw and what it would send."""
        made = json.loads((self.folder / "plan.json").read_text(encoding="utf-8"))
        self.planned = {
            (one["id"], field["key"]): (plain(field["before"]), plain(field["after"]))
            for one in made["resource_changes"]
            for field in one["fields"]
        }

    def judge(self, done: Done, writes: int, journals: list[Path]) -> None:
        """Hold a report and a journal against the write log and the live values."""
        sent = {(int(one.path.rpartition("/")[2]), one.idem) for one in self.world.writes[writes:]}
        entries = [json.loads(line) for path in journals for line in path.read_text().splitlines()]
        kept = {(one["id"], one["idem"]) for one in entries if one["event"] == "intent"}
        assert sent <= kept, "I4"
        rows = [one for one in map(json.loads, done.out.splitlines()) if one["event"] == "row"]
        for row in rows:
            at = (row["id"], row["key"])
            if at not in self.planned:
                continue
            live = plain(self.world.item(at[0]).values.get(at[1]))
            if row["outcome"] in {"applied", "already"}:
                assert live == self.planned[at][1], ("I6", row, live)
            if row["outcome"] == "not tried":
                assert live == self.planned[at][0] or self.edits, ("I6", row, live)
        good = all(row["outcome"] in {"applied", "already"} for row in rows)
        assert (done.code == 0) <= good, ("I6", done.code, rows)

    def calm(self) -> None:
        """End the faults, and the edits that did not come to pass."""
        self.world.options.faults, self.edits = [], []


def length(days: int, steps: int) -> settings:
    """Return how long a search is."""
    return settings(
        max_examples=days,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def thirty_days(name: str) -> Any:
    """Return a test of days that no other test has seen, so that two processes can share the search."""
    test: Any = type(name, (Day,), {})
    test.TestCase.settings = length(30, 25)
    return test.TestCase


if is_deep():
    TestFirstDays, TestSecondDays = thirty_days("First"), thirty_days("Second")
    TestThirdDays, TestFourthDays = thirty_days("Third"), thirty_days("Fourth")
else:
    TestADayInTheSpace = Day.TestCase
    TestADayInTheSpace.settings = length(8, 12)
