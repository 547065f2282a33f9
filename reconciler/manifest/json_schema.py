"""JSON Schemas of the models that check files, as they are published for editors and strangers' tools."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from reconciler.manifest.validation import Strict

DRAFT = "http://json-schema.org/draft-07/schema#"


class Published(GenerateJsonSchema):
    """Describes the models to editors as files are written: without Python's None and class titles."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the same for all
        """Say no: a title made of a key's name tells nothing."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        """Describe what may be absent: a written `null` is refused where a model checks."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        """Leave out the default of what may be absent."""
        described = super().default_schema(schema)
        return {key: value for key, value in described.items() if key != "default" or value is not None}

    def encode_default(self, dft: Any) -> Any:
        """Show a decimal as a number."""
        return float(dft) if isinstance(dft, Decimal) else super().encode_default(dft)


def schema_text(shape: type[Strict], title: str) -> str:
    """Return the JSON Schema of a model as it is published: stable, for editors and for strangers' tools."""
    schema = {"$schema": DRAFT, **shape.model_json_schema(schema_generator=Published), "title": title}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
