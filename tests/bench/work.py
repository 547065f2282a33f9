"""The work: a space of many stories, and files that want exactly what is live, or nearly.

The content is the sandbox's own and the same for the same number; the files are written from it by
tables of a few lines, not by the program that is measured.  `python -m tests.bench.work FOLDER COUNT
CHANGED [SPACE…]` writes them; of several spaces each has so many.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.sandbox import Options, World, demo_world
from reconciler.sandbox.demo.generate import first_id, generate, maker
from reconciler.sandbox.demo.more_spaces import add_space, own_plugin
from reconciler.sandbox.state.model import Item, Space

REPOSITORY = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
A_FILE = 50
"""Items of one file."""
A_FOLDER = 100
"""Files of one folder."""
FIRST = "64a0c1f2e3b4d5a6c7e8f901"
"""The key of the demo space, whose pins those of the others are made of."""
MANY = 200_000
"""From here on items are made when they are asked for: so many would not fit into the memory."""

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


def world_of(count: int, spaces: Iterable[str] = ()) -> World:
    """Return the demo space with so many more stories, and no limiter.

    `spaces`: names of further spaces with as many stories, each with a plugin of its own.
    """
    world = demo_world(Options(throttle=False))
    for name in spaces:
        add_space(world, name)
        own_plugin(world, name)
    if count >= MANY:
        world.items = Later(world, count)
    elif count:
        generate(world, [f"{space.simple_name}/story={count}" for space in world.spaces.values()])
    world.pages = {}
    return world


class Later(dict[int, Item]):
    """The items of a world, and stories that are made each time they are asked for by id, until a change.

    Nothing counts or lists the stories: searches do not find them.
    """

    def __init__(self, world: World, count: int) -> None:
        """Take the items that there are."""
        super().__init__(world.items)
        self.ranges = [self.of_space(world, space, count) for space in world.spaces.values()]

    @staticmethod
    def of_space(world: World, space: Space, count: int) -> tuple[range, Callable[[int], Item]]:
        """Return the ids of a space's stories, and what makes them."""
        story = world.type_in(space, "story")
        first = first_id(world, space, story)
        return range(first, first + count), maker(world, space, story)

    def __missing__(self, item_id: int) -> Item:
        """Make a story; raises KeyError for any other id."""
        for ids, make in self.ranges:
            if item_id in ids:
                return make(item_id - ids.start)
        raise KeyError(item_id)

    def get(self, item_id: int, default: Any = None) -> Any:
        """Return an item, made if need be."""
        try:
            return self[item_id]
        except KeyError:
            return default


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


def write_state(folder: Path, count: int, changed: int = 0, spaces: Sequence[str] = ()) -> None:
    """Write settings, pins of the types, and files of 50 stories with twelve fields each.

    The first `changed` of them want other notes than are live.  Files of several spaces stand in folders
    of their names.
    """
    world = world_of(0, spaces)
    world.items = Later(world, count)
    state = folder / "state"
    for space in world.spaces.values():
        write_files(state / space.simple_name if spaces else state, world, space, count, changed)
    write_settings(folder, world)


def write_settings(folder: Path, world: World) -> None:
    """Write the settings and the pins of every space."""
    for space in world.spaces.values():
        write_pins(folder / "schemas" / space.simple_name, world, space)
    settings = "".join(
        f"  {space.simple_name}:\n    project_key: {space.key}\n    guards: {{changes: 10000, share: 100%}}\n"
        for space in world.spaces.values()
    )
    (folder / "state" / "reconciler.yaml").write_text(f"spaces:\n{settings}")


def write_files(state: Path, world: World, space: Space, count: int, changed: int) -> None:
    """Write the files of one space."""
    labels = labels_of(world)
    first = first_id(world, space, world.type_in(space, "story"))
    head = f"space: {space.simple_name}\ntype: story\nitems:\n"
    a_file = A_FILE if count < MANY else 2 * A_FILE  # A run reads 20,000 files at most.
    for start in range(0, count, a_file):
        number = start // a_file
        file = state / f"{number // A_FOLDER:03}" / f"{number:05}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        numbers = range(start, min(start + a_file, count))
        entries = (entry(world, first + n, labels, changed=n < changed) for n in numbers)
        file.write_text(head + "".join(entries), encoding="utf-8")


def write_pins(folder: Path, world: World, space: Space) -> None:
    """Write the pins of a space: those of the demo space with its key."""
    shutil.copytree(REPOSITORY / "schemas" / "demo", folder)
    for file in folder.iterdir():
        file.write_text(file.read_text("utf-8").replace(FIRST, space.key), encoding="utf-8")
    emails = {one.email: one.key for one in world.people.values()}
    (folder / "people.json").write_text(json.dumps(emails))


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
    write_state(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
