"""Every field type that the API is known to have is managed, or refused with the place that manages it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.fields import CODECS, REFUSED_KEYS, REFUSED_TYPES, codec_for, refusal
from reconciler.fields.certainty import ASSUMED, CERTAINTY, DOCUMENTED, LIVE
from reconciler.fields.docs_page import guide
from reconciler.fields.spec import FieldSpec, People

MANAGED, REFUSED = "managed", "refused"

# field-formats.md section 2, row by row: (field_type_key, field_key where the row is about one field).
TYPES = [
    ("text", "", MANAGED),
    ("multi_pure_text", "", MANAGED),
    ("multi_text", "", MANAGED),
    ("number", "", MANAGED),
    ("bool", "", MANAGED),
    ("signal", "", REFUSED),
    ("date", "", MANAGED),
    ("precise_date", "", REFUSED),
    ("schedule", "", MANAGED),
    ("schedule", "schedule", MANAGED),
    ("link", "", MANAGED),
    ("link", "wiki", MANAGED),
    ("link_cloud_doc", "", MANAGED),
    ("telephone", "", MANAGED),
    ("email", "", MANAGED),
    ("select", "", MANAGED),
    ("radio", "", MANAGED),
    ("multi_select", "", MANAGED),
    ("tree_select", "", MANAGED),
    ("tree_multi_select", "", MANAGED),
    ("select", "priority", MANAGED),
    ("priority", "priority", MANAGED),
    ("multi_select", "tags", MANAGED),
    ("business", "business", MANAGED),
    ("user", "", MANAGED),
    ("multi_user", "", MANAGED),
    ("multi_user", "watchers", MANAGED),
    ("user", "owner", REFUSED),
    ("multi_user", "current_status_operator", REFUSED),
    ("multi_user", "issue_operator", REFUSED),
    ("multi_user", "issue_reporter", REFUSED),
    ("role_owners", "role_owners", REFUSED),
    ("multi_user_compound_field", "", REFUSED),
    ("work_item_related_select", "", MANAGED),
    ("work_item_related_multi_select", "planning_version", MANAGED),
    ("work_item_related_multi_select", "planning_sprint", MANAGED),
    ("linked_work_item", "", MANAGED),
    ("work_item_related_select", "_field_linked_story", MANAGED),
    ("compound_field", "", MANAGED),
    ("multi_file", "", REFUSED),
    ("file", "", REFUSED),
    ("multi_signal", "", REFUSED),
    ("work_item_template", "template", REFUSED),
    ("work_item_status", "work_item_status", REFUSED),
    ("aborted", "aborted", REFUSED),
    ("deleted", "deleted", REFUSED),
    ("group_type", "group_type", REFUSED),
    ("chat_group", "chat_group", REFUSED),
    ("group_id", "group_id", REFUSED),
    ("vote_boolean", "", REFUSED),
    ("vote_option", "", REFUSED),
    ("vote_option_multi", "", REFUSED),
    ("number", "auto_number", REFUSED),
    ("bool", "archiving_status", REFUSED),
    ("bool", "is_frozen", REFUSED),
    ("date", "archiving_date", REFUSED),
    ("date", "start_time", REFUSED),
    ("date", "finish_time", REFUSED),
    ("date", "updated_at", REFUSED),
    ("date", "created_at", REFUSED),
    ("text", "finish_status", REFUSED),
    ("text", "sub_stage", REFUSED),
    ("text", "template_type", REFUSED),
    ("text", "owned_project", REFUSED),
    ("text", "_work_item_role", REFUSED),
    ("ai_field_of_tomorrow", "", REFUSED),
]
ENV = FieldSpec("field_env", "Env", "text")


def field(type_: str, key: str = "", *parts: FieldSpec) -> FieldSpec:
    return FieldSpec(key or "field_a1b2c3", "A field", type_, subfields=parts or (ENV,))


@pytest.mark.parametrize(("type_", "key", "answer"), TYPES)
def test_every_type_of_the_api_is_managed_or_refused_with_a_reason(type_: str, key: str, answer: str) -> None:
    spec = field(type_, key)
    reason = refusal(spec)
    assert (REFUSED if reason else MANAGED) == answer
    if reason:
        assert len(reason.split()) >= 3
        assert not reason.endswith(".")
    else:
        assert codec_for(spec, People()).decode(None).value == codec_for(spec, People()).empty


def test_no_row_of_the_tables_is_missing_here() -> None:
    types = {type_ for type_, _, _ in TYPES}
    assert set(CODECS) - {"role"} <= types
    assert set(REFUSED_TYPES) <= types
    assert set(CODECS).isdisjoint(REFUSED_TYPES)
    assert set(REFUSED_KEYS) - {key for _, key, _ in TYPES} == {
        "created_by",
        "updated_by",
        "deleted_at",
        "deleted_by",
    }


@pytest.mark.parametrize("type_", sorted(CODECS))
def test_a_calculated_field_is_refused_whatever_its_type(type_: str) -> None:
    spec = FieldSpec("field_a1b2c3", "Total", type_, calculated=True, subfields=(ENV,))
    assert refusal(spec) == "it is calculated from other fields; change those, or the formula in Meegle"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (
            (ENV, FieldSpec("f", "Photo", "multi_file")),
            "writing its rows would lose Photo; edit it in Meegle",
        ),
        (
            (FieldSpec("f", "Photo", "file"), FieldSpec("s", "CI", "signal")),
            "writing its rows would lose Photo and CI; edit it in Meegle",
        ),
        ((ENV, FieldSpec("t", "Total", "number", calculated=True)), None),
    ],
)
def test_rows_that_would_lose_a_sub_field_are_refused(
    parts: tuple[FieldSpec, ...], reason: str | None
) -> None:
    assert refusal(field("compound_field", "", *parts)) == reason


def test_rows_of_which_the_space_lists_no_sub_fields_are_refused() -> None:
    spec = FieldSpec("field_a1b2c3", "Plan", "compound_field")
    assert refusal(spec) == "the space lists no sub-fields of it; edit it in Meegle"


def test_the_page_about_field_types_says_what_the_tables_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "field-types.md"
    assert page.read_text(encoding="utf-8").startswith(guide())


def test_of_every_type_is_said_whether_its_form_is_documented_seen_live_or_assumed() -> None:
    assert set(CERTAINTY) == {*CODECS, *REFUSED_TYPES}
    assert all(sure.startswith((LIVE, DOCUMENTED, ASSUMED)) for sure in CERTAINTY.values())
