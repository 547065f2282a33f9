"""Choices: `select`, `radio` and `multi_select`; compared by option id, written by label."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from reconciler.errors import Mistake, UnknownName, WrongShape, quoted
from reconciler.fields.choice import OneCodec, SeveralCodec
from reconciler.fields.codec import describe_node
from reconciler.fields.json_schema import Schema, map_schema, one_of
from reconciler.fields.spec import FieldSpec, Option
from reconciler.fields.text import canonical_text, written_text
from reconciler.fields.unread import Unreadable, is_id, is_unset
from reconciler.fields.values import Wrong
from reconciler.manifest.editor_words import unoffered
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar

NUMERAL = re.compile(r"[-+]?([0-9]{1,15}(\.[0-9]{0,9})?|\.[0-9]{1,9})")
"""A label that an editor reads as a number."""
MEMBERS = frozenset({"value", "label"})
"""Members of the object for an option that was never chosen, all of them empty."""


class Choices:
    """The options of one field, found by label or by id."""

    def __init__(self, spec: FieldSpec) -> None:
        """Index the options of `spec`."""
        self.owner = spec.label
        self.options = {option.id: option for option in spec.options}
        self.rank = {option.id: rank for rank, option in enumerate(spec.options)}

    def read(self, node: Node) -> str:
        """Return the id of the option with this label or id, or of `{id: …}`; raises `Wrong`."""
        if (chosen := id_form(node)) is not None:
            return self.by_id(chosen)
        if not isinstance(node, Scalar) or not node.text:
            what = f"one option of {self.owner}"
            raise Wrong(WrongShape(node.place, what, describe_node(node), "its label, or {id: …}"))
        refuse_cut(node, tuple(self.options.values()))
        chosen_ids = {option.id for option in bearing(node.text, tuple(self.options.values()))}
        if node.text in self.options:
            chosen_ids.add(node.text)
        if len(chosen_ids) > 1:
            raise Wrong(ambiguous_label(node, self.owner, [f"{{id: {one}}}" for one in sorted(chosen_ids)]))
        if not chosen_ids:
            labels = [option.label for option in self.options.values() if not option.disabled]
            raise Wrong(UnknownName(node.place, "option", node.text, self.owner, labels))
        return chosen_ids.pop()

    def by_id(self, scalar: Scalar) -> str:
        """Return the id if the field has it; raises `Wrong`."""
        if scalar.text not in self.options:
            raise Wrong(UnknownName(scalar.place, "option id", scalar.text, self.owner, self.options))
        return scalar.text

    def decode(self, wire: Any) -> str | None:
        """Read the id of `{value}`."""
        return option_id(wire)

    def encode(self, option: str) -> Any:
        """Return `{value}`."""
        return {"value": option}

    @property
    def otherwise(self) -> Mapping[str, Callable[[str], Any]]:
        """Send the label, too, as in answers (section 1.2, A11)."""
        return {"labelled": lambda option: {"value": option, "label": self.label(option)}}

    def label(self, option_id: str) -> str:
        """Return the label of an id, or the id if the field no longer has it."""
        option = self.options.get(option_id)
        return option.label if option and option.label else option_id

    def written(self, option_id: str) -> Any:
        """Return the label if no other option has it, else the `{id: …}` form."""
        label = self.label(option_id)
        same = {o.id for o in self.options.values() if fold_label(label) in (fold_label(o.label), o.id)}
        return label if same == {option_id} else {"id": option_id}

    def shapes(self) -> Iterator[Schema]:
        """Describe the labels that editors offer, without disabled ones, and `{id: …}`."""
        for disabled in (False, True):
            labels = [
                label
                for option in self.options.values()
                if option.disabled is disabled and isinstance(label := self.written(option.id), str)
            ]
            if labels and disabled:
                yield unoffered(labels)
            elif labels:
                yield {"enum": [form for label in labels for form in label_forms(label)]}
        yield map_schema({"id": one_of(list(self.options))}, required=("id",))

    def gone(self, option_id: str) -> str | None:
        """Return why an option may not be newly chosen, or None."""
        option = self.options.get(option_id)
        if option is None:
            return f"option {option_id} of {self.owner} was removed"
        return f"option '{option.label}' of {self.owner} is disabled" if option.disabled else None


def fold_label(label: str) -> str:
    """Return a label in the form for comparing: one Unicode form, no blanks around it."""
    return (canonical_text(label) or "").strip()


def bearing(label: str, options: tuple[Option, ...]) -> list[Option]:
    """Return the enabled options with a label, else the disabled ones."""
    same = [option for option in options if fold_label(option.label) == fold_label(label)]
    return [option for option in same if not option.disabled] or same


def refuse_cut(scalar: Scalar, options: tuple[Option, ...]) -> None:
    """Reject a label whose end YAML dropped as a comment: `Fix #2` reads as `Fix`. Raises `Wrong`."""
    if scalar.hidden and bearing(f"{scalar.text} {scalar.hidden}", options):
        written_text(scalar)


def label_forms(label: str) -> Iterator[Any]:
    """Yield a label, and the value that YAML 1.2 reads if it is written without quotes."""
    yield label
    if label in {"true", "false"}:
        yield label == "true"
    elif NUMERAL.fullmatch(label):
        number = float(label)
        yield int(number) if number.is_integer() else number


def id_form(node: Node) -> Scalar | None:
    """Return the id in `{id: …}`; None for any other node."""
    match node:
        case {"id": Scalar() as chosen, **others} if isinstance(node, AuthoredMap) and not others:
            return chosen
    return None


def ambiguous_label(node: Scalar | AuthoredList, owner: str, choices: list[str]) -> Mistake:
    """Make the mistake for a label that several options have."""
    what = quoted(node.text) if isinstance(node, Scalar) else "this path"
    return Mistake(node.place, f"{what} matches several options of {owner}", f"write {' or '.join(choices)}")


def option_id(wire: Any) -> str | None:
    """Read `{label, value}`, or a bare id, which some guides show (section 18, point 1).

    None for an object without a choice; a label without its id raises Unreadable.
    """
    value = wire.get("value") if isinstance(wire, dict) else wire
    if is_id(value):
        return str(value)
    if isinstance(wire, dict) and is_unset(wire, MEMBERS):
        return None
    raise Unreadable("an option with its id", wire)


class SelectCodec(OneCodec):
    """`select` and `radio`: `{value}` both ways (field-formats.md section 6.1)."""

    desired_shape = "one option"
    example = "a label, or {id: …}"
    compared = "by option id: a renamed label is no change"

    @cached_property
    def offer(self) -> Choices:
        """The options, indexed once."""
        return Choices(self.spec)


class MultiSelectCodec(SeveralCodec):
    """`multi_select` and tags: `[{value}]` both ways (field-formats.md section 6.2)."""

    desired_shape = "a list of options"
    example = "[iOS, Web], or {contains: [iOS], excludes: [Web]}"
    compared = "as a set of option ids"

    @cached_property
    def offer(self) -> Choices:
        """The options, indexed once."""
        return Choices(self.spec)


def option_of(wire: dict[str, Any]) -> Option:
    """Read one option of the metadata; `is_disabled` 1 means disabled (section 16.1)."""
    children = wire.get("children")
    return Option(
        id=str(wire.get("value", "")),
        label=str(wire.get("label") or ""),
        disabled=wire.get("is_disabled") == 1,
        children=tuple(option_of(child) for child in children) if isinstance(children, list) else (),
    )
