"""The JSON Schemas of our own formats: `python -m reconciler.adopt.published_schemas` writes `schemas/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.manifest.document import FileShape
from reconciler.manifest.json_schema import either_text, schema_text
from reconciler.manifest.rules_document import RulesFileShape
from reconciler.manifest.safe_write import write
from reconciler.plan.plan_json import PlanFile, SpacesFile
from reconciler.settings import Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def published() -> dict[str, str]:
    """Return each schema by the name under which `schemas/` holds it."""
    return {
        "manifest.schema.json": either_text(
            (FileShape, RulesFileShape), "Desired state of a space's work items"
        ),
        "plan.schema.json": plan_schema(),
        "settings.schema.json": schema_text(Settings, "Settings of a team"),
    }


def plan_schema() -> str:
    """Return the schema of saved plans, of one space or of several, for programs that read them."""
    made = [without_formats(one.model_json_schema(mode="serialization")) for one in (PlanFile, SpacesFile)]
    definitions = {name: one for schema in made for name, one in schema.pop("$defs", {}).items()}
    schema = {"$schema": DIALECT, "title": "A saved plan", "anyOf": made, "$defs": definitions}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def without_formats(schema: Any) -> Any:
    """Return a schema without `format`, which strict validators refuse where they do not know it."""
    match schema:
        case dict():
            kept = {key: one for key, one in schema.items() if key != "format" or not isinstance(one, str)}
            return {key: without_formats(one) for key, one in kept.items()}
        case list():
            return [without_formats(one) for one in schema]
    return schema


def publish(folder: Path) -> None:
    """Write the schemas anew, after a change of the models."""
    for name, text in published().items():
        write(folder / name, text)


if __name__ == "__main__":
    publish(Path("schemas"))
