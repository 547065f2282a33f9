"""Names laid on a finished plan: which fields differ, and to what, stays as it was."""

from __future__ import annotations

from msgspec.structs import replace

from reconciler.errors import Place
from reconciler.model import Change
from reconciler.plan.naming import renamed
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, BO, CHEN, codec

WATCHERS = Change(
    "watchers",
    "Watchers",
    "multi_user",
    [ANA, BO],
    [ANA, CHEN],
    "?",
    "?",
    (CHEN,),
    (BO,),
    Place("a.yaml", 1, 1),
)


def test_ids_become_the_names_of_the_people() -> None:
    made = renamed(WATCHERS, codec(space.WATCHERS))
    assert (made.added, made.removed) == (("chen@example.com",), ("Bo@Example.com",))
    assert set(made.before_label.split(", ")) == {"ana@example.com", "Bo@Example.com"}
    assert set(made.after_label.split(", ")) == {"ana@example.com", "chen@example.com"}


def test_what_is_sent_is_not_touched() -> None:
    made = renamed(WATCHERS, codec(space.WATCHERS))
    assert (made.before, made.after, made.key, made.place) == (
        WATCHERS.before,
        WATCHERS.after,
        WATCHERS.key,
        WATCHERS.place,
    )


def test_a_stranger_whom_the_space_does_not_know_keeps_the_key() -> None:
    stranger = "7399999999999999999"
    made = renamed(replace(WATCHERS, after=[ANA, stranger]), codec(space.WATCHERS))
    assert any(stranger in label for label in made.added)


def test_what_the_base_desired_is_named_too_where_it_is_known() -> None:
    assert renamed(WATCHERS, codec(space.WATCHERS)).base_label is None
    made = renamed(replace(WATCHERS, base=[BO], base_label="?"), codec(space.WATCHERS))
    assert made.base_label == "Bo@Example.com"


def test_a_field_that_names_nobody_stays_as_it_is() -> None:
    points = Change("points", "Points", "number", 1, 7, "1", "7", (), (), Place("a.yaml", 1, 1))
    assert renamed(points, codec(space.POINTS)) is points
