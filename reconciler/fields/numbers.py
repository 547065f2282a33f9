"""Numbers and booleans."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from decimal import Context, Decimal
from math import isinf
from typing import Any

from reconciler.errors import Mistake, quoted
from reconciler.fields.codec import ScalarCodec
from reconciler.fields.json_schema import Schema
from reconciler.fields.unread import Unreadable, is_nothing
from reconciler.fields.values import EMPTY, EMPTY_LABEL, Seen, Wrong
from reconciler.manifest.nodes import Scalar

ON_THE_WIRE = re.compile(r"-?[0-9]{1,310}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
"""A JSON number within the range of a double; a longer one is an attack or a mistake."""
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
LONGEST = 40
EXACT = Context(prec=400)
"""Enough digits that no double and no authored number is rounded."""
LARGEST = Decimal(10) ** 15
"""Above this, a JSON double cannot hold every whole number."""


class NumberCodec(ScalarCodec):
    """`number`: a JSON number both ways, cleared by null (field-formats.md section 5.1)."""

    desired_shape = "a number"
    example = "digits such as 3 or 0.5, without quotes"
    compared = "as exact decimals: 1 and 1.0 are one number"

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read a decimal that a JSON double can hold exactly."""
        if not scalar.plain or len(scalar.text) > LONGEST or not NUMBER.fullmatch(scalar.text):
            raise self.misshapen(scalar)
        value = EXACT.multiply(Decimal(scalar.text), Decimal(self.spec.scale))
        if abs(value) > LARGEST or Decimal(repr(float(value))) != value:
            what = f"a number that the service cannot store exactly, {quoted(scalar.text)}"
            raise Wrong(Mistake(scalar.place, what, "use at most 15 digits"))
        return plain_decimal(value)

    def shapes(self) -> Iterator[Schema]:
        """Describe a number."""
        limit = float(LARGEST / Decimal(self.spec.scale))
        yield {"type": "number", "minimum": -limit, "maximum": limit}

    def decode(self, wire: Any) -> Seen:
        """Read an int or a float (or digits in a string); 1 and 1.0 are one value."""
        if is_nothing(wire):
            return Seen(EMPTY)
        if isinstance(wire, bool) or not isinstance(wire, int | float | str):
            raise Unreadable("a number", wire)
        text = repr(wire) if isinstance(wire, float) else str(wire)
        if not ON_THE_WIRE.fullmatch(text) or len(text) > EXACT.prec or isinf(float(text)):
            raise Unreadable("a finite number", wire)
        return Seen(plain_decimal(Decimal(text)))

    def encode(self, value: Any) -> Any:
        """Send a whole number as an int, any other as a float."""
        if value is EMPTY:
            return None
        return int(value) if value == value.to_integral_value() else float(value)

    def show(self, value: Any) -> str:
        """Show the number as it would be written."""
        return EMPTY_LABEL if value is EMPTY else f"{plain_decimal(value / Decimal(self.spec.scale)):f}"

    def dump(self, value: Any) -> Any:
        """Write the number in the author's scale."""
        if value is EMPTY:
            return None
        written = value / Decimal(self.spec.scale)
        return int(written) if written == written.to_integral_value() else float(written)


def plain_decimal(value: Decimal) -> Decimal:
    """Drop trailing zeros and the sign of zero, so that equal numbers have equal digits."""
    return value.normalize(EXACT) if value else Decimal(0)


class BoolCodec(ScalarCodec):
    """`bool`: true, false, or unset, which is neither (field-formats.md section 5.2)."""

    desired_shape = "true or false"
    example = "true or false"
    compared = "as it is; unset is neither true nor false"

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read `true` or `false`, the two words of YAML 1.2."""
        if not scalar.plain or scalar.text not in {"true", "false"}:
            raise self.misshapen(scalar)
        return scalar.text == "true"

    def shapes(self) -> Iterator[Schema]:
        """Describe one of the two words."""
        yield {"type": "boolean"}

    def decode(self, wire: Any) -> Seen:
        """Read a JSON boolean or null."""
        if wire is not None and not isinstance(wire, bool):
            raise Unreadable("true or false", wire)
        return Seen(wire)

    def encode(self, value: Any) -> Any:
        """Send it as it is, null to clear."""
        return value

    def show(self, value: Any) -> str:
        """Show the word."""
        return EMPTY_LABEL if value is EMPTY else str(value).lower()

    def dump(self, value: Any) -> Any:
        """Write the word."""
        return value
