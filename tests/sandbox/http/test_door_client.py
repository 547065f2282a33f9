"""Knocking at a door of a sandbox that runs on this machine."""

from __future__ import annotations

import socket

import pytest

from reconciler.sandbox import Running, demo_world
from reconciler.sandbox.http.door_client import knock


def test_a_door_answers_by_the_address_that_was_printed() -> None:
    with Running(demo_world()) as service:
        address = f"{service.url}/_sandbox/{service.world.admin_token}"
        for one in (address, f"{address}/", f"{address}/options", f" {address}\n"):
            assert knock(one, "leave", {"person": "Bo"})["status"] == "resigned"
        with pytest.raises(ValueError, match="leave needs person; it takes person"):
            knock(address, "leave", {})
        with pytest.raises(
            ValueError, match="the sandbox that answers there is another one; export its lines"
        ):
            knock(f"{service.url}/_sandbox/other", "leave", {})


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:80",
        "http://example.com/_sandbox/x",
        "http://127.0.0.1.example.com:80/_sandbox/x",
        "https://127.0.0.1:80/_sandbox/x",
        "http://127.0.0.1:80/open_api",
        "http://a@127.0.0.1:80/_sandbox/x",
    ],
)
def test_an_address_of_another_form_leads_nowhere(address: str) -> None:
    with pytest.raises(ValueError, match="leads to no sandbox; give the address"):
        knock(address, "leave", {})


def test_where_no_sandbox_answers_it_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for number in (port, 99_999):
        with pytest.raises(ValueError, match=r"no sandbox answers at 127\.0\.0\.1:"):
            knock(f"http://127.0.0.1:{number}/_sandbox/x", "leave", {})
