"""Shapes are read without pydantic, and take just what the pydantic models of the same shapes take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.errors import Place
from reconciler.manifest.document import FileShape
from reconciler.manifest.nodes import AuthoredList
from reconciler.manifest.parsing import read_tree
from reconciler.manifest.rules_document import RulesFileShape
from reconciler.manifest.shapes import Shape, Unfit, read, written
from reconciler.manifest.validation import model_of
from reconciler.settings import Settings
from tests.inputs.rows import ROWS

TESTS = Path(__file__).parents[1]
SHAPES: tuple[type[Shape], ...] = (FileShape, RulesFileShape, Settings)

ATOMS = (
    *("word", '"quoted"', '""', "null", "~", "true", "0", "12", "012", "-1", "1.5", "50%", "150%", "1e3"),
    *("6300012345", '"6300012345"', "9999999999999999999", "2026-12-01", "2026-02-30", "Europe/Berlin"),
    *("Mars/Base", "ana@example.com", "ou_1", "heal", "moment", "trimmed", "hold", "mon", '"09:00-18:00"'),
    *("zh-CN", "a b", "[]", "{}", "[word]", "[sat, mon]", "[[]]", "{word: word}", "{word: {word: heal}}"),
    *("[{any: []}]", "[{any: [a = 1]}]", "https://project.feishu.cn/demo/story/detail/6300012345"),
)
"""What each part of a whole file is exchanged for, one after the other."""

WHOLE: dict[type[Shape], str] = {
    FileShape: """\
space: demo
type: story
defaults: {fields: {priority: P0}, roles: {PM: [ana]}}
items:
  - 6300012300
  - id: 6300012345
    expect: {name: x}
    unmanaged: [priority]
    fields: {due: 2026-12-01}
    roles: {RD: [ana]}
""",
    RulesFileShape: """\
space: demo
type: story
rules:
  - name: p0-has-due
    mode: hold
    at_most: 20
    where: [priority HAS ANY OF P0, {any: [a = 1, b = 2]}]
    fields: {due: 2026-12-01}
    roles: {RD: [ana]}
    once: true
    why: a reason
""",
    Settings: """\
locale: zh-CN
open_ids: {ana@example.com: ou_1}
people: {ana: ana@example.com, payments: [ana, bo]}
spaces:
  demo:
    project_key: 64a0c1f2e3b4d5a6c7e8f901
    time_zone: Europe/Berlin
    tenant_key: t1
    guards:
      changes: 250
      share: 12.5%
      clears: 0
      invisible: 0.5
      people: 3
      allow:
        - {changes: 900, share: 1, clears: 12, both: 1, invisible: 2, people: 1, until: 2026-12-05, why: big}
    windows:
      - {deny: {from: 2026-11-10, to: 2026-11-12}, types: [story, issue], why: shopping days}
      - {allow: {weekdays: [mon, fri], hours: "09:00-18:00"}, types: story}
    protect: [{type: story, item: [6300012345], field: [due], why: kept}, {type: story, item: 6300012345}]
    deprecated: [{type: story, field: due, option: x, use: y, why: old}]
    drift: {default: report, story: {priority: heal, due: accept}}
    fields: {story: {cutover: {kind: moment}, rows: {key: env}, rate: {scale: 0.01}}}
    ignore: [{type: story, field: watchers, stores: trimmed, why: they know, until: 2027-01-31}]
""",
}


def texts() -> Iterator[str]:
    """Yield every file that the corpus of bad inputs and the seeds of the fuzzers hold, and our own."""
    for rows in ROWS.values():
        for row in rows:
            for content in row.files.values():
                yield content if isinstance(content, str) else content.decode("utf-8", "replace")
    for path in (*TESTS.glob("fuzz/seeds/*/*"), *TESTS.glob("scenarios/*/*.yaml")):
        yield path.read_bytes().decode("utf-8", "replace")


def tree_of(text: str) -> Any:
    return read_tree(text.encode(), "f.yaml").root


def modelled(shape: type[Shape], root: object) -> Any:
    """Return what the pydantic model makes of a tree, as JSON; None if it refuses it."""
    try:
        made = model_of(shape).model_validate(root)
    except ValidationError:
        return None
    return made.model_dump(mode="json", by_alias=True) if shape is Settings else made


def taken(shape: type[Shape], root: object) -> Any:
    """Return what reading makes of a tree, as JSON; None if it refuses it."""
    try:
        made = read(shape, root)
    except ValueError:
        return None
    return written(made, shape) if shape is Settings else made


def agrees(shape: type[Shape], root: object) -> bool:
    """Read a tree in both ways, assert that they agree, and return True if it has the shape."""
    ours, theirs = taken(shape, root), modelled(shape, root)
    if shape is Settings:
        assert ours == theirs, root
    assert (ours is None) == (theirs is None), root
    return ours is not None


def parts(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each list and map with each of its indices or keys."""
    if isinstance(node, dict | list):
        for at in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, at
            yield from parts(node[at])


def test_both_ways_agree_on_every_file_of_the_corpus_and_of_the_seeds() -> None:
    roots = [root for text in texts() if (root := tree_of(text)) is not None]
    found = {shape: sum(agrees(shape, root) for root in roots) for shape in SHAPES}
    assert len(roots) > 200
    assert all(found.values()), found


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_both_ways_agree_where_any_part_of_a_file_is_exchanged_renamed_or_left_out(
    shape: type[Shape],
) -> None:
    whole = tree_of(WHOLE[shape])
    assert whole is not None
    assert agrees(shape, whole)
    atoms = [tree_of(f"x: {atom}\n")["x"] for atom in ATOMS]
    fits = 0
    for node, at in parts(whole):
        part = node[at]
        for atom in atoms:
            node[at] = atom
            fits += agrees(shape, whole)
        del node[at]
        fits += agrees(shape, whole)
        if isinstance(node, dict):
            node["stranger"] = part
            agrees(shape, whole)
            del node["stranger"]
            node[at] = part
        else:
            node.insert(at, part)
    assert fits > 20


@pytest.mark.parametrize("root", [[], "a", None, AuthoredList(Place("f", 1, 1))])
def test_a_file_that_is_no_map_is_refused(root: object) -> None:
    with pytest.raises(Unfit):
        read(Settings, root)
