"""The published JSON Schemas: what an editor offers is what the models accept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated

from reconciler.manifest.document import FileShape
from reconciler.manifest.json_schema import DRAFT, schema_text
from reconciler.manifest.shapes import Shape


class Card(Shape, frozen=True):
    name: Annotated[str, "A name."]
    note: str | None = None
    share: Decimal = Decimal("0.3")


def test_a_key_that_may_be_absent_is_not_offered_as_null() -> None:
    schema = json.loads(schema_text(Card, "Shape of a test"))
    assert schema == {
        "$schema": DRAFT,
        "title": "Shape of a test",
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "description": "A name."},
            "note": {"type": "string"},
            "share": {**schema["properties"]["share"], "default": 0.3},
        },
    }


def test_the_schema_is_readable_text_with_a_newline_at_its_end() -> None:
    text = schema_text(Card, "优先级")
    assert "优先级" in text
    assert text.endswith("}\n")


def test_an_item_is_offered_as_a_bare_id_or_with_its_sections() -> None:
    schema = json.loads(schema_text(FileShape, "A file"))
    assert schema["required"] == ["space", "type", "items"]
    assert {"type": "integer", "minimum": 1, "exclusiveMaximum": 2**63} in schema["properties"]["items"][
        "items"
    ]["oneOf"]
