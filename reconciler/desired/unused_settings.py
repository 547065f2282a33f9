"""Names in the settings that mean nothing: a policy, a decision or an exception that nothing ever reads.

Such a name is a slip, or a way to look careful: a reviewer reads `ignore: {field: priorty}` and believes
that it does what it says.  The pins know; what they do not hold is not judged.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping

from reconciler.desired.unmanaged import is_managed, unknown_word
from reconciler.errors import Mistake, UnknownName, counted
from reconciler.fields import refusal
from reconciler.fields.people import USER_KEY
from reconciler.fields.spec import FieldSpec
from reconciler.manifest.nodes import NOTHING, AuthoredList, AuthoredMap, Node, Scalar
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key, every_option, every_spec

FACTS = {"kind": "date", "scale": "number", "key": "compound_field"}
"""The type of the fields of which each fact in the settings can be true."""

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
            yield from facts(space.get("fields"), catalogs[name])
            yield from exceptions(space.get("ignore"), catalogs[name])
            yield from protections(space.get("protect"), catalogs[name])
            yield from deprecations(space.get("deprecated"), catalogs[name])
            yield from windows(space.get("windows"), catalogs[name])


def under_other_names(root: Node, name: str, others: Iterable[str]) -> Iterator[Mistake]:
    """Yield the settings of a space under other names than the one by which files call it."""
    spaces = settings_map(root.get("spaces")) if isinstance(root, AuthoredMap) else NOTHING
    for other in others:
        if other in spaces:
            what = f"{other} is the space that files call {name}, so nothing reads its settings"
            yield Mistake(spaces.keys_at[other].place, what, f"write them under {name}")


def named_without_pins(root: Node, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the names in what keeps applies from a space, or is deprecated, that its metadata does not have.

    Fields are known of the types that the files name; nothing is written to any other.
    """
    spaces = settings_map(root.get("spaces")) if isinstance(root, AuthoredMap) else NOTHING
    space = settings_map(spaces.get(catalog.space))
    yield from protections(space.get("protect"), catalog)
    yield from deprecations(space.get("deprecated"), catalog)
    yield from windows(space.get("windows"), catalog)


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
    seen: dict[str, Scalar] = {}
    for word, policy in drift.items():
        if word == DEFAULT and isinstance(policy, Scalar):
            continue
        kind = yield from type_at(drift.keys_at[word], catalog, seen)
        if kind is None:
            continue
        if isinstance(policy, AuthoredMap):
            yield from wrong_fields(policy, kind, every_spec(kind))
        else:
            what = f"a policy for all of {kind.word}, which nothing reads"
            fix = f"write {{field: {getattr(policy, 'text', '')}}}, or `default`"
            yield Mistake(drift.keys_at[word].place, what, fix)


