"""What a space keeps from every apply, and what its files should no longer use, as the settings write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from reconciler.manifest.document import Id
from reconciler.manifest.editor_words import ID as ID_SCHEMA
from reconciler.manifest.editor_words import present
from reconciler.manifest.shapes import Prepares, Shape, Unfit
from reconciler.settings.entry_types import ONE_OR_MORE, Text, Words, entries_of, one_or_more_schema

ItemIds = Annotated[tuple[Id, ...], ONE_OR_MORE, one_or_more_schema(**ID_SCHEMA)]


class Protect(Shape, frozen=True):
    """Items, or fields of a type, that no apply may write until the entry is lifted."""

    described: ClassVar[Mapping[str, Any]] = {"anyOf": [present("item"), present("field")]}

    type: Text
    item: Annotated[ItemIds, "One id or several; all items if this is left out."] = ()
    field: Annotated[Words, "One field or role, or several; all if this is left out."] = ()
    why: Text = ""

    def __post_init__(self) -> None:
        """Refuse an entry that would protect all of a type."""
        if not (self.item or self.field):
            raise Unfit(f"all of {self.type} would be protected", "name an `item`, a `field`, or both")


class Deprecated(Shape, frozen=True):
    """A field, or an option of one, that files should no longer use, and what to use for it."""

    type: Text
    field: Text
    option: Annotated[Text | None, "The option; the field itself if this is left out."] = None
    use: Annotated[Text, "What to use for it."] = ""
    why: Text = ""


Protections = Annotated[tuple[Protect, ...], Prepares(entries_of)]
Deprecations = Annotated[tuple[Deprecated, ...], Prepares(entries_of)]
