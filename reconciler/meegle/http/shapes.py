"""The shapes of answers that we can read: types, and nothing that we do not use.

An empty form of any kind (null, "", {}, []) means nothing at all: the service uses them alike.
What is not named here may hold anything.

Answers in the documented form are checked by msgspec.  Any other is left to pydantic, which takes odd forms
that can still be read (an id as a text) and names the place of one that cannot: most runs do not import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeVar

import msgspec
from typing_extensions import TypedDict

from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.endpoints import Endpoint

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class EmptyIsNothing:
    """A note to pydantic: read any empty form as None."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Return the check of the annotated type, behind one that clears empty forms away."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(lambda value: value or None, handler(source))


T = TypeVar("T")
Maybe: TypeAlias = Annotated[T | None, EmptyIsNothing()]
Row: TypeAlias = dict[str, Any]


class TypeRow(TypedDict):
    """A type of a space (endpoints.md 4.4)."""

    type_key: str


class OptionRow(TypedDict, total=False):
    """An option, with those below it (endpoints.md 5.1)."""

    children: Maybe[list[OptionRow]]


class FieldRow(TypedDict, total=False):
    """A field of a type (endpoints.md 5.1)."""

    options: Maybe[list[OptionRow]]
    compound_fields: Maybe[list[FieldRow]]


class RelationRow(TypedDict, total=False):
    """The types to which a related-item field may point (endpoints.md 5.2)."""

    relation_details: Maybe[list[Row]]


class LayoutRow(TypedDict, total=False):
    """The members that the layout adds to a field (endpoints.md 5.2)."""

    options: Maybe[list[OptionRow]]
    work_item_relation: Maybe[RelationRow]


class RoleRow(TypedDict, total=False):
    """A role of a type (endpoints.md 5.4)."""

    members: Maybe[list[Any]]


class LineRow(TypedDict, total=False):
    """A business line, with those below it (endpoints.md 4.5)."""

    children: Maybe[list[LineRow]]


class FoundRow(TypedDict):
    """An item that a search found (endpoints.md 6.4)."""

    id: int


class ContentRow(TypedDict, total=False):
    """One changed object of an operation record (endpoints.md 8)."""

    object: Maybe[Row]


class RecordRow(TypedDict, total=False):
    """An operation record (endpoints.md 8)."""

    work_item_id: int
    operation_time: Maybe[int]
    record_contents: Maybe[list[ContentRow]]


class RecordPage(TypedDict, total=False):
    """A page of operation records (endpoints.md 8)."""

    op_records: Maybe[list[RecordRow]]
    start_from: Maybe[str | int]


DATA: Final[Mapping[Endpoint, Any]] = {
    api.PROJECTS: list[str],
    api.PROJECTS_DETAIL: dict[str, Row],
    api.ALL_TYPES: list[TypeRow],
    api.BUSINESS_ALL: list[LineRow],
    api.FIELD_ALL: list[FieldRow],
    api.META: list[LayoutRow],
    api.FLOW_ROLES: list[RoleRow],
    api.USER_QUERY: list[Row],
    api.QUERY: list[Any],
    api.FILTER: list[FoundRow],
    api.OP_RECORDS: RecordPage,
}
"""The `data` of each answer that we read."""


@cache
def adapter(endpoint: Endpoint) -> TypeAdapter[Any]:
    """Return the check of an answer's `data` that is not in the documented form."""
    from pydantic import TypeAdapter

    shape = DATA[endpoint]
    return TypeAdapter(Maybe[shape])  # type: ignore[misc, valid-type] # a type made at run time


def trouble_in(endpoint: Endpoint, data: Any) -> str | None:
    """Return the place where the data of an answer has a form that we cannot read, None if there is none."""
    if endpoint not in DATA:
        return None
    try:
        msgspec.convert(data, DATA[endpoint])
    except (msgspec.ValidationError, RecursionError):
        return trouble_in_odd_form(endpoint, data)
    return None


def trouble_in_odd_form(endpoint: Endpoint, data: Any) -> str | None:
    """Return the place of what cannot be read in data that are not in the documented form."""
    from pydantic import ValidationError

    try:
        adapter(endpoint).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        steps = [str(one) for one in first["loc"] if isinstance(one, int) or one in _NAMES]
        return ".".join(["data", *steps])
    except RecursionError:
        return "data"
    return None


_NAMES: Final = frozenset(
    name
    for shape in (
        TypeRow,
        FieldRow,
        RelationRow,
        LayoutRow,
        RoleRow,
        LineRow,
        FoundRow,
        RecordRow,
        ContentRow,
        RecordPage,
    )
    for name in shape.__annotations__
)
"""Names of ours: a key that the service made up is not repeated."""
