"""`--since-last`: what is read, what is remembered, and when everything is read all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from reconciler.fields.values import Rule
from reconciler.meegle.http.client import Client
from reconciler.meegle.memory import Memories, Remembered
from reconciler.meegle.since_last import (
    FIRST,
    FULL_AGE,
    FULL_EVERY,
    FUTURE,
    METADATA,
    TIMELESS,
    TURN,
    Unlisted,
    beginning,
    full_read,
    moved_since,
    text_of,
)
from tests.conftest import desk_in
from tests.git_repository import commit, git
from tests.road import app_of, calm_world, connection_to

if TYPE_CHECKING:
    from reconciler.sandbox import World
    from reconciler.sandbox.state.world import Made
    from tests.conftest import Desk, Done

BO = "7310000000000000002"
FIRST_STORY, STORIES = 6300012300, 40
LONG_AGO = 1_600_000_000_000
FULL = "note: all items of story were read: "


@pytest.fixture
def desk_of_many(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose files desire of many stories what is live, with a folder to remember in."""
    return written(desk, tmp_path_factory.mktemp("kept"))


def written(desk: Desk, folder: Path) -> Desk:
    """Write the files, and name the folder."""
    folder.chmod(0o700)
    for item in desk.world.items.values():
        item.updated_at = LONG_AGO
    desk.environ["RECONCILER_CACHE"] = str(folder)
    stories = sorted(
        one.id for one in desk.world.items.values() if one.type_key == "story" and not one.aborted
    )
    ids = stories[:STORIES]
    desk.stories(*(f"{{id: {one}, fields: {{name: {name_of(desk, one)}}}}}" for one in ids))
    return desk


def name_of(desk: Desk, item_id: int) -> str:
    return f'"{desk.world.item(item_id).name}"'


def ids_read(desk: Desk) -> list[int]:
    """The ids that were asked for since the last look, and forget the calls."""
    bodies = [made.body for made in desk.world.calls if made.path.endswith("/story/query")]
    desk.world.calls.clear()
    return sorted(one for body in bodies if isinstance(body, dict) for one in body["work_item_ids"])


def plan(desk: Desk, *more: str) -> Done:
    done = desk.run("plan", "--since-last", *more)
    assert done.code == 0, done.err
    return done


def warm(desk: Desk) -> None:
    """Let a first run remember everything."""
    assert FULL + FIRST in plan(desk).out
    assert len(ids_read(desk)) == STORIES


def test_a_second_run_reads_nothing_and_plans_the_same(desk_of_many: Desk) -> None:
    full = desk_of_many.run("plan").out
    ids_read(desk_of_many)
    warm(desk_of_many)
    second = plan(desk_of_many).out
    assert ids_read(desk_of_many) == []
    assert [one for one in second.splitlines() if not one.startswith("note:")] == full.splitlines()
    assert "note: 0 items of 40 read: no other moved since the last run or is desired anew" in second
    assert "note: last full read 20" in second


