"""One item under way: which changes are open, and what was sent of each field."""

from __future__ import annotations

from typing import Any

from reconciler.apply.bound_change import bind_change
from reconciler.apply.task import Sent, Task
from reconciler.errors import Place
from reconciler.model import Change, Item, Ref, Update
from reconciler.model.outcomes import Applied, Conflict
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, BO, CHEN, codec

REF, PLACE = Ref("story", 63), Place("a.yaml", 1, 1)
POINTS = Change("points", "Points", "number", 1, 7, "1", "7", (), (), PLACE)
WATCHERS = Change(
    "watchers",
    "Watchers",
    "multi_user",
    [ANA, BO],
    [ANA, CHEN],
    "",
    "",
    (),
    (),
    PLACE,
    contains=(CHEN,),
    excludes=(BO,),
)
CODECS = {"points": codec(space.POINTS), "watchers": codec(space.WATCHERS)}


def task(**live: Any) -> Task:
    """A task with two bound changes, read with the live wire values."""
    made = Task(Update(REF, "Checkout", PLACE, (POINTS, WATCHERS)))
    made.bound = {one.key: bind_change(one, CODECS[one.key]) for one in made.update.changes}
    wires = {"points": 1, "watchers": [ANA, BO], **live}
    made.before = Item(
        REF,
        "Checkout",
        {key: CODECS[key].decode(wire) for key, wire in wires.items()},
        (("rd", (ANA,)), ("qa", (BO,))),
    )
    return made


def test_a_change_is_open_until_it_has_an_outcome() -> None:
    made = task()
    assert [one.key for one in made.open] == ["points", "watchers"]
    made.end(made.open[:1], Applied())
    assert ([one.key for one in made.open], [one.key for one in made.applied]) == (["watchers"], ["points"])
    made.end(made.open, Conflict("moved"))
    assert (made.open, [one.key for one in made.applied]) == ((), ["points"])


def test_all_its_fields_are_read_whatever_has_ended() -> None:
    made = task()
    made.end(made.open, Applied())
    assert made.keys == ("points", "watchers")


def test_the_steps_of_a_rule_are_made_of_the_live_members() -> None:
    made = task(watchers=[ANA, BO])
    steps = {one["key"]: one for one in made.steps(made.open)}
    assert steps["points"] == {"key": "points", "before": 1, "after": 7}
    assert (set(steps["watchers"]["before"]), set(steps["watchers"]["after"])) == ({ANA, BO}, {ANA, CHEN})
    other = task(watchers=[BO])
    (only,) = [one for one in other.steps(other.open) if one["key"] == "watchers"]
    assert only["after"] == [CHEN]


def test_an_item_that_was_not_read_has_no_steps() -> None:
    made = task()
    made.before = None
    assert list(made.steps(made.bound.values())) == []
    assert list(made.other_roles()) == []


def test_every_value_that_was_sent_is_remembered_and_not_the_last_alone() -> None:
    made = task()
    made.remember("points", 1, 7)
    made.remember("points", 3, 7)
    assert made.sent == {"points": Sent({1, 3}, {7})}


def test_a_put_of_one_role_sends_all_others_along() -> None:
    made = task()
    assert list(made.other_roles()) == [("roles/rd", (ANA,)), ("roles/qa", (BO,))]
