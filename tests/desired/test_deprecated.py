"""Deprecated fields and options: validate and plan report each use, with what to use."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
ANA = "ana@example.com"
NO_OPTION = "{type: story, field: priority, option: P33}"
SETTINGS = """\
spaces:
  demo:
    deprecated:
      - {type: story, field: story_points, use: estimate, why: two scales}
      - {type: story, field: priority, option: P3, use: P2}
      - {type: story, field: Platform, option: Web}
"""


@pytest.fixture
def pinned(desk: Desk) -> Desk:
    desk.write("state/reconciler.yaml", SETTINGS)
    desk.stories(
        f"{{id: {STORY}, fields: {{priority: P3, platform: {{contains: [Web]}}}}}}",
        f"{{id: {STORY + 1}, fields: {{priority: P3, story_points: 3}}}}",
        f"{{id: {STORY + 2}, fields: {{priority: P2, platform: {{excludes: [Web]}}}}}}",
    )
    assert desk.run("schema", "pull").code == 0
    return desk


FIELD = "Story points is deprecated (two scales); use 'estimate'"
P3 = "the option 'P3' of Priority is deprecated; use 'P2'"
WEB = "the option 'Web' of Platform is deprecated; take it out of the file"


def test_validate_reports_each_use_and_ends_with_0(pinned: Desk) -> None:
    done = pinned.run("validate")
    assert done.code == 0, done.out
    assert done.out.startswith("note: state/stories.yaml:4:")
    assert f"{P3} (2 times, also at state/stories.yaml:5:" in done.out
    assert FIELD in done.out
    assert WEB in done.out
    assert "Valid: 3 items in 1 file" in done.out


def test_validate_reports_what_rules_set_and_read(pinned: Desk) -> None:
    pinned.write(
        "state/rules.yaml",
        "space: demo\ntype: story\nrules:\n"
        "  - {name: sets, where: [name ~ a], fields: {priority: P3, platform: {contains: [iOS]}}}\n"
        "  - {name: bounds, where: [priority = P0], fields: {story_points: {max: 5}}}\n"
        "  - {name: reads, where: ['platform CONTAINS iOS, Web', priority != P3], fields: {notes: x}}\n",
    )
    made = json.loads(pinned.run("validate", "--format", "json").out)
    assert [(one["line"], one["what"]) for one in made["deprecated"] if "rules" in one["file"]] == [
        (4, P3.partition(";")[0]),
        (5, FIELD.partition(";")[0]),
        (6, P3.partition(";")[0]),
        (6, WEB.partition(";")[0]),
    ]


def test_programs_get_the_uses_with_their_places(pinned: Desk) -> None:
    made = json.loads(pinned.run("validate", "--format", "json").out)
    assert (made["valid"], made["mistakes"]) == (True, [])
    assert [(one["line"], one["what"]) for one in made["deprecated"]] == [
        (4, P3.partition(";")[0]),
        (4, WEB.partition(";")[0]),
        (5, P3.partition(";")[0]),
        (5, FIELD.partition(";")[0]),
    ]
    assert "::notice file=state/stories.yaml,line=4" in pinned.run("validate", "--format", "github").out
    quality = json.loads(pinned.run("validate", "--format", "codequality").out)
    assert {one["check_name"] for one in quality} == {"reconciler/deprecated"}


def test_a_plan_notes_what_is_deprecated(pinned: Desk) -> None:
    made = json.loads(pinned.run("plan", "--format", "json").out)
    assert [one.partition(": ")[2] for one in made["notes"] if "deprecated" in one] == [
        f"{P3} (2 places)",
        f"{WEB} (1 place)",
        f"{FIELD} (1 place)",
    ]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{type: stroy, field: priority}", "no type 'stroy' on demo; did you mean 'story'?"),
        ("{type: story, field: priorty}", "no field 'priorty' on story; did you mean 'priority'?"),
        ("{type: story, field: priority, option: P33}", "no option 'P33' on priority; did you mean 'P3'?"),
    ],
)
def test_a_name_that_means_nothing_is_a_mistake(pinned: Desk, entry: str, told: str) -> None:
    pinned.write("state/reconciler.yaml", f"spaces: {{demo: {{deprecated: [{entry}]}}}}\n")
    done = pinned.run("validate")
    assert done.code == 1
    assert told in done.out


def test_without_pins_validate_goes_by_the_words_as_they_are_written(pinned: Desk) -> None:
    shutil.rmtree(pinned.folder / "schemas")
    by_key = SETTINGS.replace("Platform", "platform") + "      - {type: story, field: roles.RD, why: gone}\n"
    pinned.write("state/reconciler.yaml", by_key)
    pinned.stories(
        f"{{id: {STORY + 3}, fields: {{platform: {{contains: [iOS, Web]}}}}, roles: {{RD: [{ANA}]}}}}",
        file="state/more.yaml",
    )
    done = pinned.run("validate", "--format", "json")
    assert done.code == 0
    assert [(one["file"], one["line"], one["what"]) for one in json.loads(done.out)["deprecated"]] == [
        ("state/more.yaml", 4, "the option 'Web' of platform is deprecated"),
        ("state/more.yaml", 4, "RD is deprecated (gone)"),
        ("state/stories.yaml", 4, "the option 'P3' of priority is deprecated"),
        ("state/stories.yaml", 4, "the option 'Web' of platform is deprecated"),
        ("state/stories.yaml", 5, "the option 'P3' of priority is deprecated"),
        ("state/stories.yaml", 5, "story_points is deprecated (two scales)"),
    ]


@pytest.mark.parametrize(
    "entry", ["{type: stroy, field: priority}", "{type: story, field: priorty}", NO_OPTION]
)
def test_without_pins_a_plan_refuses_a_name_that_means_nothing(desk: Desk, entry: str) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.write("state/reconciler.yaml", f"spaces:\n  demo:\n    deprecated:\n      - {entry}\n")
    done = desk.run("plan")
    assert done.code == 1
    assert done.err.startswith("state/reconciler.yaml:4:")
    assert "; did you mean " in done.err


def test_without_pins_a_type_that_no_file_names_may_be_deprecated(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.write("state/reconciler.yaml", "spaces: {demo: {deprecated: [{type: issue, field: priority}]}}\n")
    assert desk.run("plan").code == 0
