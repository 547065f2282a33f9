"""Comments of a work item: add, list, change, delete."""

from __future__ import annotations

from typing import Any, Final

from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, alive, item_at, reached, space_of, whole
from reconciler.sandbox.state import richtext
from reconciler.sandbox.state.model import Item
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]
PAGE: Final = 200


def _words(call: Call) -> str:
    """Take what a comment says: `rich_text` before `content`; one of them must be there."""
    rich, plain = call.body.get("rich_text"), call.text("content")
    if rich:
        if not richtext.fits(rich):
            raise Refusal("comment_params", "rich_text")
        return richtext.text_of(rich)
    if not plain:
        raise Refusal("comment_params", "content and rich_text are both empty")
    return plain


def add(world: World, call: Call) -> Object:
    """Add a comment; `data` is its bare id."""
    before, words = alive(world, call.path["id"], "no_data"), _words(call)
    if world.ruled(world.options.forbidden, call.user, before):
        raise Refusal("comment_forbidden", "create fail, no permission to comment")
    after = item_at(world, call, wrong_type="no_data").copy()
    made = {
        "id": 1 + max((row["id"] for each in world.items.values() for row in each.comments), default=10**18),
        "operator": call.user,
        "created_at": world.now(),
        "content": words,
    }
    after.comments.append(made)
    world.keep(after)
    return {"data": made["id"]}


def comments(world: World, call: Call) -> Object:
    """List the comments of an item, the oldest first."""
    space_of(world, call)
    item = reached(world, call, call.path["id"], "comment_item")
    if world.ruled(world.options.hidden, call.user, item):
        raise Refusal("comment_denied")
    size = whole(call.query.get("page_size") or 0, "page_size") or PAGE
    page = max(whole(call.query.get("page_num") or 1, "page_num"), 1)
    if not 0 < size <= PAGE:
        raise Refusal("page_size")
    about = {"work_item_id": item.id, "work_item_type_key": item.type_key}
    rows = [about | row for row in item.comments[(page - 1) * size : page * size]]
    return {"data": rows, "pagination": {"page_num": page, "page_size": size, "total": len(item.comments)}}


def _found(world: World, call: Call, gone: str) -> tuple[Item, Object]:
    """Find the comment of the path and its item, as a copy to change; only who wrote it may."""
    after, wanted = item_at(world, call).copy(), whole(call.path["comment"], "comment_id")
    row = next((each for each in after.comments if each["id"] == wanted), None)
    if row is None:
        elsewhere = any(each["id"] == wanted for other in world.items.values() for each in other.comments)
        raise Refusal("other_comment" if elsewhere else gone)
    if row["operator"] != call.user:
        raise Refusal("no_permission", "only the creator of a comment may change it")
    return after, row


def change(world: World, call: Call) -> Object:
    """Change what a comment says."""
    words = _words(call)
    after, row = _found(world, call, "no_comment")
    after.comments = [each | {"content": words} if each is row else each for each in after.comments]
    world.keep(after)
    return {"data": {}}


def delete(world: World, call: Call) -> Object:
    """Delete a comment."""
    after, row = _found(world, call, "comment_gone")
    after.comments.remove(row)
    world.keep(after)
    return {"data": {}}
