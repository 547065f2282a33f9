"""JSON Schemas of the shapes of files, as published for editors and other tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from reconciler.manifest.shapes import Shape
from reconciler.manifest.validation import model_of

DRAFT = "http://json-schema.org/draft-07/schema#"


class Published(GenerateJsonSchema):
    """Generates the published JSON Schemas: without Python's None, and without class names as titles."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the same for all
        """Return False: a title made of a key's name adds nothing."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        """Describe a key that may be absent: the models refuse a written `null`."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        """Leave out the default None of a key that may be absent."""
        described = super().default_schema(schema)
        return {key: value for key, value in described.items() if key != "default" or value is not None}

    def encode_default(self, dft: Any) -> Any:
        """Show a decimal as a number."""
        return float(dft) if isinstance(dft, Decimal) else super().encode_default(dft)


def published(shape: type[Shape]) -> dict[str, Any]:
    """Return the JSON Schema of a shape."""
    return model_of(shape).model_json_schema(schema_generator=Published)


def schema_text(shape: type[Shape], title: str) -> str:
    """Return the published JSON Schema of a shape."""
    schema = {"$schema": DRAFT, **published(shape), "title": title}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def either_text(shapes: Sequence[type[Shape]], title: str) -> str:
    """Return the published JSON Schema of a file that fits any one of several shapes."""
    made = [published(shape) for shape in shapes]
    definitions = {name: one for schema in made for name, one in schema.pop("$defs", {}).items()}
    schema = {"$schema": DRAFT, "title": title, "anyOf": made, "$defs": definitions}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
