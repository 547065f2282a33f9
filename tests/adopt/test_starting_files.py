"""The files of a new repository, made of what the space says."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from reconciler.adopt.starting_files import name_person
from reconciler.adopt.workflows import ready
from reconciler.cli import COMMANDS

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_the_readme_names_commands_files_and_variables_that_there_are(desk: Desk) -> None:
    desk.run("init", "--space", "demo", "--type", "story")
    text = (desk.folder / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"reconciler (\w+)", text)) - {"says"} <= set(COMMANDS)
    assert "reconciler pull --type story --into state/demo/story.yaml\n" in text
    paths = [
        one
        for line in re.findall(r"^- (`.*?`):", text, re.MULTILINE)
        for one in re.findall("`([^`]+)`", line)
    ]
    assert len(paths) == 7
    for path in paths:
        assert (desk.folder / path).exists() or path == ".reconciler/"
    used = "".join(ready().values())
    for name in re.findall(r"`((?:MEEGLE|RECONCILER)_\w+)`", text):
        assert f".{name}" in used


def test_the_settings_name_the_space_its_key_the_zone_and_the_acting_user(desk: Desk) -> None:
    desk.run("init", "--space", "demo", "--type", "story", "--time-zone", "Europe/Berlin")
    settings = (desk.folder / "state/reconciler.yaml").read_text(encoding="utf-8")
    assert "\npeople:\n  ana: ana@example.com\n" in settings
    assert "\n  demo:\n    project_key: 64a0c1f2e3b4d5a6c7e8f901\n" in settings
    assert "\n    time_zone: Europe/Berlin\n" in settings
    editor = json.loads((desk.folder / ".vscode/settings.json").read_text(encoding="utf-8"))
    assert editor["yaml.schemas"]["./schemas/demo/story.schema.json"] == ["state/demo/story*.yaml"]


def test_a_person_without_a_plain_name_is_not_named() -> None:
    assert name_person("ana.lee+x@example.com") == ("ana", "ana.lee+x@example.com")
    assert name_person("1@example.com") is None
    assert name_person("") is None
