"""The table of field types: what is managed, and what is refused and where it is managed instead."""

from __future__ import annotations

from reconciler.fields.base import Codec, FieldSpec, People
from reconciler.fields.dates import DayCodec, MomentCodec
from reconciler.fields.numbers import BoolCodec, NumberCodec
from reconciler.fields.options import MultiSelectCodec, SelectCodec
from reconciler.fields.people import UserCodec, UsersCodec
from reconciler.fields.text import LinkCodec, RichTextCodec, TextCodec

CODECS: dict[str, type[Codec]] = {
    "text": TextCodec,
    "multi_pure_text": TextCodec,
    "multi_text": RichTextCodec,
    "link": LinkCodec,
    "number": NumberCodec,
    "bool": BoolCodec,
    "date": DayCodec,
    "select": SelectCodec,
    "radio": SelectCodec,
    "multi_select": MultiSelectCodec,
    "user": UserCodec,
    "multi_user": UsersCodec,
    "role": UsersCodec,
}
"""One row a managed type (field-formats.md section 2)."""

REFUSED_TYPES: dict[str, str] = {
    "work_item_template": "the template is chosen at creation and cannot be changed",
    "work_item_status": "move the state in Meegle, or by .../node/state_change",
    "role_owners": "write the roles under `roles:`",
    "aborted": "terminate or restore the item in Meegle, or by PUT .../abort",
    "deleted": "delete the item in Meegle, or by DELETE on the work item",
    "vote_boolean": "votes are cast by people in Meegle",
    "vote_option": "votes are cast by people in Meegle",
    "vote_option_multi": "votes are cast by people in Meegle",
    "multi_file": "files are added by .../file/upload and removed by file/delete",
    "file": "files are added by .../file/upload and removed by file/delete",
    "signal": "the outside system that sends the signal owns it",
    "multi_signal": "the outside system that sends the signal owns it",
    "group_type": "a group chat is set up at creation",
    "chat_group": "the group chat is managed in Meegle",
    "group_id": "the group chat is managed in Meegle",
    "precise_date": "its written form is not documented",
    "multi_user_compound_field": "its written form is not documented; edit it in Meegle",
}
"""Types that the PUT cannot change, and where they are changed."""

REFUSED_KEYS: dict[str, str] = {
    "owner": "the creator is set by the service",
    "current_status_operator": "it follows from the flow and the roles",
    "start_time": "the service sets it",
    "finish_time": "the service sets it",
    "updated_at": "the service sets it",
    "created_at": "the service sets it",
    "archiving_date": "archive the item in Meegle",
    "archiving_status": "archive the item in Meegle",
    "is_frozen": "freeze the item in Meegle, or by PUT work_item/freeze",
    "auto_number": "the service counts it",
    "finish_status": "it follows from the flow",
    "issue_operator": "write the role `operator` under `roles:`",
    "issue_reporter": "write the role `reporter` under `roles:`",
}
"""Fields of a writable type that the service keeps for itself (section 14)."""


def refusal(spec: FieldSpec) -> str | None:
    """Say why the field cannot be managed here and who manages it, or None if it can."""
    if spec.key in REFUSED_KEYS:
        return REFUSED_KEYS[spec.key]
    if spec.calculated:
        return "it is calculated from other fields"
    if spec.type in REFUSED_TYPES:
        return REFUSED_TYPES[spec.type]
    return (
        None if spec.type in CODECS else f"fields of type {spec.type} are not managed yet; edit it in Meegle"
    )


def codec_for(spec: FieldSpec, people: People) -> Codec:
    """Bind the codec of the field's type; the field must be one that is managed."""
    if spec.type == "date" and spec.kind == "moment":
        return MomentCodec(spec, people)
    return CODECS[spec.type](spec, people)
