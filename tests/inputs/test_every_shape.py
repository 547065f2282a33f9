"""Every field type meets every shape of YAML: a value that can be sent, or a mistake with its place."""

from __future__ import annotations

import json
from itertools import pairwise, product

import pytest
from msgspec.structs import replace

from reconciler.errors import Mistake
from reconciler.fields import CODECS, KINDS
from reconciler.fields.codec import Codec
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Desired, Wrong, desired_value
from reconciler.manifest.nodes import AuthoredMap
from reconciler.manifest.parsing import read_tree
from tests.fields import fieldspace as space
from tests.fields.fieldspace import codec

SPECS = [
    *(one for one in vars(space).values() if isinstance(one, FieldSpec)),
    *(
        replace(space.NOTES, key=type_, type=type_)
        for type_ in ("multi_pure_text", "linked_work_item", "radio", "priority")
    ),
]
ATOMS = (
    *("null", "true", "false", "no", "0", "12", "-1.5", "1e5", "6300012345", "words", '"quoted"', '""'),
    *("2026-12-01", '"2026-12-01T20:00:00+08:00"', "P0", "ana@example.com", '"https://example.com/a"'),
    *("fr", "Europe / France", '"26-12"', "[]", "{}"),
)
KEYS = (
    *("id", "name", "type", "contains", "excludes", "start", "end", "text", "markdown"),
    *("replace_formatting", "env", "key", "label", "role"),
)


def shapes() -> list[str]:
    """Return atoms, lists and maps of them, and lists and maps of those."""
    lists = [f"[{one}]" for one in ATOMS] + [f"[{one}, {two}]" for one, two in pairwise(ATOMS)]
    maps = [f"{{{key}: {one}}}" for key, one in product(KEYS, ATOMS)]
    ruled = [f"{{contains: [{one}], excludes: [{two}]}}" for one, two in product(ATOMS[::3], ATOMS[1::3])]
    deep = [f"[{one}]" for one in (*lists[:20], *maps[::3])]
    deep += [f"{{{key}: {one}}}" for key in KEYS[:5] for one in (*lists[:20], *maps[::7])]
    return [*ATOMS, *lists, *maps, *ruled, *deep]


def test_the_matrix_has_a_row_for_every_type_of_the_table() -> None:
    assert set(CODECS) == {spec.type for spec in SPECS}
    assert set(KINDS) <= {(spec.type, spec.kind) for spec in SPECS}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_a_value_of_any_shape_is_sent_or_told(spec: FieldSpec) -> None:
    bound = codec(spec)
    lines = [f"v: {shape}" for shape in shapes()]
    assert len(lines) > len(KINDS)
    for line in lines:
        tree = read_tree(line.encode(), "a.yaml")
        assert isinstance(tree.root, AuthoredMap), (line, tree.mistakes)
        desired, mistakes = parsed(bound, tree.root)
        if mistakes:
            assert all(is_whole(one, line) for one in mistakes), (line, mistakes)
            continue
        value = desired_value(desired, bound.empty)
        hash(value)
        json.dumps(bound.encode(value))
        assert bound.show(value), line


def parsed(bound: Codec, root: AuthoredMap) -> tuple[Desired, tuple[Mistake, ...]]:
    """Return the value of the one key of a map, or what is wrong with it."""
    ((_, node),) = root.items()
    try:
        return bound.parse(node), ()
    except Wrong as wrong:
        return None, wrong.mistakes


def is_whole(mistake: Mistake, line: str) -> bool:
    """Whether a mistake has its place, says what and what to do, and repeats no long value."""
    at = 1 <= mistake.place.column <= len(line) and mistake.place.line == 1
    return at and bool(mistake.what) and bool(mistake.fix) and "\n" not in str(mistake)
