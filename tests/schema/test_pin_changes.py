"""What changed since the pins were made, and whether it blocks, renames, or is new."""

from __future__ import annotations

from msgspec.structs import replace

from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.pin_changes import Difference, differences
from reconciler.schema.types import TypeSpec

PRIORITY = FieldSpec(
    "f1", "Priority", "select", alias="prio", options=(Option("o1", "P0"), Option("o2", "P1"))
)
QA = FieldSpec("r1", "QA", "role")
STORY = TypeSpec("t1", "Story", "story", (PRIORITY,), (QA,))


def changes(field: FieldSpec | None, role: FieldSpec | None = QA) -> list[tuple[str, str]]:
    """Return what differs in a space that has this field and this role."""
    live = replace(STORY, fields=(field,) if field else (), roles=(role,) if role else ())
    return [(one.what, one.effect) for one in differences({"t1": STORY}, {"t1": live})]


def test_an_unchanged_space_differs_in_nothing() -> None:
    assert changes(PRIORITY) == []


def test_what_is_gone_or_can_no_longer_be_written_blocks() -> None:
    assert list(differences({"t1": STORY}, {})) == [
        Difference("story", "the type is gone from the space", "blocks")
    ]
    assert changes(None) == [("field Priority: is gone from the space", "blocks")]
    assert changes(replace(PRIORITY, type="text")) == [
        ("field Priority: is now of type text, and was select", "blocks")
    ]
    assert changes(PRIORITY, replace(QA, locked=True)) == [
        ("role QA: its members are now fixed by the space", "blocks")
    ]
    ((what, effect),) = changes(replace(PRIORITY, calculated=True))
    assert what.startswith("field Priority: cannot be written any more: ")
    assert effect == "blocks"


def test_another_name_or_alias_is_renamed() -> None:
    assert changes(replace(PRIORITY, name="Rank", alias="rank")) == [
        ("field Priority: is now called Rank", "renamed"),
        ("field Priority: its alias is now 'rank', and was 'prio'", "renamed"),
    ]


def test_options_are_compared_by_id() -> None:
    live = (Option("o1", "Top", disabled=True), Option("o3", "P1"))
    assert changes(replace(PRIORITY, options=live)) == [
        ("field Priority: option 'P0' was disabled", "blocks"),
        ("field Priority: option 'P0' is now called 'Top'", "renamed"),
        ("field Priority: option 'P1' was removed", "blocks"),
        ("field Priority: option 'P1' is new", "new"),
    ]


def test_a_role_and_a_field_of_one_key_are_two() -> None:
    assert changes(PRIORITY, replace(QA, key="f1", name="Dev")) == [
        ("role QA: is gone from the space", "blocks"),
        ("role Dev is new", "new"),
    ]