def test_what_moved_and_what_the_files_desire_otherwise_is_read(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    desk_of_many.world.edit(FIRST_STORY, "name", "Zebra", by=BO)
    file = desk_of_many.folder / "state/stories.yaml"
    other = FIRST_STORY + 3
    file.write_text(file.read_text().replace(name_of(desk_of_many, other), '"Horse"'))
    done = plan(desk_of_many)
    assert ids_read(desk_of_many) == [FIRST_STORY, other]
    assert '"Zebra" →' in done.out
    assert '→ "Horse"' in done.out
    # Neither is in sync, so both are read each time, though one is not listed as moved any more.
    assert plan(desk_of_many).out.count("→") == 2
    assert ids_read(desk_of_many) == [FIRST_STORY, other]


def test_a_field_that_a_file_newly_names_is_read(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    desk_of_many.stories(f"{{id: {FIRST_STORY}, fields: {{priority: P3}}}}", file="state/more.yaml")
    plan(desk_of_many)
    assert ids_read(desk_of_many) == [FIRST_STORY]


def test_a_run_of_a_part_forgets_what_moved_elsewhere(desk_of_many: Desk) -> None:
    desk_of_many.stories(
        f"{{id: {FIRST_STORY}, fields: {{priority: {{id: option_1}}}}}}", file="state/b.yaml"
    )
    desk_of_many.world.edit(FIRST_STORY, "priority", {"value": "option_1"}, by=BO)
    moved = FIRST_STORY + 5
    plan(desk_of_many)
    desk_of_many.world.edit(moved, "name", "Zebra", by=BO)
    plan(desk_of_many, "state/b.yaml")
    ids_read(desk_of_many)
    assert '"Zebra" →' in plan(desk_of_many).out
    assert moved in ids_read(desk_of_many)


@pytest.mark.parametrize("how", ["delete", "terminate", "hide"])
def test_what_no_list_shows_is_told_at_the_next_full_read(desk_of_many: Desk, how: str) -> None:
    warm(desk_of_many)
    world = desk_of_many.world
    if how == "hide":
        world.options.hidden = [{"item": str(FIRST_STORY)}]
    elif how == "delete":
        world.delete(FIRST_STORY, by=BO)
    else:
        world.abort(FIRST_STORY, "cancel", by=BO)
        desk_of_many.write(
            "state/stories.yaml",
            (desk_of_many.folder / "state/stories.yaml")
            .read_text()
            .replace("name: ", "priority: P3, name: ", 1),
        )
    for _ in range(FULL_EVERY - 1 if how != "terminate" else 1):
        done = plan(desk_of_many)
    assert ("blocked" in done.out) is (how == "terminate")
    if how != "terminate":
        done = plan(desk_of_many)
        assert FULL + TURN in done.out
        assert "1 blocked" in done.out
    assert done.out.count("last full read") == (how == "terminate")


def test_metadata_that_changed_makes_a_full_read(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    field = desk_of_many.world.type_of(desk_of_many.world.item(FIRST_STORY)).by_key["priority"]
    field.options[0].label = "Urgent"
    assert FULL + METADATA in plan(desk_of_many).out
    assert len(ids_read(desk_of_many)) == STORIES


def test_settings_that_read_a_value_otherwise_make_a_full_read(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    desk_of_many.write(
        "state/reconciler.yaml", "spaces: {demo: {fields: {story: {cutover: {kind: moment}}}}}\n"
    )
    assert FULL + METADATA in plan(desk_of_many).out


def test_a_list_of_what_moved_that_is_refused_makes_a_full_read(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    desk_of_many.world.edit(FIRST_STORY, "name", "Zebra", by=BO)
    desk_of_many.world.options.filter_ceiling = 0
    done = plan(desk_of_many)
    assert f"{FULL}filter was refused: 20094" in done.out
    assert len(ids_read(desk_of_many)) == STORIES
    assert '"Zebra" →' in done.out


SPOILT: dict[str, Callable[[dict[str, Any]], None]] = {
    "no total": lambda body: body.pop("pagination"),
    "a total that is no number": lambda body: body["pagination"].update(total="1"),
    "more than it shows": lambda body: body["pagination"].update(total=3),
    "fewer than it shows": lambda body: body["pagination"].update(total=0),
    "an item twice": lambda body: body["data"].append(body["data"][0]) or body["pagination"].update(total=2),
}


@pytest.mark.parametrize("how", SPOILT)
def test_pages_of_what_moved_that_do_not_add_up_make_a_full_read(
    how: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    spoils: list[Callable[[dict[str, Any]], None]] = []

    def around(app: Any) -> Any:
        def layer(environ: Any, start_response: Any) -> Any:
            if not spoils or not environ["PATH_INFO"].endswith("/work_item/filter"):
                return app(environ, start_response)
            chunks, status, _ = run_wsgi_app(app, environ, buffered=True)
            body = json.loads(b"".join(chunks))
            spoils[0](body)
            return Response(json.dumps(body), status, content_type="application/json")(
                environ, start_response
            )

        return layer

    with desk_in(tmp_path, around) as desk:
        many = written(desk, tmp_path_factory.mktemp("kept"))
        warm(many)
        many.world.edit(FIRST_STORY, "name", "Zebra", by=BO)
        spoils.append(SPOILT[how])
        assert f"{FULL}the pages of what moved do not add up" in plan(many).out


@pytest.fixture
def many_moved() -> World:
    """A world in which 450 stories moved."""
    world = calm_world()
    for number in range(450):
        copy = world.item(FIRST_STORY).copy()
        copy.id, copy.updated_at = 6_500_000_000 + number, world.now()
        world.items[copy.id] = copy
    return world


def test_what_moved_is_listed_page_by_page(many_moved: World) -> None:
    start = many_moved.now() - 60_000
    with Client(connection_to(many_moved), transport=httpx.WSGITransport(app=app_of(many_moved))) as client:
        found = moved_since(client, "demo", ["story"], start, 1_000)
        assert found == set(range(6_500_000_000, 6_500_000_450))
        assert sum(made.path.endswith("/filter") for made in many_moved.calls) == 3
        with pytest.raises(Unlisted, match="more items moved"):
            moved_since(client, "demo", ["story"], start, 449)
        assert sum(made.path.endswith("/filter") for made in many_moved.calls) == 4


@pytest.mark.parametrize("page", [1, 2])
def test_an_item_that_leaves_the_list_while_it_is_read_makes_it_worthless(
    many_moved: World, page: int
) -> None:
    gone = many_moved.item(6_500_000_000 + 5)
    asked: list[Made] = []

    def after(made: Made) -> None:
        asked.extend([made] if made.path.endswith("/filter") else [])
        if len(asked) == page and not gone.deleted_at:
            gone.deleted_at = many_moved.now()

    many_moved.after_call = after
    with (
        Client(connection_to(many_moved), transport=httpx.WSGITransport(app=app_of(many_moved))) as client,
        pytest.raises(Unlisted, match="do not add up"),
    ):
        moved_since(client, "demo", ["story"], many_moved.now() - 60_000, 1_000)


def test_an_item_of_another_type_now_is_read(desk_of_many: Desk) -> None:
    desk = desk_of_many
    issue = next(one for one in desk.world.items.values() if one.type_key == "issue" and not one.aborted)
    desk.stories(
        f"{{id: {issue.id}, fields: {{name: {name_of(desk, issue.id)}}}}}", file="state/i.yaml", type_="issue"
    )
    assert "all items of issue, story were read" in plan(desk).out
    ids_read(desk)
    item = desk.world.item(FIRST_STORY).copy()
    item.type_key, item.updated_at = "issue", desk.world.now()
    desk.world.items[FIRST_STORY] = item
    assert "1 blocked" in plan(desk).out


def test_more_moved_items_than_a_full_read_is_worth_make_one(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    world = desk_of_many.world
    item = world.item(FIRST_STORY)
    for number in range(210):
        copy = item.copy()
        copy.id, copy.updated_at = 6_500_000_000 + number, world.now()
        world.items[copy.id] = copy
    assert f"{FULL}more items moved than are worth a look" in plan(desk_of_many).out


def test_a_run_that_fails_on_its_way_leaves_what_was_remembered(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    (kept,) = Path(desk_of_many.environ["RECONCILER_CACHE"]).glob("*.since")
    before = kept.read_bytes()
    desk_of_many.world.edit(FIRST_STORY, "name", "Zebra", by=BO)
    desk_of_many.world.options.faults = [{"kind": "not_installed", "path": "*/query"}]
    assert desk_of_many.run("plan", "--since-last").code == 1
    assert kept.read_bytes() == before
    desk_of_many.world.options.faults = []
    assert '"Zebra" →' in plan(desk_of_many).out


def test_another_person_or_host_remembers_for_itself(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    desk_of_many.environ["MEEGLE_USER_KEY"] = BO
    assert FULL + FIRST in plan(desk_of_many).out
    desk_of_many.environ["MEEGLE_AUTH_MODE"] = "0"
    assert FULL + FIRST in plan(desk_of_many).out
    kept = Path(desk_of_many.environ["RECONCILER_CACHE"])
    assert len(list(kept.glob("*.since"))) == 3


def test_drift_reads_what_moved_and_heals_it(desk_of_many: Desk) -> None:
    desk_of_many.write("state/reconciler.yaml", "spaces: {demo: {drift: {default: heal}}}\n")
    git(desk_of_many.folder, "init", "-q")
    commit(desk_of_many)
    before = desk_of_many.world.item(FIRST_STORY).name
    warm(desk_of_many)
    desk_of_many.world.edit(FIRST_STORY, "name", "Zebra", by=BO)
    drift = ("drift", "--since-last", "--applied", "HEAD")
    done = desk_of_many.run(*drift)
    assert (done.code, ids_read(desk_of_many)) == (0, [FIRST_STORY])
    assert '"Zebra" →' in done.out
    assert "last full read" in done.out
    assert desk_of_many.run(*drift, "--heal", "--yes").code == 0
    assert desk_of_many.world.item(FIRST_STORY).name == before
    # Read for the plan, before the PUT and after it, but nothing else.
    assert set(ids_read(desk_of_many)) == {FIRST_STORY}
    assert "No changes" in desk_of_many.run(*drift).out


KEPT = Remembered(b"m", 1_000_000_000, 900_000_000, 3, {})


@pytest.mark.parametrize(
    ("kept", "rests_on", "began", "reason"),
    [
        (None, b"m", 1, FIRST),
        (KEPT, b"other", 1_000_000_001, METADATA),
        (KEPT, b"m", None, TIMELESS),
        (KEPT, b"m", 999_939_999, FUTURE),
        (KEPT, b"m", 999_940_000, ""),
        (KEPT, b"m", 1_000_000_001, ""),
        (Remembered(b"m", 1, 1, FULL_EVERY - 2, {}), b"m", 2, ""),
        (Remembered(b"m", 1, 1, FULL_EVERY - 1, {}), b"m", 2, TURN),
        (KEPT, b"m", 900_000_000 + FULL_AGE - 1, ""),
        (KEPT, b"m", 900_000_000 + FULL_AGE, TURN),
    ],
)
def test_when_all_items_are_read(
    kept: Remembered | None, rests_on: bytes, began: int | None, reason: str
) -> None:
    assert full_read(kept, rests_on, began) == reason


def test_a_run_begins_at_the_earlier_one_of_two_clocks() -> None:
    past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
    assert beginning(past) == 1_577_836_800_000
    later = beginning(future)
    assert later is not None
    assert later < 4_000_000_000_000
    assert beginning(None) is None


def test_equal_sets_have_one_text_and_different_values_different_ones() -> None:
    letters = [chr(one) for one in range(97, 123)]
    assert text_of(frozenset(letters)) == text_of(frozenset(reversed(letters)))
    rule = Rule(frozenset("ab"), frozenset())
    values = [
        *(None, "", "None", 1, "1", True, Decimal(1), (), (1,), ("1",), frozenset(), frozenset({"a"})),
        *(
            rule,
            Rule(frozenset(), frozenset("ab")),
            frozenset("ab"),
            date(2026, 1, 1),
            ("a", "b"),
            ("a, 'b",),
        ),
    ]
    assert len({text_of(one) for one in values}) == len(values)


def test_nothing_of_the_space_is_in_the_folder(desk_of_many: Desk) -> None:
    warm(desk_of_many)
    kept = Path(desk_of_many.environ["RECONCILER_CACHE"])
    names = [desk_of_many.world.item(FIRST_STORY + n).name for n in range(5)]
    text = b"".join(one.read_bytes() for one in kept.glob("*.since"))
    assert text
    assert not any(name.encode() in text for name in names)
    assert isinstance(Memories(kept, b"k").file(("a",), "b").path, Path)
