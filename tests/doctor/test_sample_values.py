"""Sample values of a probe: two of a field, neither empty, none that its field cannot hold."""

from __future__ import annotations

import pytest

from reconciler.doctor.sample_values import SAMPLES, Scene, is_tried, samples
from reconciler.fields import CODECS
from reconciler.fields.spec import FieldSpec
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, BO, codec

SCENE = Scene([ANA, BO], {"sprint": [6290075691], "story": [6300012345]})


@pytest.mark.parametrize("spec", [space.POINTS, space.WATCHERS, space.NAME], ids=lambda one: one.key)
def test_samples_are_different_and_none_is_empty(spec: FieldSpec) -> None:
    found = list(samples(codec(spec), SCENE))
    assert len(found) >= 2
    assert len(set(found)) == len(found)
    assert codec(spec).empty not in found


def test_every_sample_goes_to_the_wire_and_back() -> None:
    for one in samples(codec(space.WATCHERS), SCENE):
        bound = codec(space.WATCHERS)
        assert bound.decode(bound.encode(one)).value == one


def test_without_people_around_no_person_is_made_up() -> None:
    assert list(samples(codec(space.WATCHERS), Scene([], {}))) == []


def test_every_managed_type_has_samples() -> None:
    assert set(SAMPLES) == set(CODECS)


def test_a_locked_or_unknown_field_is_not_tried() -> None:
    assert is_tried(space.POINTS)
    assert not is_tried(space.spec("v", "vote_boolean"))
    assert not is_tried(space.spec("r", "role", locked=True))
