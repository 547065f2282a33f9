"""Remembers the readings of a field's values, so that equal values are parsed and decoded once.

A file of 10,000 items holds few different choices, people and days.  The memo never decides
anything: without it, a run only takes longer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Any

from reconciler.fields.values import UNREAD, Desired, Overlay, Seen
from reconciler.manifest.nodes import AuthoredList, Node, Scalar

MOST_FORMS = 8
"""The most forms of one value that are remembered."""
MOST_READINGS = 4096
"""The most values of a field that are remembered: choices, people and days recur, long texts do not."""
LONGEST_FORM = 300
"""The longest JSON that is remembered, in characters."""


class Memo(ABC):
    """Remembers the readings of one field: of authored values, and of answers of the service.

    `written_forms` are live values as files write them, by value and notes.
    """

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self.readings: dict[Hashable, Desired] = {}
        self.recognized: dict[tuple[type, float], Hashable] = {}
        self.forms_seen: dict[Desired, list[Any]] = {}
        self.written_forms: dict[Hashable, Any] = {}
        self.readings_seen: dict[str, Seen] = {}

    @abstractmethod
    def parse(self, node: Node) -> Desired:
        """Read an authored value; raises `Wrong` with every mistake in it."""

    @abstractmethod
    def decode(self, wire: Any) -> Seen:
        """Turn the API's value into the canonical one; raises ValueError for a value that it cannot read."""

    def recall(self, node: Node) -> Desired:
        """Parse a value, or return the remembered reading of an equal one; raises `Wrong` as `parse` does."""
        form = memo_key(node)
        desired: Desired = UNREAD if form is None else self.readings.get(form, UNREAD)
        if desired is UNREAD:
            desired = self.parse(node)
            if form is not None and len(self.readings) < MOST_READINGS:
                self.readings[form] = desired
        return desired

    def see(self, wire: Any) -> Seen:
        """Decode an answer's value, or return the remembered reading of an equal one; raises as `decode`."""
        if type(wire) is not dict and type(wire) is not list:
            return self.decode(wire)
        # The text of JSON tells 1 from true and from "1", as equality of Python's values does not.
        form = repr(wire)
        seen = self.readings_seen.get(form)
        if seen is None:
            seen = self.decode(wire)
            if len(form) <= LONGEST_FORM and len(self.readings_seen) < MOST_READINGS:
                self.readings_seen[form] = seen
        return seen

    def holds(self, wire: Any, desired: Desired) -> bool:
        """Return whether an answer's value is in sync with the desired one; raises ValueError as `decode`.

        Choices, people, days and amounts recur in few forms each, and each form is decoded once.
        """
        kind = type(wire)
        recurs = kind is str or kind is dict or kind is list
        if recurs and wire in self.forms_seen.get(desired, ()):
            return True
        is_number = kind is int or kind is float or kind is bool
        value = self.recognize(wire) if is_number else self.decode(wire).value
        held = (desired.of(value) if isinstance(desired, Overlay) else desired) == value
        if held and recurs and is_text(wire):
            self.keep_form(wire, desired)
        return held

    def keep_form(self, wire: Any, desired: Desired) -> None:
        """Remember a form of a desired value: a list of options has one for each order."""
        forms = self.forms_seen.get(desired)
        if forms is not None and len(forms) < MOST_FORMS:
            forms.append(wire)
        elif forms is None and len(self.forms_seen) < MOST_READINGS:
            self.forms_seen[desired] = [wire]

    def recognize(self, wire: float) -> Hashable:
        """Return the canonical value of a number or a boolean, without notes."""
        at = (type(wire), wire)
        if at not in self.recognized:
            value = self.decode(wire).value
            if len(self.recognized) >= MOST_READINGS:
                return value
            self.recognized[at] = value
        return self.recognized[at]


def is_text(wire: Any) -> bool:
    """Return whether a value holds only texts and nulls: numbers are apart, since 1 == True == 1.0."""
    if isinstance(wire, dict | list):
        return all(map(is_text, wire.values() if isinstance(wire, dict) else wire))
    return wire is None or isinstance(wire, str)


def memo_key(node: Node) -> Hashable:
    """Return the memo's key of a scalar or a list of scalars, without places; None for any other node."""
    if type(node) is Scalar:
        text, plain, _, hidden = node
        return text if plain and not hidden else (text, plain, hidden)
    if type(node) is AuthoredList:
        forms = tuple([memo_key(one) for one in node if type(one) is Scalar])
        return forms if len(forms) == len(node) else None
    return None
