"""The law of records of parts: what a record calls applied is live, in whatever order teams worked.

Three teams share items; commits, plans of parts and of everything, applies and records come in any order,
some plans are recorded twice, some after a later commit was.
"""

from __future__ import annotations

import json
import random
from collections import ChainMap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from tests.conftest import desk_in, is_deep
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk

STORY: Final = 6300012320
APPLIED: Final = "refs/reconciler/applied/demo"
KEYS: Final = {"story_points": "field_3724e6", "ext_ref": "field_a1b2c3"}
TEAMS: Final = {
    "a": ((0, "story_points"), (1, "story_points"), (1, "ext_ref"), (6, "story_points")),
    "b": ((2, "story_points"), (3, "ext_ref"), (6, "ext_ref")),
    "c": ((4, "story_points"), (4, "ext_ref"), (5, "story_points")),
}
ROWS: Final = tuple(row for rows in TEAMS.values() for row in rows)
PARTS: Final[tuple[list[str], ...]] = (
    *(["state/a"], ["state/b"], ["state/c"], ["state/a", "state/c"], ["--only", "state/b"], []),
    *(["--only", f"{STORY + 6}"], ["--only", f"{STORY + 4}.story_points"], ["--exclude", "state/c"]),
    *(["--exclude", f"{STORY + 1}"], ["--exclude", f"{STORY + 6}.ext_ref"], ["--only", "story.ext_ref"]),
    *(["--exclude", "story.story_points"], ["state/a", "--exclude", f"{STORY + 6}"]),
)
STEPS: Final = ("commit", "plan", "plan", "plan", "apply", "apply", "apply", "record", "record", "record")
ENDS: Final = {"plan": (0,), "apply": (0, 1, 3, 4), "record": (0, 1)}

Row = tuple[int, str]


class Saved(NamedTuple):
    """A saved plan, and the rows that its apply wrote."""

    file: str
    wrote: set[Row]


class Teams:
    """A repository of three teams, what each commit desires, and what was done so far."""

    def __init__(self, desk: Desk, seed: int) -> None:
        """Make the first commit."""
        self.desk, self.chance = desk, random.Random(seed)
        git(desk.folder, "init", "-q")
        desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {share: 100%}}}\n")
        self.desired: dict[Row, str] = dict.fromkeys(ROWS, "1")
        self.commits: dict[str, dict[Row, str]] = {}
        self.planned: list[Saved] = []
        self.applied: list[Saved] = []
        self.unrecorded: dict[str, set[Row]] = {}
        self.told: list[str] = []
        self.commit()

    def commit(self) -> None:
        """Commit other values of some rows; now and then a row is not named any more."""
        for row in self.chance.sample(ROWS, self.chance.randint(1, 4)):
            first = row in {rows[0] for rows in TEAMS.values()}
            self.desired[row] = self.chance.choice([*([] if first else [""]), *map(str, range(10, 20))])
        for team, rows in TEAMS.items():
            items: dict[int, list[str]] = {}
            for n, key in rows:
                if self.desired[n, key]:
                    items.setdefault(n, []).append(f"{key}: {self.desired[n, key]}")
            entries = [f"{{id: {STORY + n}, fields: {{{', '.join(one)}}}}}" for n, one in items.items()]
            self.desk.stories(*entries, file=f"state/{team}/stories.yaml")
        git(self.desk.folder, "add", "state")
        if git(self.desk.folder, "status", "--porcelain", "state"):
            self.commits[commit(self.desk)] = {row: one for row, one in self.desired.items() if one}

    def plan(self) -> None:
        """Save a plan of a part, or of everything, against the record that there is."""
        known = ["--applied", APPLIED] if git(self.desk.folder, "for-each-ref", APPLIED) else []
        file = f"plan-{len(self.told)}.json"
        part = self.chance.choice(PARTS)
        done = self.desk.run("plan", *part, *known, "--out", file)
        self.told.append(f"plan {' '.join(part)} {file}: {done.code}")
        if done.code == 0:
            self.planned.append(Saved(file, set()))
        else:
            assert "selects nothing" in done.err, done.err

    def apply(self) -> None:
        """Apply a plan that was saved some time ago."""
        if not self.planned:
            return
        one = self.planned.pop(self.chance.randrange(len(self.planned)))
        before = {row: self.live(row) for row in ROWS}
        # Now and then the service refuses the writes to one item, or the run is cut short after one PUT.
        refused = [{"item": str(STORY + self.chance.randrange(7))}] if self.chance.random() < 1 / 3 else []
        self.desk.world.options.forbidden = refused
        cut = ["--max-errors", "0"] if self.chance.random() < 1 / 2 else []
        self.run("apply", one.file, *cut)
        self.desk.world.options.forbidden = []
        one.wrote.update(row for row in ROWS if self.live(row) != before[row])
        self.unrecorded[one.file] = one.wrote
        self.applied.append(one)

    def record(self) -> None:
        """Record an apply, perhaps once more; what it calls applied must be live."""
        if not self.applied:
            return
        one = self.chance.choice(self.applied)
        if self.run("record", one.file) == 0:
            self.unrecorded.pop(one.file, None)
            self.hold()

    def run(self, *arguments: str) -> int:
        """Run a command, which may end as it does when others were faster."""
        done = self.desk.run(*arguments)
        self.told.append(f"{' '.join(arguments)}: {done.code}")
        assert done.code in ENDS[arguments[0]], (done.out, done.err, self.told)
        return done.code

    def live(self, row: Row) -> str:
        """Return a live value, as files write it."""
        value = self.desk.world.item(STORY + row[0]).values.get(KEYS[row[1]])
        return "" if value is None else str(value)

    def hold(self) -> None:
        """Hold the record against what is live, but for rows that an apply wrote which nobody recorded."""
        tag = git(self.desk.folder, "cat-file", "tag", APPLIED)
        made: dict[str, Any] = json.loads(tag.partition("\n\n")[2])
        left = {(one["id"] - STORY, one["key"]): one["commit"] for one in made["unapplied"]}
        moved = set[Row]().union(*self.unrecorded.values())
        for row, value in self.commits[made["commit"]].items():
            at = (row[0], KEYS[row[1]])
            behind = ChainMap({at: left[row[0], None]} if (row[0], None) in left else {}, left)
            if row in moved:
                continue
            if at not in behind:
                assert self.live(row) == value, (row, made, self.told)
            elif behind[at] in self.commits and row in self.commits[behind[at]]:
                assert self.live(row) in {value, self.commits[behind[at]][row]}, (row, made, self.told)


@pytest.mark.parametrize("seed", range(60 if is_deep() else 4))
def test_what_a_record_calls_applied_is_live(seed: int, tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        teams = Teams(desk, seed)
        for _ in range(60 if is_deep() else 25):
            getattr(teams, teams.chance.choice(STEPS))()
