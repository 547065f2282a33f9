"""Desired items: what all files together ask of one item."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from reconciler.errors import Place
from reconciler.fields.values import Desired
from reconciler.model import Ref


class DesiredField(NamedTuple):
    """The desired value of one field of one item, and the place where a file sets it."""

    key: str
    desired: Desired
    place: Place
    by_default: bool = False


class DesiredItem(Struct, frozen=True):
    """The desired fields of one item, from all files.

    `expects` are compared and never sent. `unselected` are the desired fields that `--only` or `--exclude`
    took out of `fields`: an expectation of such a field is still met by its desired value.
    """

    ref: Ref
    place: Place
    fields: tuple[DesiredField, ...]
    expects: tuple[DesiredField, ...] = ()
    unselected: tuple[DesiredField, ...] = ()
