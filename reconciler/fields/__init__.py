"""The table of field types: one codec for each managed type, and the reasons why others are refused."""

from __future__ import annotations

from reconciler.fields.codec import Codec
from reconciler.fields.compound import CompoundCodec
from reconciler.fields.dates import DayCodec, MomentCodec, ScheduleCodec
from reconciler.fields.links import DocumentsCodec
from reconciler.fields.numbers import BoolCodec, NumberCodec
from reconciler.fields.options import MultiSelectCodec, SelectCodec
from reconciler.fields.people import UserCodec, UsersCodec
from reconciler.fields.refusals import (
    CALCULATED,
    LOSES,
    NO_SUBFIELDS,
    REFUSED_KEYS,
    REFUSED_TYPES,
    UNKNOWN,
)
from reconciler.fields.related import RelatedCodec, RelatedItemsCodec
from reconciler.fields.rich import RichTextCodec
from reconciler.fields.spec import NO_ITEMS, FieldSpec, Items, People
from reconciler.fields.text import EmailCodec, LinkCodec, TelephoneCodec, TextCodec
from reconciler.fields.trees import BusinessCodec, TreeMultiSelectCodec, TreeSelectCodec

__all__ = ["CODECS", "REFUSED_KEYS", "REFUSED_TYPES", "codec_for", "refusal"]

CODECS: dict[str, type[Codec]] = {
    "text": TextCodec,
    "multi_pure_text": TextCodec,
    "multi_text": RichTextCodec,
    "link": LinkCodec,
    "link_cloud_doc": DocumentsCodec,
    "telephone": TelephoneCodec,
    "email": EmailCodec,
    "number": NumberCodec,
    "bool": BoolCodec,
    "date": DayCodec,
    "schedule": ScheduleCodec,
    "select": SelectCodec,
    "radio": SelectCodec,
    "priority": SelectCodec,
    "multi_select": MultiSelectCodec,
    "tree_select": TreeSelectCodec,
    "tree_multi_select": TreeMultiSelectCodec,
    "business": BusinessCodec,
    "user": UserCodec,
    "multi_user": UsersCodec,
    "role": UsersCodec,
    "work_item_related_select": RelatedCodec,
    "work_item_related_multi_select": RelatedItemsCodec,
    "linked_work_item": RelatedCodec,
    "compound_field": CompoundCodec,
}
"""One row for each managed type (field-formats.md section 2)."""

KINDS: dict[tuple[str, str], type[Codec]] = {("date", "moment"): MomentCodec}
"""Codecs of types with a second kind in the settings: (type, kind) for the less usual one."""


def refusal(spec: FieldSpec) -> str | None:
    """Return why the field cannot be managed here and what manages it; None if it can."""
    if spec.key in REFUSED_KEYS:
        return REFUSED_KEYS[spec.key]
    if spec.calculated:
        return CALCULATED
    if spec.type in REFUSED_TYPES:
        return REFUSED_TYPES[spec.type]
    if spec.type not in CODECS:
        return UNKNOWN.format(spec.type or "unknown")
    return refused_rows(spec) if spec.type == "compound_field" else None


def refused_rows(spec: FieldSpec) -> str | None:
    """Return why writing the rows of a compound field would lose data; None if it would not."""
    if not spec.subfields:
        return NO_SUBFIELDS
    lost = [sub.label for sub in spec.subfields if refusal(sub) and not sub.calculated]
    return LOSES.format(" and ".join(lost)) if lost else None


def codec_for(spec: FieldSpec, people: People, items: Items = NO_ITEMS) -> Codec:
    """Return the codec of the field's type, bound to the field. The type must be managed."""
    codec = KINDS.get((spec.type, spec.kind)) or CODECS[spec.type]
    parts = {sub.key: codec_for(sub, people, items) for sub in spec.subfields if not refusal(sub)}
    return codec(spec, people, items, parts)
