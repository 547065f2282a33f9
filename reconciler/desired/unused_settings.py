"""Names in the settings that mean nothing: a policy, a decision or an exception that nothing ever reads.

Such a name is a slip, or a way to look careful: a reviewer reads `ignore: {field: priorty}` and believes
that it does what it says.  The pins know; what they do not hold is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.errors import Mistake, UnknownName
from reconciler.fields.people import USER_KEY
from reconciler.manifest.nodes import NOTHING, AuthoredList, AuthoredMap, Node, Scalar
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, every_option, every_spec

DEFAULT = "default"
"""The word in `drift` for all that has no policy of its own."""


def meaningless(root: Node, catalogs: Mapping[str, Catalog]) -> Iterator[Mistake]:
    """Yield a mistake for each such name; `catalogs` are those of the spaces, by the settings' names."""
    if not isinstance(root, AuthoredMap):
        return
    yield from nobodies(settings_map(root.get("people")))
    for name, space in settings_map(root.get("spaces")).items():
        if name in catalogs and isinstance(space, AuthoredMap):
            yield from policies(space.get("drift"), catalogs[name])
            yield from by_type(space.get("fields"), catalogs[name])
            yield from exceptions(space.get("ignore"), catalogs[name])
            yield from protections(space.get("protect"), catalogs[name])
            yield from deprecations(space.get("deprecated"), catalogs[name])
            yield from windows(space.get("windows"), catalogs[name])


def settings_map(node: Node | None) -> AuthoredMap:
    """Return a map; an empty one where something else is written, which other checks report."""
    return node if isinstance(node, AuthoredMap) else NOTHING


def nobodies(people: AuthoredMap) -> Iterator[Mistake]:
    """Yield the members of groups that are no e-mail, no user key and no name of this map."""
    for node in people.values():
        for one in node if isinstance(node, AuthoredList) else [node]:
            if not isinstance(one, Scalar) or not one.text or one.text in people:
                continue
            if "@" not in one.text and not USER_KEY.fullmatch(one.text):
                yield UnknownName(one.place, "person", one.text, "people", people)


def policies(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types and fields in `drift` that there are not, and words for a type as a whole."""
    drift = settings_map(node)
    for word, policy in drift.items():
        at = drift.keys_at[word]
        if word == DEFAULT and isinstance(policy, Scalar):
            continue
        kind = catalog.type_of(word)
        if kind is None:
            yield unknown_type(at, catalog)
        elif isinstance(policy, AuthoredMap):
            yield from unknown_fields(policy, kind)
        else:
            what = f"a policy for all of {kind.word}, which nothing reads"
            yield Mistake(at.place, what, f"write {{field: {getattr(policy, 'text', '')}}}, or `default`")


def by_type(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types and fields that there are not, in a map of types to maps of fields."""
    types = settings_map(node)
    for word, fields in types.items():
        kind = catalog.type_of(word)
        if kind is None:
            yield unknown_type(types.keys_at[word], catalog)
        else:
            yield from unknown_fields(settings_map(fields), kind)


def exceptions(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types and fields in `ignore` that there are not."""
    for entry in node if isinstance(node, AuthoredList) else []:
        type_, field = (settings_map(entry).get(name) for name in ("type", "field"))
        if not isinstance(type_, Scalar) or not isinstance(field, Scalar):
            continue
        kind = catalog.type_of(type_.text)
        if kind is None:
            yield unknown_type(type_, catalog)
        elif not names_a_setting(field.text, kind):
            yield unknown_field(field, kind)


def protections(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types and fields in `protect` that there are not: such an entry would protect nothing."""
    for entry in node if isinstance(node, AuthoredList) else []:
        type_, fields = (settings_map(entry).get(name) for name in ("type", "field"))
        if not isinstance(type_, Scalar):
            continue
        if (kind := catalog.type_of(type_.text)) is None:
            yield unknown_type(type_, catalog)
            continue
        for one in fields if isinstance(fields, AuthoredList) else [fields]:
            if isinstance(one, Scalar) and one.text and not names_a_setting(one.text, kind):
                yield unknown_field(one, kind)


def deprecations(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types, fields and options in `deprecated` that there are not."""
    yield from exceptions(node, catalog)
    for entry in node if isinstance(node, AuthoredList) else []:
        type_, field, option = (settings_map(entry).get(name) for name in ("type", "field", "option"))
        kind = catalog.type_of(type_.text) if isinstance(type_, Scalar) else None
        if kind is None or not isinstance(field, Scalar) or not isinstance(option, Scalar):
            continue
        known = [
            one for spec in every_spec(kind) if spec.answers_to(field.text) for one in every_option(spec)
        ]
        if names_a_setting(field.text, kind) and all(option.text not in (one.id, one.label) for one in known):
            labels = [one.label for one in known]
            yield UnknownName(option.place, "option", option.text, field.text, labels)


def windows(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types in `windows` that there are not: such a window would never close."""
    for entry in node if isinstance(node, AuthoredList) else []:
        types = settings_map(entry).get("types")
        for one in types if isinstance(types, AuthoredList) else [types]:
            if isinstance(one, Scalar) and one.text and catalog.type_of(one.text) is None:
                yield unknown_type(one, catalog)


def unknown_fields(fields: AuthoredMap, kind: TypeSpec) -> Iterator[Mistake]:
    """Yield the keys of a map that are no field and no role of a type."""
    yield from (
        unknown_field(at, kind) for name, at in fields.keys_at.items() if not names_a_setting(name, kind)
    )


def names_a_setting(word: str, kind: TypeSpec) -> bool:
    """Return True if some field or role is meant by a word."""
    return any(one.answers_to(word) for one in every_spec(kind))


def unknown_type(at: Scalar, catalog: Catalog) -> Mistake:
    """Return the mistake about a type that is not pinned."""
    return UnknownName(at.place, "type", at.text, catalog.space, [one.word for one in catalog.types.values()])


def unknown_field(at: Scalar, kind: TypeSpec) -> Mistake:
    """Return the mistake about a field."""
    known = [word for one in every_spec(kind) for word in (one.key, one.alias, one.name)]
    return UnknownName(at.place, "field", at.text, kind.word, known)
