"""The work: a space of many stories, and files that want exactly what is live, or nearly.

The content is the sandbox's own and the same for the same number; the files are written from it by
tables of a few lines, not by the program that is measured.  `python -m tests.bench.work FOLDER COUNT
CHANGED` writes them.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.sandbox import Options, World, demo_world
from reconciler.sandbox.demo.generate import BASE, generate

REPOSITORY = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
A_FILE = 50
"""Items of one file."""
A_FOLDER = 100
"""Files of one folder."""
SETTINGS = (
    "spaces:\n  demo:\n    project_key: 64a0c1f2e3b4d5a6c7e8f901\n    guards: {changes: 10000, share: 100%}\n"
)

Labels = Mapping[str, str]
Write = Callable[[Any, Labels], str]


def text(value: Any, labels: Labels) -> str:
    """Write a text in quotes, which every YAML reader takes for just that."""
    del labels
    return json.dumps(value, ensure_ascii=False)


def plain(value: Any, labels: Labels) -> str:
    """Write a number or a boolean."""
    del labels
    return json.dumps(value)


def day(value: Any, labels: Labels) -> str:
    """Write a day."""
    del labels
    return datetime.fromtimestamp(value / 1000, ZONE).date().isoformat()


def option(value: Any, labels: Labels) -> str:
    """Write an option's label."""
    return labels[value["value"]]


def options(value: Any, labels: Labels) -> str:
    """Write the labels of several options."""
    return f"[{', '.join(labels[one['value']] for one in value)}]"


def path(value: Any, labels: Labels) -> str:
    """Write a cascade as a path."""
    below = value["children"]
    return labels[value["value"]] + (f" / {labels[below['value']]}" if below else "")


def person(value: Any, labels: Labels) -> str:
    """Write an e-mail."""
    return labels[value]


def people(value: Any, labels: Labels) -> str:
    """Write e-mails."""
    return f"[{', '.join(labels[one] for one in value)}]"


FIELDS: dict[str, tuple[str, Write]] = {
    "priority": ("priority", option),
    "ext_ref": ("field_a1b2c3", text),
    "notes": ("field_a1b2c4", text),
    "story_points": ("field_3724e6", plain),
    "needs_qa": ("field_b9d821", plain),
    "due": ("field_2fbca6", day),
    "scale": ("field_0dae57", option),
    "platform": ("field_c4d17a", options),
    "reviewer": ("field_05723d", person),
    "watchers": ("watchers", people),
    "area": ("field_511b0c", path),
    "hotline": ("field_7c0a11", text),
}
"""Twelve fields of a story as files name them: their keys and how their values are written."""


def world_of(count: int) -> World:
    """Return the demo space with so many more stories, and no limiter."""
    world = demo_world(Options(throttle=False))
    if count:
        generate(world, [f"story={count}"])
    world.pages = {}
    return world


def labels_of(world: World) -> dict[str, str]:
    """Return what files call every option and person of the space, by id."""
    labels = {one.key: one.email for one in world.people.values()}
    story = next(iter(world.spaces.values())).type("story")
    assert story is not None
    rest = [one for field in story.fields for one in field.options]
    while rest:
        one = rest.pop()
        labels[one.value] = one.label
        rest += one.children
    return labels


def write_state(folder: Path, count: int, changed: int = 0) -> None:
    """Write settings, pins of the types, and files of 50 stories with twelve fields each.

    The first `changed` of them want other notes than are live.
    """
    world = world_of(count)
    labels = labels_of(world)
    state = folder / "state"
    for start in range(0, count, A_FILE):
        number = start // A_FILE
        file = state / f"{number // A_FOLDER:03}" / f"{number:05}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        numbers = range(start, min(start + A_FILE, count))
        entries = (entry(world, BASE + n, labels, changed=n < changed) for n in numbers)
        file.write_text("space: demo\ntype: story\nitems:\n" + "".join(entries), encoding="utf-8")
    (state / "reconciler.yaml").write_text(SETTINGS)
    shutil.copytree(REPOSITORY / "schemas" / "demo", folder / "schemas" / "demo")
    emails = {one.email: one.key for one in world.people.values()}
    (folder / "schemas" / "demo" / "people.json").write_text(json.dumps(emails))


def entry(world: World, item_id: int, labels: Labels, *, changed: bool) -> str:
    """Write one item as it is live, or with other notes."""
    values = dict(world.item(item_id).values)
    if changed:
        values[FIELDS["notes"][0]] = "Measured"
    fields = "".join(
        f"      {name}: {write(values[key], labels)}\n"
        for name, (key, write) in FIELDS.items()
        if values.get(key) is not None
    )
    return f"  - id: {item_id}\n    fields:\n{fields}"


if __name__ == "__main__":
    write_state(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
