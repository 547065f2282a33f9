"""Whatever a space holds: pulled, in any split, it plans empty, and every item is in one file."""

from __future__ import annotations

import random
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.sandbox.demo import content
from reconciler.sandbox.demo.generate import generate
from tests.conftest import is_deep

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.state.model import Field, Item
    from tests.conftest import Desk

TYPES = ("story", "issue", "release")
SPLITS = ("7", "100", "priority", "due", "reviewer", "area", "tags", "roles.RD", "Needs QA")
TEXTS = (
    *(
        "no",
        "null",
        "~",
        "1.10",
        "0x1F",
        "2026-12-01",
        "[BUG] crash: again #1",
        "- x",
        "*urgent*",
        "@ana",
        ">50%",
    ),
    *(
        "支付：退款、取消",
        "🙂",
        "a\tb",
        "'",
        '"',
        "\\",
        'it\'s "so"',
        "#",
        "# x",
        "x #y",
        "{a: b}",
        "key: value",
        "%",
    ),
    *(
        "  inner  blanks  kept",
        "<b>bold</b>",
        "&amp;",
        "```",
        "| a | b |",
        "--- a",
        "... b",
        "? a",
        "! b",
        "`c`",
        "= d",
    ),
)
LINES = (
    "one\ntwo",
    "one\n\n\ntwo",
    "  indented\nnot",
    "# no comment\nx: y",
    "tail #x\n- list\n* star",
    "支付\n🙂",
)


def shaken(item: Item, fields: list[Field], ground: content.Ground, dice: random.Random) -> None:
    """Give some fields of an item other values, nasty texts among them, and empty or forget some."""
    for field in fields:
        roll = dice.random()
        if field.computed or field.formula or content.value(field, 0, ground) is None or roll < 0.2:
            continue
        if roll < 0.3:
            item.values.pop(field.key, None)
        elif roll < 0.4:
            item.values[field.key] = None
        elif field.type in {"text", "multi_text"} and roll < 0.8:
            item.values[field.key] = dice.choice(
                LINES if field.type == "multi_text" or field.kind == "multi" else TEXTS
            )
        else:
            item.values[field.key] = content.value(field, dice.randrange(10**6), ground)
    held = [one for one in item.values["role_owners"] if dice.random() < 0.8]
    item.values["role_owners"] = held


def filled(desk: Desk, count: int, seed: int) -> dict[str, list[int]]:
    """Fill the space with random items; returns the ids by type."""
    world, dice = desk.world, random.Random(seed)
    before = set(world.items)
    generate(world, [f"{name}={count}" for name in TYPES])
    people = [one.key for one in world.people.values() if one.status == "activated"]
    space = next(iter(world.spaces.values()))
    by_type: dict[str, list[int]] = {}
    for item in world.items.values():
        if item.aborted is None:
            by_type.setdefault(item.type_key, []).append(item.id)
    ground = content.Ground(people, by_type, [one["id"] for one in space.businesses])
    made: dict[str, list[int]] = {}
    for item_id in sorted(set(world.items) - before):
        item = world.items[item_id]
        kind = world.type_of(item)
        fields = [one for one in kind.fields if one.type != "role_owners" and one.key != "name"]
        shaken(item, fields, ground, dice)
        world.derive(item)
        made.setdefault(kind.api_name, []).append(item_id)
    return made


def pulled(desk: Desk, *arguments: str, named: Callable[[str], bool] = lambda _: True) -> list[int]:
    """Pull into a new folder, and see that the plan is empty; returns the ids that the files name."""
    shutil.rmtree(desk.folder / "state", ignore_errors=True)
    desk.write("state/reconciler.yaml", SETTINGS)
    done = desk.run(
        "pull", *arguments, "--fields", "all", "--space", "demo", "--into", "state/demo/pulled.yaml"
    )
    assert done.code == 0, done.err
    plan = desk.run("plan")
    assert plan.out.startswith("No changes."), plan.out[:3000] + plan.err
    assert desk.run("fmt", "--check").code == 0
    assert desk.world.writes == []
    found: list[int] = []
    for path in sorted((desk.folder / "state/demo").glob("*.yaml")):
        assert named(path.name)
        found += map(
            int, re.findall(r"^  - (?:id: )?(\d{10})", path.read_text(encoding="utf-8"), re.MULTILINE)
        )
    return found


SETTINGS = """\
spaces:
  demo:
    fields:
      story: {cutover: {kind: moment}, env_rows: {key: env}}
      issue: {cutover: {kind: moment}}
"""


@pytest.mark.parametrize("seed", range(4) if is_deep() else range(1))
def test_random_items_of_every_type_plan_empty_in_every_split(
    desk: Desk, seed: int, record_property: Callable[[str, Any], None]
) -> None:
    count = 167 if is_deep() else 12
    ids = filled(desk, count, seed)
    every = sorted(one for some in ids.values() for one in some)
    record_property("count", len(every))
    words = [f"{kind}/{one}" for kind, some in ids.items() for one in some]
    assert sorted(pulled(desk, *words, "--split", "type")) == every
    for kind, split in zip(TYPES * 3, SPLITS, strict=True):
        some = [f"{kind}/{one}" for one in ids[kind]]
        assert sorted(pulled(desk, *some, "--split", split)) == ids[kind]


@pytest.mark.parametrize("split", [(), ("--split", "priority"), ("--split", "25")])
@pytest.mark.parametrize("type_", TYPES)
def test_the_whole_demo_space_plans_empty(desk: Desk, type_: str, split: tuple[str, ...]) -> None:
    live = [one.id for one in desk.world.items.values() if desk.world.type_of(one).api_name == type_]
    shown = [
        one for one in live if desk.world.items[one].aborted is None and not desk.world.items[one].deleted_at
    ]
    assert sorted(pulled(desk, "--type", type_, *split)) == sorted(shown)


def test_an_item_is_in_the_file_of_its_own_value(desk: Desk) -> None:
    pulled(desk, "--type", "story", "--split", "priority")
    files = list((desk.folder / "state/demo").glob("pulled-p*.yaml"))
    assert len(files) > 1
    for path in files:
        said = re.findall(r"^      priority: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert {one.lower() for one in said} == {path.stem.removeprefix("pulled-")}
