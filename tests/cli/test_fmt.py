"""`fmt` lays files out, says which, and with --check only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk

ROUGH = "type: story\nspace:   'demo'\nitems:\n- 6300012300   # one\n"
SMOOTH = 'space: "demo"\ntype: story\nitems:\n  - 6300012300   # one\n'


def test_files_are_laid_out_once(desk: Desk) -> None:
    desk.write("state/a.yaml", ROUGH)
    desk.write("state/b.yml", SMOOTH)
    done = desk.run("fmt", "--check")
    assert (done.code, done.out, done.err) == (2, "would change state/a.yaml\n", "")
    assert (desk.folder / "state/a.yaml").read_text(encoding="utf-8") == ROUGH
    done = desk.run("fmt")
    assert (done.code, done.out) == (0, "formatted state/a.yaml\n")
    assert (desk.folder / "state/a.yaml").read_text(encoding="utf-8") == SMOOTH
    done = desk.run("fmt", "--check", "state/a.yaml")
    assert (done.code, done.out) == (0, "All files are formatted.\n")
    assert desk.world.calls == []


def test_a_mistake_in_one_file_leaves_all_as_they_are(desk: Desk) -> None:
    desk.write("state/a.yaml", ROUGH)
    desk.write("state/b.yaml", "items: [\n")
    done = desk.run("fmt")
    assert (done.code, done.out) == (1, "")
    assert "state/b.yaml:1:8: a list that is not closed" in done.err
    assert (desk.folder / "state/a.yaml").read_text(encoding="utf-8") == ROUGH
    assert "no such file or folder" in desk.run("fmt", "elsewhere").err
