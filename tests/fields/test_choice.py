"""One option or a set of them: what is sent, in which order, and which option may be newly chosen."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.spec import FieldSpec, Option
from tests.fields.fieldspace import codec

OPTIONS = (Option("z", "First"), Option("a", "Second"), Option("m", "Old", disabled=True))
PRIORITY = FieldSpec("priority", "Priority", "select", options=OPTIONS)
PLATFORM = FieldSpec("platform", "Platform", "multi_select", options=OPTIONS)


def test_options_are_sent_shown_and_written_in_the_order_of_the_metadata_and_unknown_ones_last() -> None:
    some = frozenset({"a", "unknown", "z"})
    assert codec(PLATFORM).encode(some) == [{"value": "z"}, {"value": "a"}, {"value": "unknown"}]
    assert codec(PLATFORM).show(some) == "First, Second, unknown"
    assert codec(PLATFORM).dump(some) == ["First", "Second", {"id": "unknown"}]


def test_the_probe_may_send_a_label_beside_the_id() -> None:
    assert codec(PRIORITY).forms("z") == {
        "documented": {"value": "z"},
        "labelled": {"value": "z", "label": "First"},
    }
    assert codec(PRIORITY).forms(None) == {"documented": None, "labelled": None}
    assert codec(PLATFORM).forms(frozenset({"a"}))["labelled"] == [{"value": "a", "label": "Second"}]


@pytest.mark.parametrize("wire", [None, "", [], {}, {"value": "", "label": ""}])
def test_every_documented_empty_form_is_no_option(wire: Any) -> None:
    assert codec(PRIORITY).decode(wire).value is None


@pytest.mark.parametrize("wire", [[None], [{}], [{"value": "z"}, {"label": "Second"}], "z", {"value": "z"}])
def test_a_set_with_a_member_that_cannot_be_read_is_unreadable_as_a_whole(wire: Any) -> None:
    with pytest.raises(ValueError, match="option"):
        codec(PLATFORM).decode(wire)


def test_a_disabled_option_that_is_live_may_stay_and_may_not_be_added() -> None:
    bound = codec(PLATFORM)
    live = bound.decode([{"value": "m"}])
    assert bound.objection(live, frozenset({"m", "z"})) is None
    assert bound.objection(bound.decode([]), frozenset({"m"})) == "option 'Old' of Platform is disabled"
    assert codec(PRIORITY).objection(codec(PRIORITY).decode(None), None) is None
