"""Sample values for a probe, by the field's type, as files would write them.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from reconciler.desired.written_values import Unwritable, written_node
from reconciler.fields import refusal
from reconciler.fields.codec import Codec
from reconciler.fields.spec import FieldSpec, Option
from reconciler.fields.values import Wrong, desired_value
from reconciler.manifest.edit.yaml_text import Plain, Text

MOMENTS = ("2026-01-05T09:30:00+08:00", "2026-02-06T18:00:00+08:00")
DAYS = (date(2026, 1, 5), date(2026, 2, 6))


class Scene(Struct, frozen=True):
    """The people and items that values may name: user keys, and ids of items by the key of their type."""

    people: Sequence[str]
    items: Mapping[str, Sequence[int]]


Sampler = Callable[[Codec, Scene], Sequence[Plain]]


def samples(codec: Codec, scene: Scene) -> Iterator[Hashable]:
    """Yield different canonical values that the field may hold; none if the scene is empty."""
    met: list[Hashable] = [codec.empty]
    for plain in plains(codec, scene):
        try:
            value = desired_value(codec.parse(written_node(plain)), codec.empty)
        except (Wrong, Unwritable):
            continue
        if value not in met:
            met.append(value)
            yield value


def plains(codec: Codec, scene: Scene) -> Sequence[Plain]:
    """Return values as files would write them."""
    return SAMPLES[codec.spec.type](codec, scene)


def fixed(*values: Plain) -> Sampler:
    """Return the same values for every field."""
    return lambda _codec, _scene: values


def choices(codec: Codec, _scene: Scene) -> list[Plain]:
    """Return single options that may be chosen, the deepest of a cascade."""
    return [{"id": one.id} for one in enabled_leaves(codec.spec.options)]


def sets(codec: Codec, scene: Scene) -> list[Plain]:
    """Return sets of options, of two and of one."""
    some = choices(codec, scene)
    return [some[:2], some[:1], some[1:2]]


def enabled_leaves(options: Sequence[Option]) -> Iterator[Option]:
    """Yield the options at the ends of the branches, without what is disabled."""
    for one in options:
        if not one.disabled:
            below = list(enabled_leaves(one.children))
            yield from below or [one]


def other_person(_codec: Codec, scene: Scene) -> list[Plain]:
    """Return one person at a time."""
    return [Text(key) for key in scene.people]


def crowd(codec: Codec, scene: Scene) -> list[Plain]:
    """Return two people where there may be two, and one at a time."""
    every = other_person(codec, scene)
    pairs: list[Plain] = [] if codec.spec.single else [every[:2]]
    return [*pairs, *([one] for one in every)]


def other_items(codec: Codec, scene: Scene) -> list[Plain]:
    """Return other items of a type that the field may point to."""
    targets = codec.spec.targets or tuple(scene.items)
    return [item_id for target in targets for item_id in scene.items.get(target, ())]


def other_item_sets(codec: Codec, scene: Scene) -> list[Plain]:
    """Return sets of other items."""
    some = other_items(codec, scene)
    return [some[:2], some[:1]]


def sample_rows(codec: Codec, scene: Scene) -> list[Plain]:
    """Return two rows of a compound field, and one."""
    made: list[Plain] = []
    for at in (0, 1):
        row = {
            part.spec.key: values[at % len(values)]
            for part in codec.parts.values()
            if not refusal(part.spec) and (values := plains(part, scene))
        }
        if row:
            made.append(row)
    return [made, made[:1]]


def dates(codec: Codec, _scene: Scene) -> Sequence[Plain]:
    """Return days or moments."""
    return MOMENTS if codec.spec.kind == "moment" else DAYS


TEXTS = fixed(Text("Probe aB "), Text("Probe aB"), Text("Probe cD "), Text("Probe cD"))
"""The blank at the end and the letters' case show what storing does to a text."""
OPTION, OPTIONS = choices, sets
SAMPLES: Mapping[str, Sampler] = {
    "text": TEXTS,
    "multi_pure_text": TEXTS,
    "multi_text": TEXTS,
    "link": fixed(Text("https://example.com/aB"), Text("https://example.com/cD")),
    "link_cloud_doc": fixed(
        [Text("https://example.com/aB"), Text("https://example.com/cD")], [Text("https://example.com/cD")]
    ),
    "telephone": fixed(Text("13800000000"), Text("13900000001")),
    "email": fixed(Text("aB@example.com"), Text("cD@example.com")),
    "number": fixed(12.375, 24.625),
    "bool": fixed(True, False),  # noqa: FBT003 - values of a field
    "date": dates,
    "schedule": fixed({"start": DAYS[0], "end": DAYS[1]}, {"start": DAYS[0], "end": DAYS[0]}),
    "select": OPTION,
    "radio": OPTION,
    "priority": OPTION,
    "multi_select": OPTIONS,
    "tree_select": OPTION,
    "tree_multi_select": OPTIONS,
    "business": OPTION,
    "user": other_person,
    "multi_user": crowd,
    "role": crowd,
    "work_item_related_select": other_items,
    "work_item_related_multi_select": other_item_sets,
    "linked_work_item": other_items,
    "compound_field": sample_rows,
}
"""One row a managed type, as in the table of `reconciler.fields`."""


def is_tried(spec: FieldSpec) -> bool:
    """Return True if a field may be tried."""
    return not refusal(spec) and not spec.locked and spec.type in SAMPLES
