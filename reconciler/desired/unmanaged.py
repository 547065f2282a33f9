"""The words below `unmanaged`: each takes off the item a default that it would have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.errors import Mistake, Place, UnknownName, suggestion
from reconciler.fields import refusal
from reconciler.fields.spec import FieldSpec
from reconciler.manifest.nodes import Scalar
from reconciler.schema.types import TypeSpec, change_key, every_spec, role_name, spec_of


def unknown_word(at: Scalar, kind: TypeSpec, specs: Iterable[FieldSpec]) -> UnknownName:
    """Return the mistake about a word of a list that means no field and no role; `specs` are suggested."""
    from reconciler.desired.written_values import file_word, list_word  # only a mistake needs other words

    if role := role_name(at.text):
        known = {file_word(one, kind) for one in kind.roles if is_managed(one)}
        return UnknownName(at.place, "role", role, kind.word, known)
    words = {list_word(one, kind) for one in specs if is_managed(one)}
    return UnknownName(at.place, "field", at.text, kind.word, words)


def is_managed(spec: FieldSpec) -> bool:
    """Return True if files may set a field or a role."""
    return not refusal(spec) and not spec.locked


class NoEffect(Mistake):
    """A word that changes nothing; the rest of its file means the same without it."""


def words_without_effect(
    words: Iterable[Scalar], spec: TypeSpec, own: Mapping[str, Place], defaults: Mapping[str, Place] | None
) -> Iterator[Mistake]:
    """Yield the words that take no default off.

    `own` and `defaults` are what the item and the file's defaults set, by change key; None for defaults
    that hold mistakes of their own.
    """
    named: dict[str, Place] = {}
    for word in words:
        hits = {change_key(one): one for one in spec.meant(word.text)}
        label = " and ".join(sorted({one.label for one in hits.values()}))
        if not hits:
            yield unknown_word(word, spec, every_spec(spec))
        elif other := next((named[key] for key in hits if key in named), None):
            yield NoEffect(word.place, f"the same field as at {other}", "name it once")
        elif other := next((own[key] for key in hits if key in own), None):
            what = f"{label} is unmanaged, and has a value of the item itself at {other}"
            yield NoEffect(word.place, what, "keep one of the two")
        elif defaults is not None and defaults.keys().isdisjoint(hits):
            fix = other_default(word, spec, defaults) if defaults else "delete it"
            yield NoEffect(word.place, f"no default of this file sets {label}", fix)
        named |= dict.fromkeys(hits, word.place)


def other_default(word: Scalar, spec: TypeSpec, defaults: Iterable[str]) -> str:
    """Return the advice for a word that means no default: those that there are, by their change keys."""
    from reconciler.desired.written_values import list_word  # see above

    return suggestion(word.text, {list_word(spec_of(spec, key), spec) for key in defaults})
