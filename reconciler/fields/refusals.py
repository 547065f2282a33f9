"""Fields that the PUT of a work item cannot change, and the endpoint or screen that can."""

from __future__ import annotations

VOTES = "votes are cast by people in Meegle"
FILES = "files are added by POST …/file/upload and removed by POST /open_api/file/delete"
GROUP = "the group chat is managed in Meegle"
CLOCK = "the service sets it"
ARCHIVE = "archive the item in Meegle"
PLUGIN = "the outside system that sends the signal owns it"

REFUSED_TYPES: dict[str, str] = {
    "work_item_template": "the template is chosen at creation and cannot be changed",
    "work_item_status": "move the state in Meegle, or by POST …/node/state_change",
    "role_owners": "write the roles under `roles:`",
    "aborted": "terminate or restore the item in Meegle, or by PUT …/abort",
    "deleted": "delete the item in Meegle, or by DELETE on the work item",
    "vote_boolean": VOTES,
    "vote_option": VOTES,
    "vote_option_multi": VOTES,
    "multi_file": FILES,
    "file": FILES,
    "signal": PLUGIN,
    "multi_signal": "the outside system owns it, by POST …/update/multi_signal",
    "group_type": "a group chat is set up when the item is created",
    "chat_group": GROUP,
    "group_id": GROUP,
    "precise_date": "its written form is not documented; edit it in Meegle",
    "multi_user_compound_field": "its written form is not documented; edit it in Meegle",
}
"""Types whose fields cannot be written (field-formats.md sections 2, 8 and 13)."""

REFUSED_KEYS: dict[str, str] = {
    "template": REFUSED_TYPES["work_item_template"],
    "work_item_status": REFUSED_TYPES["work_item_status"],
    "owner": "the creator is set by the service",
    "current_status_operator": "it follows from the flow and the roles",
    "issue_operator": "write the role `operator` under `roles:`, which it mirrors",
    "issue_reporter": "write the role `reporter` under `roles:`, which it mirrors",
    "start_time": CLOCK,
    "finish_time": CLOCK,
    "created_at": CLOCK,
    "created_by": CLOCK,
    "updated_at": CLOCK,
    "updated_by": CLOCK,
    "deleted_at": CLOCK,
    "deleted_by": CLOCK,
    "auto_number": "the service counts it",
    "archiving_date": ARCHIVE,
    "archiving_status": ARCHIVE,
    "is_frozen": "freeze the item in Meegle, or by PUT /open_api/work_item/freeze",
    "finish_status": "review the item in Meegle, or by POST /open_api/work_item/finished/update",
    "sub_stage": "it follows from the flow",
    "template_type": "it follows from the template",
    "owned_project": "an item stays in the space where it was created",
    "_work_item_role": "write the roles under `roles:`",
}
"""Fields of a writable type that only the service sets (section 14)."""

CALCULATED = "it is calculated from other fields; change those, or the formula in Meegle"
"""The reason for fields whose `value_generate_mode` is not `Default` (section 8.9)."""

UNKNOWN = "fields of type {} are not known to this version; edit it in Meegle"
NO_SUBFIELDS = "the space lists no sub-fields of it; edit it in Meegle"
LOSES = "writing its rows would lose {}; edit it in Meegle"
