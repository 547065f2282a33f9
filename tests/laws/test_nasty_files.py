"""Files as people lay them out: following the space changes the bytes of the touched scalars alone."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Scalar
from reconciler.manifest.parsing import read_tree
from reconciler.sandbox.demo.generate import BASE, generate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Desk

HEAD = "space: demo\ntype: story\n"
ITEM = "items:\n  - id: @\n    fields:\n"
BODIES = {
    "plain": HEAD + ITEM + "      priority: «P0»\n",
    "comments everywhere": (
        "# ours: 支付 🙂\nspace: demo # s\ntype: story   # t\n# above\n"
        "items:   # these\n  # first\n  - id: @   # one\n"
        "    fields:   # two\n      # why\n      priority: «P0»   # three: '«' \"x\"\n"
        "      # four\n# the end\n"
    ),
    "single quotes": HEAD + ITEM + "      priority: '«P0»'   # it's\n      ext_ref: 'it''s'\n",
    "double quotes": HEAD
    + ITEM
    + '      "priority": "«P0»"   # say "no"\n      ext_ref: "\\u00e9 \\" \\\\ x"\n',
    "between brackets": HEAD
    + "items: [{id: @, fields: {tags: [growth, debt,], priority: «P0», story_points: 1}}]   # all\n",
    "brackets over lines": (
        HEAD + "items: [\n  {id: @,   # one\n   fields: {   # two\n     priority: «P0»,   # three\n"
        "     tags: [growth,\n  debt]}},\n]\n"
    ),
    "one long line": (
        HEAD
        + 'items: [{id: @, expect: {}, unmanaged: [], fields: {priority: «P0», ext_ref: "'
        + "x" * 300
        + '"}}]\n'
    ),
    "lists at the left": HEAD
    + "items:\n- id: @\n  fields:\n    tags:\n    - growth   # g\n    - debt\n    priority: «P0»\n",
    "far to the right": HEAD
    + "items:\n        -   id: @\n            fields:\n                    priority: «P0»\n",
    "value below its key": HEAD
    + ITEM
    + "      priority:\n        # why\n        «P0»   # x\n      ext_ref:   # y\n        x\n",
    "loose colons": (
        "space : demo\ntype :   story\nitems :\n  - id :   @\n    fields :\n"
        "      priority   :   «P0»\t# tab\n"
    ),
    "empty lines": "\n\n" + HEAD + "\nitems:\n\n\n  - id: @\n\n    fields:\n\n      priority: «P0»\n\n\n\n",
    "blanks at the ends": HEAD
    + "items:  \n  - id: @ \t\n    fields:   \n      priority: «P0»   \n      ext_ref: x  # c  \n",
    "behind a literal": (
        HEAD
        + ITEM
        + "      notes: |\n        # no comment\n          priority: P0\n\n        '\n      priority: «P0»\n"
    ),
    "before a literal": (
        HEAD + ITEM + "      priority: «P0»\n      notes: |2   # kept\n          # no comment\n         x\n"
    ),
    "before a kept end": HEAD
    + ITEM
    + "      priority: «P0»\n      notes: |+\n        one\n\n        two\n\n\n",
    "behind a folded text": (
        HEAD
        + ITEM
        + "      notes: >-\n        one\n        two\n\n        three\n      priority: «P0»  # p\n"
    ),
    "behind texts over lines": (
        HEAD + ITEM + '      ext_ref: one\n        two\n      notes: "one\n\n        two \\\n        three"\n'
        "      priority: «P0»\n"
    ),
    "keys out of order": (
        "items:\n  - fields:\n      priority: «P0»   # a\n    # about roles\n    roles: {Designer: []}\n"
        "    id: @   # id\n# the end\ntype: story\nspace: demo\n"
    ),
    "other scripts": HEAD
    + ITEM
    + '      notes: "é 🙂 支付，退款：“好”"   # 🙂\n      Priority: «P0»   # 优先级\n',
    "tabs before comments": HEAD + ITEM + "      priority: «P0»\t\t# tabs\n      story_points: 3\t# more\n",
    "a sign in a comment": HEAD + ITEM + "      priority: «P0» # no: [ { \" ' & * !\n      story_points: 3\n",
    "defaults and more": (
        HEAD + "defaults:   # for all\n  fields: {platform: [iOS]}   # d\n  roles: {PM: [ana@example.com]}\n"
        "items:\n  - id: @\n    expect: {Needs QA: true}   # guard\n    unmanaged: [PM]   # not ours\n"
        "    fields:\n      priority: «P0»\n"
    ),
    "a rule beside it": HEAD
    + ITEM
    + "      tags: {contains: [growth], excludes: [debt]}   # rule\n      priority: «P0»\n",
    "rows beside it": (
        HEAD
        + ITEM
        + "      env_rows:\n        - {env: prod, env_due: 2026-12-01}   # row\n        # between\n"
        "        - env: test\n          env_due: 2026-12-02\n      priority: «P0»   # after rows\n"
    ),
    "a schema above": (
        "# yaml-language-server: $schema=../schemas/demo/story.schema.json\n\n"
        + HEAD
        + ITEM
        + "      priority: «P0»\n"
    ),
}
VARIANTS: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda text: text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "no last line end": lambda text: text.rstrip("\n").encode() if "|+" not in text else text.encode(),
}
CORPUS = {
    f"{number:03}.yaml": (body, variant)
    for number, (body, variant) in enumerate(itertools.product(BODIES, VARIANTS))
}


def made(name: str, label: str) -> bytes:
    """Return a file of the corpus with a label in its marked scalar."""
    body, variant = CORPUS[name]
    item_id = BASE + int(name[:3])
    text = re.sub("«P0»", label, BODIES[body]).replace("@example", "\0").replace("@", str(item_id))
    return VARIANTS[variant](text.replace("\0", "@example"))


def held(desk: Desk) -> dict[str, bytes]:
    return {name: (desk.folder / "state/demo" / name).read_bytes() for name in CORPUS}


@pytest.fixture
def home(desk: Desk) -> Desk:
    """Every file of the corpus, each about an item of its own, with the space as the files say."""
    generate(desk.world, [f"story={len(CORPUS)}"])
    fields = desk.world.type_of(desk.world.items[BASE]).fields
    needs_qa = next(one.key for one in fields if one.name == "Needs QA")
    for number in range(len(CORPUS)):
        desk.world.items[BASE + number].values[needs_qa] = True
    desk.write(
        "state/reconciler.yaml", "spaces:\n  demo:\n    guards: {changes: 999, share: 100%, clears: 999}\n"
    )
    folder = desk.folder / "state/demo"
    folder.mkdir()
    for name in CORPUS:
        (folder / name).write_bytes(made(name, "P0"))
    done = desk.run("apply", "--yes")
    assert done.code == 0, done.out[-3000:] + done.err
    assert desk.run("plan").out.startswith("No changes.")
    assert desk.run("schema", "pull").code == 0
    desk.world.writes.clear()
    return desk


def comments(raw: bytes) -> Counter[str]:
    """Count what stands behind each number sign, in comments and texts alike."""
    lines = raw.decode("utf-8-sig").replace("\r", "").split("\n")
    return Counter(line[line.index("#") :].rstrip() for line in lines if "#" in line)


def said(raw: bytes) -> object:
    """Return what a file says, wherever and however it says it."""
    tree = read_tree(raw, "f.yaml")
    assert tree.mistakes == []
    return bare(tree.root)


def bare(node: object) -> object:
    """Return a node as plain data, texts told apart from the word null."""
    match node:
        case AuthoredMap():
            return {key: bare(one) for key, one in node.items()}
        case AuthoredList():
            return [bare(one) for one in node]
        case Scalar():
            return None if node.is_null else node.text
    return node


def test_the_corpus_is_large_and_each_file_marks_one_scalar() -> None:
    assert len(CORPUS) >= 60
    assert all(body.count("«P0»") == 1 for body in BODIES.values())


def test_every_file_follows_the_space_and_its_renamed_option_and_is_laid_out(home: Desk) -> None:
    for number in range(len(CORPUS)):
        home.world.items[BASE + number].values["priority"] = {"value": "option_2"}
    done = home.run("pull", "--refresh")
    assert (done.code, done.err) == (0, "")
    assert f"Refreshed {len(CORPUS)} values in {len(CORPUS)} files.\n" in done.out
    assert [name for name, raw in held(home).items() if raw != made(name, "P2")] == []

    kind = next(iter(home.world.spaces.values())).types[0]
    kind.by_key["priority"].options[2].label = "Later"
    done = home.run("schema", "pull", "--rewrite")
    assert done.code == 0, done.err
    assert [name for name, raw in held(home).items() if raw != made(name, "Later")] == []

    before = held(home)
    assert home.run("fmt").code == 0
    after = held(home)
    assert [name for name in CORPUS if comments(before[name]) != comments(after[name])] == []
    assert [name for name in CORPUS if said(before[name]) != said(after[name])] == []
    assert [name for name in CORPUS if letters(before[name]) != letters(after[name])] == []
    assert home.run("fmt", "--check").code == 0
    assert home.run("plan").out.startswith("No changes.")
    assert home.world.writes == []


def letters(raw: bytes) -> Counter[str]:
    """Count all signs but those of layout: blanks, quotes, escapes, brackets, commas, dashes."""
    return Counter(sign for sign in raw.decode("utf-8-sig") if sign.isalnum())
