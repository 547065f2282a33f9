"""A writer is a reader that can also PUT, and its client decides whether a write may leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.http.verdict import Accepted, Refused
from reconciler.meegle.writer import Writer
from reconciler.model import Ref

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.sandbox import World

STORY = Ref("story", 6300012320)
PRIORITY = [{"field_key": "priority", "field_value": {"value": "option_2"}}]
IDEM = "4a7c1f1e-0d2b-4a7c-8f1e-0d2b4a7c1f1e"


def test_a_put_is_stored_and_read_back(world: World, writer: Writer) -> None:
    assert isinstance(writer.put(STORY, PRIORITY, IDEM, writer.permit()), Accepted)
    assert writer.items({STORY: ["priority"]})[STORY].values["priority"].value == "option_2"
    (made,) = world.writes
    assert made.body == {"update_fields": PRIORITY}


def test_a_put_that_the_service_refuses_stores_nothing(writer: Writer) -> None:
    before = writer.items({STORY: ["priority"]})
    wrong = [{"field_key": "priority", "field_value": {"value": "option_9"}}]
    assert isinstance(writer.put(STORY, wrong, IDEM, writer.permit()), Refused)
    assert writer.items({STORY: ["priority"]}) == before


def test_the_batch_endpoint_is_not_used_outside_of_probes(world: World, writer: Writer) -> None:
    with pytest.raises(CannotRun):
        writer.batch(STORY, "priority", {"value": "option_2"})
    assert world.writes == []


def test_a_writer_on_a_client_that_may_not_write_sends_nothing(world: World, reader: Reader) -> None:
    writer = Writer(reader.client, "demo", reader.settings, reader.user_key)
    writer.open(["story"], {})
    with pytest.raises(CannotRun):
        writer.put(STORY, PRIORITY, IDEM, writer.permit())
    assert world.writes == []


def test_a_writer_knows_by_which_plugin_the_records_name_its_writes(world: World, writer: Writer) -> None:
    assert writer.plugin_id == world.credentials.plugin_id