def facts(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types and fields in `fields` that there are not, and facts that a field cannot have."""
    types = settings_map(node)
    seen: dict[str, Scalar] = {}
    for word, fields in types.items():
        kind = yield from type_at(types.keys_at[word], catalog, seen)
        if kind is None or not isinstance(fields, AuthoredMap):
            continue
        wrong = list(wrong_fields(fields, kind, kind.fields))
        yield from wrong
        for name, some in fields.items() if not wrong else ():
            yield from untrue_facts(settings_map(some), kind.meant(name)[0])


def untrue_facts(some: AuthoredMap, field: FieldSpec) -> Iterator[Mistake]:
    """Yield the facts about a field that its type has no use for, and a row key that is not its sub-field."""
    for fact, type_ in FACTS.items():
        if fact in some and field.type != type_:
            what = f"`{fact}` says nothing about {field.label}, which is a {field.type.replace('_', ' ')}"
            yield Mistake(some.keys_at[fact].place, what, "delete it")
    row_key = some.get("key")
    if isinstance(row_key, Scalar) and field.type == FACTS["key"]:
        subs = [one for one in field.subfields if not refusal(one)]
        if not any(one.answers_to(row_key.text) for one in subs):
            known = [one.alias or one.name or one.key for one in subs]
            yield UnknownName(row_key.place, "sub-field", row_key.text, field.label, known)


def exceptions(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types and fields in `ignore` that there are not."""
    for entry in node if isinstance(node, AuthoredList) else []:
        type_, field = (settings_map(entry).get(name) for name in ("type", "field"))
        if not isinstance(type_, Scalar) or not isinstance(field, Scalar):
            continue
        kind = yield from type_at(type_, catalog, {})
        # Without pins the fields of a type that no file names are not known.
        if kind is not None and kind.fields and (mistake := wrong_field(field, kind, every_spec(kind))):
            yield mistake


def protections(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types and fields in `protect` that there are not: such an entry would protect nothing."""
    for entry in node if isinstance(node, AuthoredList) else []:
        type_, fields = (settings_map(entry).get(name) for name in ("type", "field"))
        if not isinstance(type_, Scalar):
            continue
        if (kind := (yield from type_at(type_, catalog, {}))) is None:
            continue
        for one in fields if isinstance(fields, AuthoredList) else [fields]:
            if isinstance(one, Scalar) and one.text and kind.fields and not kind.meant(one.text):
                yield unknown_word(one, kind, every_spec(kind))


def deprecations(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types, fields and options in `deprecated` that there are not."""
    yield from exceptions(node, catalog)
    for entry in node if isinstance(node, AuthoredList) else []:
        type_, field, option = (settings_map(entry).get(name) for name in ("type", "field", "option"))
        kind = catalog.type_of(type_.text) if isinstance(type_, Scalar) else None
        if kind is None or not isinstance(field, Scalar) or not isinstance(option, Scalar):
            continue
        hits = kind.meant(field.text)
        known = [one for spec in hits for one in every_option(spec)]
        if hits and all(option.text not in (one.id, one.label) for one in known):
            labels = [one.label for one in known]
            yield UnknownName(option.place, "option", option.text, field.text, labels)


def windows(node: Node | None, catalog: Catalog) -> Iterator[Mistake]:
    """Yield the types in `windows` that there are not: such a window would never close."""
    for entry in node if isinstance(node, AuthoredList) else []:
        types = settings_map(entry).get("types")
        for one in types if isinstance(types, AuthoredList) else [types]:
            if isinstance(one, Scalar) and one.text:
                yield from type_at(one, catalog, {})


def type_at(
    at: Scalar, catalog: Catalog, seen: dict[str, Scalar]
) -> Generator[Mistake, None, TypeSpec | None]:
    """Return the type that a word means, if there is one that no word before it meant; yield the mistake."""
    kind = catalog.type_of(at.text)
    if kind is None:
        words = [one.word for one in catalog.types.values()]
        yield UnknownName(at.place, "type", at.text, catalog.space, words)
    elif (other := seen.setdefault(kind.key, at)) is not at:
        yield Mistake(at.place, f"the same type as at {other.place}", "write both under one name")
        return None
    return kind


def wrong_fields(fields: AuthoredMap, kind: TypeSpec, specs: Iterable[FieldSpec]) -> Iterator[Mistake]:
    """Yield the keys of a map that mean no field of `specs`, or one that another key meant before."""
    seen: dict[str, Scalar] = {}
    for name, at in fields.keys_at.items():
        if mistake := wrong_field(at, kind, specs):
            yield mistake
            continue
        for key in map(change_key, kind.meant(name)):
            if (other := seen.setdefault(key, at)) is not at:
                yield Mistake(at.place, f"the same field as at {other.place}", "name it once")
                break


def wrong_field(at: Scalar, kind: TypeSpec, specs: Iterable[FieldSpec]) -> Mistake | None:
    """Return the mistake about a word that means nothing among `specs` that can be managed, or two fields."""
    hits, some = kind.meant(at.text), tuple(specs)
    there = [one for one in hits if one in some]
    if hits and not there:
        return Mistake(at.place, f"{hits[0].label} is a role, and facts are about fields", "delete it")
    if not there:
        return unknown_word(at, kind, some)
    fields = [one for one in there if one.type != "role"]
    if len(fields) > 1:
        keys = " or ".join(one.alias or one.key for one in fields)
        return Mistake(
            at.place, f"'{at.text}' names {counted(len(fields), 'field')} of {kind.word}", f"write {keys}"
        )
    if not any(map(is_managed, there)):
        reason = refusal(there[0]) or "its members are fixed by the space"
        return Mistake(at.place, f"{there[0].label} cannot be managed here: {reason}", "delete it")
    return None
