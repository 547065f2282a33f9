"""Choices: `select`, `radio` and `multi_select`; compared by option id, written by label."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from reconciler.authored import AuthoredMap, Node, Scalar
from reconciler.errors import Mistake, UnknownName
from reconciler.fields.base import EMPTY, EMPTY_LABEL, Codec, FieldSpec, Option, People, Seen, Wanted, Wrong
from reconciler.fields.sets import SetCodec


class Choices:
    """The options of one field, found by label or by id."""

    def __init__(self, spec: FieldSpec) -> None:
        """Index the options of `spec`."""
        self.owner = spec.label
        self.options = {option.id: option for option in spec.options}
        self.rank = {option.id: rank for rank, option in enumerate(spec.options)}

    def read(self, node: Node) -> str:
        """Return the id of the option that a label, an id or `{id: …}` names; raises `Wrong`."""
        if isinstance(node, AuthoredMap) and set(node) == {"id"} and isinstance(node["id"], Scalar):
            return self.by_id(node["id"])
        if not isinstance(node, Scalar):
            raise Wrong(
                Mistake(node.place, f"expected an option of {self.owner}", "write its label, or {id: …}")
            )
        live = [o for o in self.options.values() if o.label == node.text and not o.disabled]
        candidates = live or [o for o in self.options.values() if o.label == node.text]
        named = {option.id for option in candidates}
        if node.text in self.options:
            named.add(node.text)
        if len(named) > 1:
            raise Wrong(
                Mistake(
                    node.place,
                    f"'{node.text}' names several options of {self.owner}",
                    "write " + " or ".join(f"{{id: {one}}}" for one in sorted(named)),
                )
            )
        if not named:
            labels = [option.label for option in self.options.values() if not option.disabled]
            raise Wrong(UnknownName(node.place, "option", node.text, self.owner, labels))
        return named.pop()

    def by_id(self, scalar: Scalar) -> str:
        """Return an id that the field has; raises `Wrong`."""
        if scalar.text not in self.options:
            raise Wrong(UnknownName(scalar.place, "option id", scalar.text, self.owner, self.options))
        return scalar.text

    def label(self, option_id: str) -> str:
        """Return the label of an id, or the id where the field no longer has it."""
        option = self.options.get(option_id)
        return option.label if option and option.label else option_id

    def written(self, option_id: str) -> Any:
        """Return the label where it names this option alone, else the `{id: …}` form."""
        label = self.label(option_id)
        same = [o for o in self.options.values() if label in (o.label, o.id)]
        return label if [o.id for o in same] == [option_id] else {"id": option_id}

    def gone(self, option_id: str) -> str | None:
        """Say why an option may not be newly chosen, or None."""
        option = self.options.get(option_id)
        if option is None:
            return f"option {option_id} of {self.owner} was removed"
        return f"option '{option.label}' of {self.owner} is disabled" if option.disabled else None


def option_id(wire: Any) -> str | None:
    """Read `{label, value}`, or a bare id, which some guides show (section 18, point 1)."""
    value = wire.get("value") if isinstance(wire, dict) else wire
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("an option without an id")
    return value


class SelectCodec(Codec):
    """`select` and `radio`: `{value}` both ways, null to clear (field-formats.md section 6.1)."""

    def __init__(self, spec: FieldSpec, people: People) -> None:
        """Index the options once."""
        super().__init__(spec, people)
        self.choices = Choices(spec)

    def read(self, node: Node) -> Wanted:
        """Read a label or `{id: …}`."""
        return self.choices.read(node)

    def decode(self, wire: Any) -> Seen:
        """Read the option's id."""
        return Seen(option_id(wire))

    def encode(self, value: Any) -> Any:
        """Send `{value}`."""
        return None if value is EMPTY else {"value": value}

    def show(self, value: Any) -> str:
        """Show the label."""
        return EMPTY_LABEL if value is EMPTY else self.choices.label(value)

    def dump(self, value: Any) -> Any:
        """Write the label, or `{id: …}` where the label is not enough."""
        return None if value is EMPTY else self.choices.written(value)

    def objection(self, live: Seen, after: Hashable) -> str | None:  # noqa: ARG002 - only the new choice counts
        """Refuse an option that the space no longer offers."""
        return None if after is EMPTY else self.choices.gone(str(after))


class MultiSelectCodec(SetCodec):
    """`multi_select` and tags: `[{value}]` both ways (field-formats.md section 6.2)."""

    def __init__(self, spec: FieldSpec, people: People) -> None:
        """Index the options once."""
        super().__init__(spec, people)
        self.choices = Choices(spec)

    def read_member(self, node: Node) -> tuple[Hashable, ...]:
        """Read a label or `{id: …}`."""
        return (self.choices.read(node),)

    def decode(self, wire: Any) -> Seen:
        """Read a list of options, or any of the empty forms."""
        if wire is None or wire == "":
            return Seen(frozenset())
        if not isinstance(wire, list):
            raise ValueError("expected a list of options")
        return Seen(frozenset(one for one in map(option_id, wire) if one))

    def encode(self, value: Any) -> Any:
        """Send the options in the order of the metadata."""
        return [{"value": one} for one in self.ordered(value)]

    def ordered(self, value: Any) -> list[Any]:
        """Order as the field's own list does."""
        return sorted(value, key=lambda one: (self.choices.rank.get(one, len(self.choices.rank)), one))

    def show_member(self, member: Any) -> str:
        """Show the label."""
        return self.choices.label(member)

    def dump(self, value: Any) -> Any:
        """Write labels, `{id: …}` where a label is not enough."""
        return [self.choices.written(one) for one in self.ordered(value)]

    def objection(self, live: Seen, after: Hashable) -> str | None:
        """Refuse to add options that the space no longer offers."""
        assert isinstance(live.value, frozenset)  # noqa: S101 - the codec's own canonical form
        assert isinstance(after, frozenset)  # noqa: S101 - see above
        reasons = (self.choices.gone(one) for one in self.ordered(after - live.value))
        return next((reason for reason in reasons if reason), None)


def option_of(wire: dict[str, Any]) -> Option:
    """Read one option of the metadata; `is_disabled` 1 means disabled (section 16.1)."""
    children = wire.get("children")
    return Option(
        id=str(wire.get("value", "")),
        label=str(wire.get("label") or ""),
        disabled=wire.get("is_disabled") == 1,
        children=tuple(option_of(child) for child in children) if isinstance(children, list) else (),
    )
