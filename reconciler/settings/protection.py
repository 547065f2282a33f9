"""What a space keeps from every apply, and what its files should no longer use, as the settings write it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from reconciler.manifest.document import Id
from reconciler.manifest.editor_words import ID as ID_SCHEMA
from reconciler.manifest.editor_words import present
from reconciler.manifest.validation import Strict, wrong
from reconciler.settings.entry_types import ONE_OR_MORE, Text, Words, entries_of, one_or_more_schema

ItemIds = Annotated[tuple[Id, ...], ONE_OR_MORE, one_or_more_schema(**ID_SCHEMA)]


class Protect(Strict):
    """Items, or fields of a type, that no apply may write until the entry is lifted."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [present("item"), present("field")]})

    type: Text
    item: ItemIds = Field(default=(), description="One id or several; all items if this is left out.")
    field: Words = Field(default=(), description="One field or role, or several; all if this is left out.")
    why: Text = ""

    @model_validator(mode="after")
    def names_something(self) -> Protect:
        """Refuse an entry that would protect all of a type."""
        if not (self.item or self.field):
            raise wrong(f"all of {self.type} would be protected", "name an `item`, a `field`, or both")
        return self


class Deprecated(Strict):
    """A field, or an option of one, that files should no longer use, and what to use for it."""

    type: Text
    field: Text
    option: Text | None = Field(default=None, description="The option; the field itself if this is left out.")
    use: Text = Field(default="", description="What to use for it.")
    why: Text = ""


Protections = Annotated[tuple[Protect, ...], BeforeValidator(entries_of)]
Deprecations = Annotated[tuple[Deprecated, ...], BeforeValidator(entries_of)]
