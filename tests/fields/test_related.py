"""Related items: by id, or by a name that means one item."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.fields.related import item_id_of
from reconciler.fields.values import Wrong
from tests.fields import fieldspace as space
from tests.fields.fieldspace import codec, node_of, refused


def test_an_item_may_not_point_to_itself_by_id_name_or_rule() -> None:
    sprint, parent = codec(space.SPRINT), codec(replace(space.PARENT, targets=("sprint",)))
    for bound, written in [
        (parent, "6290075691"),
        (parent, '{name: "26-12"}'),
        (sprint, "[6290075691]"),
        (sprint, "{contains: [6290075691]}"),
    ]:
        node = node_of(f"v: {written}\n")
        mistake = bound.refusal_on(6290075691, bound.parse(node), node.place)
        assert mistake
        assert mistake.what == f"{bound.spec.label} points to the item itself"
        assert bound.refusal_on(1, bound.parse(node), node.place) is None
    node = node_of("v: {excludes: [6290075691]}\n")
    assert sprint.refusal_on(6290075691, sprint.parse(node), node.place) is None


@pytest.mark.parametrize(
    ("targets", "what"),
    [((), "no type for an item of Parent"), (("story", "sprint"), "Parent accepts items of several types")],
)
def test_a_name_needs_its_type_where_the_field_does_not_say_it(targets: tuple[str, ...], what: str) -> None:
    bound = codec(replace(space.PARENT, targets=targets))
    with pytest.raises(Wrong) as caught:
        bound.parse(node_of('v: {name: "26-12"}\n'))
    (mistake,) = caught.value.mistakes
    assert (mistake.what, mistake.fix) == (what, 'write {type: story, name: "26-12"}')
    assert bound.parse(node_of('v: {type: sprint, name: "26-12"}\n')) == 6290075691


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[6300012345]", "1:5: 6300012345 is story 'Checkout: pay by card'; Sprint accepts sprint"),
        (
            '["6300012345"]',
            "1:5: expected a work item for Sprint, found '6300012345'; write 6300012345, without quotes",
        ),
        (
            "['https://example.com/detail/6300012346']",
            (
                "1:5: expected a work item for Sprint, found 'https://example.com/detail/6300012346'; "
                "write 6300012346, without quotes"
            ),
        ),
        (
            "[9999999999999999999]",
            (
                "1:5: expected a work item for Sprint, found a number beyond any id; write an id "
                'such as 6300012345, or {name: "…"}'
            ),
        ),
        (
            "[0]",
            (
                "1:5: expected a work item for Sprint, found '0'; write an id such as 6300012345, or "
                '{name: "…"}'
            ),
        ),
        ('[{name: "27-01"}]', "1:12: unknown sprint '27-01'; correct the name, or write its id"),
        ("[{name: twice}]", "1:12: 2 items are named 'twice'; write 6290075692 or 6290075693"),
        ('[{type: story, name: "26-12"}]', "1:5: Sprint does not accept 'story'; name an item of sprint"),
        ('[{nam: "26-12"}]', "1:6: no member 'nam' on Sprint; did you mean 'name'?"),
    ],
)
def test_what_does_not_mean_one_item_of_the_right_type_is_refused(written: str, said: str) -> None:
    assert refused(space.SPRINT, written) == [said]


@pytest.mark.parametrize("wire", [7, "7", {"id": 7}, {"id": "7", "name": "x"}])
def test_an_item_comes_as_a_number_as_digits_or_in_an_object(wire: Any) -> None:
    assert item_id_of(wire) == 7


@pytest.mark.parametrize("wire", [0, {}, {"id": None, "name": ""}])
def test_zero_and_an_object_without_an_id_are_no_item(wire: Any) -> None:
    assert item_id_of(wire) is None


@pytest.mark.parametrize("wire", [True, False, -1, "x", 7.0, [7], {"id": None, "type": "story"}, "07"])
def test_an_answer_that_may_hold_an_item_in_another_form_is_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected the id of a work item"):
        item_id_of(wire)


def test_a_known_item_is_shown_with_its_name_and_written_by_its_id() -> None:
    bound = codec(space.SPRINT)
    assert bound.show(frozenset({6290075691, 5})) == "5, 6290075691 (26-12)"
    assert bound.dump(frozenset({6290075691, 5})) == [5, 6290075691]
    assert list(bound.links(frozenset({5}))) == [(("sprint",), 5)]
