"""Requests are counted as they were really sent, and logged without a value."""

from __future__ import annotations

import logging

import pytest

from reconciler.meegle.http.endpoints import QUERY, USER_QUERY
from reconciler.meegle.http.failures import (
    ApiRefusal,
)
from tests.meegle.http.clients import PATH, client_for, put
from tests.meegle.http.doubles import (
    SECRET,
    TOKEN,
    USER,
    Service,
    refusal,
)


def test_the_counts_tell_what_was_really_sent() -> None:
    with client_for(Service(), writes=True) as client:
        assert client.counts.reads == {}
        client.read(QUERY, path=PATH)
        client.read(QUERY, path=PATH)
        client.read(USER_QUERY)
        put(client)
        counts = client.counts
    assert counts.reads == {"query": 2, "user_query": 1}
    assert (counts.puts, counts.tokens, counts.retries) == (1, 1, 0)


def test_the_log_tells_templates_and_no_value(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with client_for(Service(refusal(30005, "boo\n::error::", 404))) as client, pytest.raises(ApiRefusal):
        client.read(
            QUERY, path={"project_key": "my-space", "type_key": "story"}, body={"work_item_ids": [4711]}
        )
    ours = [record.getMessage() for record in caplog.records if record.name == "reconciler.meegle.http"]
    assert len(ours) == 2
    assert ours[1].startswith("POST /open_api/{project_key}/work_item/{type_key}/query 404 in ")
    assert ours[1].endswith("log id 2026L0G")
    assert not any(word in "".join(ours) for word in ("my-space", "4711", "error", TOKEN, SECRET, USER))
