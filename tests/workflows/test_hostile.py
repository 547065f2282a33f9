"""Titles and values that strangers wrote, through every workflow: pages and logs stay inert."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from reconciler.render.safe import UNSEEN
from tests.forge.github.test_annotations import runner as command_of
from tests.render.plans import ATOMS, FRAMES
from tests.render.test_markdown import LIVELY, MARKDOWN, OURS, Seen

if TYPE_CHECKING:
    from tests.workflows.conftest import Team

FIRST = 6300012300
EXT = "field_a1b2c3"
HALF = re.compile("[\ud800-\udfff]")
"""Half a character: no service can send it as UTF-8."""
OURS_TO_SAY = {"notice", "warning", "error"}


def hold_page(text: str, *markers: str) -> None:
    """Nothing of a stranger links, mentions, opens an element or hides in a comment."""
    seen = Seen(MARKDOWN.render(text))
    assert set(seen.elements) <= OURS
    assert set(seen.attributes) <= {("class", "language-yaml"), ("class", "language-text")}
    assert seen.open == []
    assert [one.split()[0] for one in seen.comments] == list(markers)
    assert not LIVELY.search(seen.loose), LIVELY.search(seen.loose)


def hold_log(log: str) -> None:
    """The runner hears no command but our annotations, and a screen obeys nothing."""
    for line in log.split("\n"):
        assert not [sign for sign in line if unicodedata.category(sign) in UNSEEN], ascii(line)
        if told := command_of(line):
            assert told.name in OURS_TO_SAY, line
            assert told.properties.get("file", "state/").startswith("state/"), line


def test_no_text_of_a_stranger_speaks_through_a_workflow(team: Team) -> None:
    rows = list(enumerate(one for one in ATOMS if one.isascii() or not HALF.search(one)))
    assert len(rows) <= 80
    for n, _ in rows:
        team.world.item(FIRST + n).values[EXT] = f"EXT-{n}"
    items = "".join(f"  - {{id: {FIRST + n}, fields: {{ext_ref: EXT-{n}}}}}\n" for n, _ in rows)
    team.write("state/demo/c.yaml", f"space: demo\ntype: story\nitems:\n{items}")
    policy = "spaces:\n  demo:\n    guards: {share: 100%}\n    drift: {default: accept}\n"
    team.write("state/reconciler.yaml", policy)
    team.commit()
    team.settle()
    for n, atom in rows:
        item = team.world.item(FIRST + n)
        item.name = FRAMES[n % len(FRAMES)].format(atom)
        item.values[EXT] = atom
    team.story("priority: P3, story_points: 5, due: 2026-04-21")
    team.commit("feature")
    run = team.runner.pull_request(team.hub.open_pull("feature"))
    assert run.results == {"plan": "success", "comment": "success"}, run.log()
    hold_log(run.log())
    hold_page(team.hub.comments[0]["body"], "reconciler:plan")
    (counts,) = re.findall(r"(\d+) skipped \(drift\), (\d+) blocked", team.hub.comments[0]["body"])
    assert sum(map(int, counts)) == len(rows)
    hold_page(run.jobs["plan"].summary, "reconciler:plan")
    team.merge("feature")
    run = team.runner.push()
    assert run.results["record"] == "success", run.log()
    hold_log(run.log())
    assert team.sent == [{"priority": {"value": "option_3"}}]
    run = team.runner.schedule()
    assert run.results == {"drift": "success", "issue": "success", "accept": "success", "heal": "skipped"}
    hold_log(run.log())
    hold_page(team.hub.issues[0]["body"], "reconciler:drift")
    (pull,) = [one for one in team.hub.pulls if one["head"]["ref"].startswith("reconciler/")]
    hold_page(pull["body"], "reconciler:accept")
    team.merge("reconciler/accept-demo")
    run = team.runner.push()
    assert run.results["plan"] == "success", run.log()
    hold_log(run.log())
    assert len(team.sent) == 1
