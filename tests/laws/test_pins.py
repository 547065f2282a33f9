"""However a space's metadata changes after it was pinned, no wrong id is ever sent."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import InputError
from reconciler.sandbox import World
from tests.road import apply_to, calm_world, pins_of, plan_of

ITEM = 6300012320
STATE = f"""
space: demo
type: story
items:
  - id: {ITEM}
    fields:
      Priority: P3
      Scale: XL
      platform: [Web, Desktop]
      Story points: 13
      Due: 2030-01-01
    roles: {{RD: [dana@example.com]}}
"""
RIGHT = {
    "priority": {"value": "option_3"},
    "field_0dae57": {"value": "scale_3"},
    "field_c4d17a": [{"value": "platform_2"}, {"value": "platform_3"}],
    "field_3724e6": 13,
    "field_2fbca6": 1893427200000,
}
PINS = pins_of(calm_world())


def fields_of(world: World) -> list[Any]:
    fields: list[Any] = next(iter(world.spaces.values())).types[0].fields
    return fields


def named(world: World, key: str) -> Any:
    return next((one for one in fields_of(world) if one.key == key), None)


def rename_field(world: World, key: str, label: str) -> None:
    if field := named(world, key):
        field.name = label


def remove_field(world: World, key: str, _: str) -> None:
    if field := named(world, key):
        fields_of(world).remove(field)


def retype_field(world: World, key: str, _: str) -> None:
    if field := named(world, key):
        field.type = "text" if field.type != "text" else "number"


def swap_names(world: World, key: str, _: str) -> None:
    others = [one for one in fields_of(world) if one.key in RIGHT and one.key != key]
    if (field := named(world, key)) and others:
        field.name, others[0].name = others[0].name, field.name


def steal_name(world: World, key: str, _: str) -> None:
    """Another field takes the name, and its owner gets a new one."""
    if field := named(world, key):
        thief = next(one for one in fields_of(world) if one.key == "field_a1b2c3")
        thief.name, field.name, field.alias = field.name, f"{field.name} (old)", ""


def rename_option(world: World, key: str, label: str) -> None:
    if (field := named(world, key)) and field.options:
        field.options[-1].label = label


def swap_labels(world: World, key: str, _: str) -> None:
    if (field := named(world, key)) and len(field.options) > 1:
        one, two = field.options[0], field.options[3 % len(field.options)]
        one.label, two.label = two.label, one.label


def remove_option(world: World, key: str, _: str) -> None:
    if (field := named(world, key)) and field.options:
        field.options.pop()


def disable_option(world: World, key: str, _: str) -> None:
    if (field := named(world, key)) and len(field.options) > 3:
        field.options[3].disabled = True


MUTATIONS = [
    rename_field,
    remove_field,
    retype_field,
    swap_names,
    steal_name,
    rename_option,
    swap_labels,
    remove_option,
    disable_option,
]


@settings(max_examples=500)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(MUTATIONS),
            st.sampled_from(sorted(RIGHT)),
            st.sampled_from(["P3", "Due", "XL", "新"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_change_of_the_metadata_sends_a_wrong_id(mutations: list[tuple[Any, str, str]]) -> None:
    world = calm_world()
    for mutate, key, label in mutations:
        mutate(world, key, label)
    next(iter(world.spaces.values())).types[0].index()
    try:
        plan = plan_of(world, STATE, PINS)
    except InputError:
        assert world.writes == []
        return
    apply_to(world, plan)
    for made in world.writes:
        for pair in made.body["update_fields"]:
            key = pair["field_key"]
            assert key in {*RIGHT, "role_owners"}
            assert key == "role_owners" or pair["field_value"] == RIGHT[key]
