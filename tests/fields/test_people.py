"""People: read by e-mail, key or group; compared by user key."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.fields import codec_for
from reconciler.fields.spec import FieldSpec, People, Person
from reconciler.fields.values import Wrong
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, BO, GONE, ITEMS, KEY_ONLY, codec, node_of, read, refused


def test_a_person_whom_nobody_knows_is_a_mistake_and_one_who_is_known_by_pins_alone_is_not() -> None:
    pinned = People(
        by_key={ANA: Person(ANA, "ana@example.com", "")},
        by_email={"ana@example.com": Person(ANA, "ana@example.com", "")},
    )
    bound = codec_for(space.REVIEWER, replace(pinned, gone=frozenset({ANA})), ITEMS)
    desired = bound.parse(node_of("v: ana@example.com\n"))
    assert bound.objection(bound.decode(None), desired) == "ana@example.com no longer exists"
    with pytest.raises(Wrong, match="no person 'bo@"):
        bound.parse(node_of("v: bo@example.com\n"))


@pytest.mark.parametrize(
    ("written", "keys"),
    [("ana@example.com", {ANA}), ("ANA@EXAMPLE.COM", {ANA}), (ANA, {ANA}), ("payments", {ANA, BO})],
)
def test_a_person_is_written_by_e_mail_by_key_or_by_a_group_of_the_settings(
    written: str, keys: set[str]
) -> None:
    assert read(space.WATCHERS, f"[{written}]") == keys


@pytest.mark.parametrize(
    ("spec", "written", "said"),
    [
        (space.REVIEWER, "payments", "1:4: 'payments' is a group of 2; name one person"),
        (space.REVIEWER, '"ana, bo"', "1:4: several names in one text for Reviewer; name one person"),
        (space.REVIEWER, "Ana", "1:4: 'Ana' is not an e-mail or user key; write ana@example.com"),
        (
            space.REVIEWER,
            "Twin Person",
            (
                "1:4: 'Twin Person' is not an e-mail or user key; 2 people have this display name: "
                "write twin.a@example.com or twin.b@example.com"
            ),
        ),
        (space.PM, "[payments]", "1:4: Pm accepts one person, found 2; name one person"),
        (space.WATCHERS, "[ana, ana@example.com]", "1:10: ana@example.com twice in Watchers; name it once"),
    ],
)
def test_a_name_that_does_not_mean_the_right_number_of_people_is_refused(
    spec: FieldSpec, written: str, said: str
) -> None:
    assert refused(spec, written) == [said]


@pytest.mark.parametrize("wire", [7, [7], [""], [None], ["a b"], '["1"]', [{"user_key": "1"}]])
def test_an_answer_that_is_no_list_of_user_keys_is_unreadable(wire: Any) -> None:
    for spec in (space.WATCHERS, space.REVIEWER):
        with pytest.raises(ValueError, match="expected user keys"):
            codec(spec).decode(wire)


def test_one_person_may_come_as_a_list_of_one_and_not_of_two() -> None:
    assert codec(space.REVIEWER).decode([ANA]).value == codec(space.REVIEWER).decode(ANA).value == ANA
    with pytest.raises(ValueError, match="expected one user key"):
        codec(space.REVIEWER).decode([ANA, BO])


def test_a_person_who_left_may_stay_and_may_not_be_added() -> None:
    bound = codec(space.WATCHERS)
    assert bound.objection(bound.decode([GONE]), frozenset({GONE, ANA})) is None
    assert bound.objection(bound.decode([ANA]), frozenset({GONE})) == "left@example.com is no longer active"


def test_people_are_written_by_e_mail_and_by_key_where_there_is_no_e_mail() -> None:
    assert codec(space.WATCHERS).dump(frozenset({KEY_ONLY, ANA})) == ["ana@example.com", KEY_ONLY]
