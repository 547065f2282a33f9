"""The editor schema of a type: every name that means one field, and why a field takes nothing."""

from __future__ import annotations

from reconciler.fields.spec import FieldSpec, People
from reconciler.manifest.editor_words import present
from reconciler.schema.editor_schema import editor_schema, field_schema, fields_schema
from reconciler.schema.types import TypeSpec

ONE = FieldSpec("f1", "Owner", "text", alias="who")
TWO = FieldSpec("f2", "Owner", "number")
VOTES = FieldSpec("f3", "Votes", "vote_boolean")
SHARED = {"fields", "roles", "expect", "unmanaged", "person", "people"}
QA = FieldSpec("r1", "QA", "role", locked=True)


def test_a_name_of_several_fields_is_not_offered_and_their_keys_are() -> None:
    offered = fields_schema([ONE, TWO])
    assert set(offered["properties"]) == {"f1", "who", "f2"}
    assert offered["additionalProperties"] is False


def test_a_field_that_cannot_be_written_takes_nothing_and_says_why() -> None:
    assert field_schema(VOTES, People()) == {
        "not": {},
        "readOnly": True,
        "description": "Votes: votes are cast by people in Meegle",
    }
    assert field_schema(QA, People())["description"] == "QA: its members are fixed by the space"
    assert field_schema(TWO, People())["description"] == "Owner (number)"


def test_a_file_names_the_space_and_the_type_by_any_of_their_names() -> None:
    schema = editor_schema(TypeSpec("t1", "Story", "story", (ONE,), (QA,)), ["demo", "64a0"])
    assert schema["properties"]["space"] == {"enum": ["64a0", "demo"]}
    assert schema["properties"]["type"] == {"enum": ["Story", "story", "t1"]}
    assert schema["required"] == ["space", "type"]
    assert schema["oneOf"] == [present("items"), present("rules")]
    ours = {name for name in schema["definitions"] if not name.startswith("rule-")}
    assert ours == SHARED | {"field-f1", "role-r1"}
