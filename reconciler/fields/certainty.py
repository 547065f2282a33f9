"""The certainty of each type's wire form: documented, seen on a live service, or assumed.

`seen live`: in a recorded answer or write of a real deployment, and documented. `documented`: the
vendor's manual alone. `assumed`: neither; from other programs' sources, or by likeness.  A row moves up
when a `probe-report.json` of a real space shows the form.
"""

from __future__ import annotations

from typing import Final

LIVE, DOCUMENTED, ASSUMED = "seen live", "documented", "assumed"

CERTAINTY: Final[dict[str, str]] = {
    "text": LIVE,
    "multi_pure_text": f"{ASSUMED}: like `text`",
    "multi_text": f"{LIVE}: plain words; formatting is documented",
    "link": LIVE,
    "link_cloud_doc": DOCUMENTED,
    "telephone": DOCUMENTED,
    "email": DOCUMENTED,
    "number": f"{LIVE}: whole numbers; decimals are documented",
    "bool": f"{DOCUMENTED}; fields of the service itself were seen live",
    "date": f"{LIVE}; that days and moments share the type is documented",
    "schedule": DOCUMENTED,
    "select": LIVE,
    "radio": f"{DOCUMENTED}: like `select`",
    "priority": f"{ASSUMED}: the field is a `select` wherever it was seen",
    "multi_select": LIVE,
    "tree_select": DOCUMENTED,
    "tree_multi_select": DOCUMENTED,
    "business": DOCUMENTED,
    "user": LIVE,
    "multi_user": LIVE,
    "role": LIVE,
    "work_item_related_select": f"{LIVE} empty; an id is documented",
    "work_item_related_multi_select": LIVE,
    "linked_work_item": f"{ASSUMED}: other programs write an id",
    "compound_field": DOCUMENTED,
    "aborted": LIVE,
    "chat_group": DOCUMENTED,
    "deleted": DOCUMENTED,
    "file": ASSUMED,
    "group_id": DOCUMENTED,
    "group_type": f"{LIVE} when an item is created",
    "multi_file": DOCUMENTED,
    "multi_signal": ASSUMED,
    "multi_user_compound_field": ASSUMED,
    "precise_date": f"{ASSUMED}: sources disagree",
    "role_owners": LIVE,
    "signal": DOCUMENTED,
    "vote_boolean": ASSUMED,
    "vote_option": ASSUMED,
    "vote_option_multi": ASSUMED,
    "work_item_status": LIVE,
    "work_item_template": LIVE,
}
"""One row for each type of `CODECS` and `REFUSED_TYPES` (field-formats.md 2 and 19)."""
