"""The same desired values twice: as 20 rules over many stories, and as the same stories listed by id.

Each rule selects the stories of one priority and one note, and desires what they have live; the first rule
desires another scale, so that each plan holds the same changes.  `python -m tests.bench.ruled rules|ids
FOLDER COUNT` writes one of the two.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.sandbox import World
from reconciler.sandbox.demo.generate import BASE
from tests.bench.work import A_FILE, A_FOLDER, FIELDS, labels_of, world_of, write_settings

RULES = 20
ALIKE = ("scale", "needs_qa", "platform", "area")
"""Fields of which all stories of one priority and one note have the same value."""
FIRST = {"scale": "XL"}
"""What the first rule desires, and no story of it has."""

Group = tuple[str, str]
Values = Mapping[str, str]


def groups_of(world: World, count: int) -> dict[Group, tuple[list[int], Values]]:
    """Return the ids of the stories of each priority and note, and their desired values."""
    labels = labels_of(world)

    def written(item_id: int, name: str) -> str:
        key, write = FIELDS[name]
        return write(world.item(item_id).values[key], labels)

    ids: defaultdict[Group, list[int]] = defaultdict(list)
    for item_id in range(BASE, BASE + count):
        ids[written(item_id, "priority"), written(item_id, "notes")].append(item_id)
    assert len(ids) == RULES
    found: dict[Group, tuple[list[int], Values]] = {}
    for group, some in ids.items():
        values = {name: written(some[0], name) for name in ALIKE}
        assert all(written(one, name) == values[name] for one in some for name in ALIKE)
        found[group] = (some, values if found else {**values, **FIRST})
    return found


def rules_of(world: World, count: int) -> Iterator[str]:
    """Yield the lines of a file of rules."""
    yield "space: demo\ntype: story\nrules:\n"
    for number, ((priority, notes), (ids, values)) in enumerate(groups_of(world, count).items()):
        fields = ", ".join(f"{name}: {value}" for name, value in values.items())
        yield f"  - name: rule-{number}\n    mode: hold\n    at_most: {len(ids)}\n"
        where = (f"priority = {priority}", f"notes = {notes}", f"work_item_id >= {BASE}")
        yield "    where:\n" + "".join(f"      - {one}\n" for one in where)
        yield f"    fields: {{{fields}}}\n"


def write_rules(folder: Path, count: int) -> None:
    """Write one file with the rules."""
    file = folder / "state" / "rules.yaml"
    file.parent.mkdir(parents=True)
    world = world_of(count)
    file.write_text("".join(rules_of(world, count)), encoding="utf-8")
    write_settings(folder, world)


def write_ids(folder: Path, count: int) -> None:
    """Write files of 50 stories, in the order of their ids."""
    world = world_of(count)
    entries: dict[int, str] = {}
    for ids, values in groups_of(world, count).values():
        fields = "".join(f"      {name}: {value}\n" for name, value in values.items())
        entries |= {item_id: f"  - id: {item_id}\n    fields:\n{fields}" for item_id in ids}
    listed = [entries[item_id] for item_id in sorted(entries)]
    for number in range(-(-count // A_FILE)):
        file = folder / "state" / f"{number // A_FOLDER:03}" / f"{number:05}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        some = listed[number * A_FILE : (number + 1) * A_FILE]
        file.write_text("space: demo\ntype: story\nitems:\n" + "".join(some), encoding="utf-8")
    write_settings(folder, world)


if __name__ == "__main__":
    {"rules": write_rules, "ids": write_ids}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
