"""Plans without a service: by the pins alone, or against a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320


def test_a_snapshot_stands_for_the_space_without_any_credentials(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, watchers: {{contains: [bo@example.com]}}}}}}")
    live = desk.run("plan").out
    assert desk.run("sandbox", "snapshot", "space.yaml").code == 0
    desk.world.calls.clear()
    credentials, desk.environ = desk.environ, {}
    done = desk.run("plan", "--offline", "--snapshot", "space.yaml", "--out", "plan.json")
    assert done.code == 0
    assert "note: planned against space.yaml, 0 minutes old\n" in done.out
    assert [line for line in done.out.splitlines() if "~" in line] == [
        line for line in live.splitlines() if "~" in line
    ]
    assert desk.world.calls == []
    desk.environ = credentials
    refused = desk.run("apply", "plan.json")
    assert (refused.code, "it was made for snapshot" in refused.err) == (1, True)


def test_strangers_e_mails_stay_out_of_a_snapshot(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{reviewer: bo@example.com}}}}")
    desk.run("sandbox", "snapshot", "space.yaml")
    text = (desk.folder / "space.yaml").read_text(encoding="utf-8")
    assert "bo@example.com" in text
    assert "chen@example.com" not in text
    desk.run("sandbox", "snapshot", "space.yaml", "--keep-emails")
    assert "chen@example.com" in (desk.folder / "space.yaml").read_text(encoding="utf-8")


def test_without_a_snapshot_the_files_are_checked_by_the_pins(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("schema", "pull")
    desk.environ = {}
    done = desk.run("plan", "--offline")
    assert done.out == "Offline: 1 item checked by 1 pinned type; no live item was read.\n"
    desk.stories(f"{{id: {STORY}, fields: {{priority: p3}}}}")
    assert desk.run("plan", "--offline").code == 1


def test_a_file_that_is_no_snapshot_is_told(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    for text in ("", "[]", "{}", "people: 3"):
        desk.write("space.yaml", text)
        done = desk.run("plan", "--offline", "--snapshot", "space.yaml")
        assert (done.code, "no snapshot can be read" in done.err) == (1, True)
    assert desk.run("plan", "--snapshot", "space.yaml").code == 1
