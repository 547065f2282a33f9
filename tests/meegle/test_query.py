"""Live items are read in batches; an item that cannot be read is never taken for deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconciler.meegle.http.client import Client
from reconciler.meegle.query import Query
from reconciler.model import Ref
from tests.road import app_of, connection_to

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.sandbox import World

FIRST, SECOND = Ref("story", 6300012320), Ref("story", 6300012321)
NOBODY = Ref("story", 6300099999)


def asked(world: World) -> list[dict[str, Any]]:
    return [
        dict(made.body) for made in world.calls if made.path.endswith("/query") and "work_item" in made.path
    ]


def test_each_item_has_the_fields_that_were_asked_for_of_it(world: World, reader: Reader) -> None:
    items = reader.query().items({FIRST: ["priority"], SECOND: ["roles/rd"]})
    assert {item.ref: set(item.values) for item in items} == {FIRST: {"priority"}, SECOND: {"roles/rd"}}
    (body,) = asked(world)
    assert body["work_item_ids"] == [FIRST.id, SECOND.id]
    assert body["fields"] == ["aborted", "priority", "role_owners"]


def test_a_batch_is_of_one_type_and_of_one_size(world: World, reader: Reader) -> None:
    reader.open(["story", "issue"], {})
    refs = [Ref("story", 6300012320 + n) for n in range(3)] + [Ref("issue", 6300013300)]
    assert len(reader.query().items(dict.fromkeys(refs, ("priority",)), size=2)) == 4
    assert sorted(len(body["work_item_ids"]) for body in asked(world)) == [1, 1, 2]


@pytest.mark.parametrize(
    ("key", "is_rich"), [("description", True), ("priority", False)], ids=["rich text", "option"]
)
def test_rich_texts_are_asked_for_only_where_one_is_desired(
    reader: Reader, key: str, *, is_rich: bool
) -> None:
    body = reader.query().question("story", [FIRST.id], {FIRST.id: [key]}).body
    assert isinstance(body, dict)
    assert ("expand" in body) is is_rich


def test_the_name_is_read_although_it_is_no_field_of_the_answer(world: World, reader: Reader) -> None:
    (item,) = reader.query().items({FIRST: ["name"]})
    assert item.values["name"].value == world.item(FIRST.id).name
    assert "name" not in asked(world)[0]["fields"]


def test_an_id_that_the_space_does_not_have_is_left_out_and_the_others_are_read(reader: Reader) -> None:
    items = reader.query().items({FIRST: ["priority"], NOBODY: ["priority"], SECOND: ["priority"]})
    assert [item.ref for item in items] == [FIRST, SECOND]


def test_a_settled_row_is_not_decoded(reader: Reader) -> None:
    judged: list[tuple[Ref, tuple[str, ...]]] = []

    def judge(row: object, ref: Ref, keys: tuple[str, ...]) -> bool:
        del row
        judged.append((ref, keys))
        return ref == FIRST

    items = reader.query(judge).items({FIRST: ["priority"], SECOND: ["priority"]})
    assert [item.ref for item in items] == [SECOND]
    assert sorted(judged) == [(FIRST, ("priority",)), (SECOND, ("priority",))]


def test_an_item_that_is_too_large_even_alone_is_unreadable_and_not_gone(
    world: World, reader: Reader
) -> None:
    world.item(SECOND.id).values["field_a1b2c4"] = "x" * 60_000
    transport = httpx.WSGITransport(app=app_of(world))
    with Client(connection_to(world), transport=transport, size_cap=50_000) as client:
        query = Query(client, reader.space_key, reader.decoder)
        first, second = query.items(dict.fromkeys((FIRST, SECOND), ("field_a1b2c4",)))
    assert first.unreadable == {}
    assert second.ref == SECOND
    assert set(second.unreadable) == {"field_a1b2c4"}
    assert second.values == {}


@pytest.mark.parametrize(
    ("told", "seen"),
    [(SECOND.id, []), (str(FIRST.id), [(FIRST, {"priority"})]), (None, [(FIRST, {"priority"})])],
    ids=["of another item", "a text", "missing"],
)
def test_a_row_with_another_id_is_not_believed(
    world: World, reader: Reader, told: object, seen: list[tuple[Ref, set[str]]]
) -> None:
    def altered(request: httpx.Request) -> httpx.Response:
        inner = httpx.WSGITransport(app=app_of(world)).handle_request(request)
        body = json.loads(inner.read())
        if request.url.path.endswith("/query"):
            body["data"] = [{**one, "id": told} for one in body["data"]]
        return httpx.Response(inner.status_code, json=body)

    with Client(connection_to(world), transport=httpx.MockTransport(altered)) as client:
        items = Query(client, reader.space_key, reader.decoder).items({FIRST: ["priority"]})
    assert [(item.ref, set(item.unreadable)) for item in items] == seen
    assert all(item.values == {} for item in items)
