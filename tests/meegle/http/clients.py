"""A client at a prepared service, one item's path, and one PUT."""

from __future__ import annotations

from reconciler.meegle.http.client import Client
from reconciler.meegle.http.verdict import Verdict
from tests.meegle.http.doubles import (
    Service,
    Time,
    connected,
    no_wait,
)

PATH = {"project_key": "demo", "type_key": "story"}


FIELDS = [{"field_key": "priority", "field_value": {"value": "option_1"}}]


def client_for(
    service: Service, *, writes: bool = False, clock: Time | None = None, retries: int = 200
) -> Client:
    if clock is None:
        return Client(connected(), transport=service, writes=writes, wait=no_wait, retries=retries)
    return Client(
        connected(), transport=service, writes=writes, wait=clock.wait, clock=clock.clock, retries=retries
    )


def put(client: Client) -> Verdict:
    permit = client.permit()
    return client.update(
        project_key="demo",
        type_key="story",
        item_id=7,
        update_fields=FIELDS,
        idem="4a7c1f1e-0d2b",
        permit=permit,
    )
