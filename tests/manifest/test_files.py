"""Which files are read, and what is said of those that cannot be."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.manifest import files as finding
from reconciler.manifest.loading import load
from reconciler.render.mistakes import mistakes_text

FILE = "space: demo\ntype: story\nitems: [{}]\n"
A_LINK = "a symbolic link; put the file or folder itself here"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one file, `state/a.yaml`, of item 1."""
    write(tmp_path, "state/a.yaml", 1)
    return tmp_path


def write(root: Path, name: str, item: int) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FILE.format(item), encoding="utf-8")
    return path


def read(root: Path, *names: str) -> tuple[list[int], list[str]]:
    """The ids of the items read, in their order, and the lines of the report."""
    manifest, mistakes = load([root / name for name in names], root=root)
    return [entry.id for document in manifest.documents for entry in document.items], mistakes_text(mistakes)


def test_files_are_read_in_order_of_their_names_whatever_the_order_of_the_paths(tree: Path) -> None:
    write(tree, "state/demo/c.yaml", 3)
    write(tree, "state/b.yml", 2)
    assert read(tree, "state") == ([1, 2, 3], [])
    assert read(tree, "state/demo/c.yaml", "state/b.yml", "state/a.yaml") == ([1, 2, 3], [])


def test_a_file_named_in_several_ways_is_read_once(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    paths = [Path("state"), Path("./state/a.yaml"), Path("state/../state/a.yaml"), tree / "state/a.yaml"]
    manifest, mistakes = load(paths, root=Path.cwd())
    assert [document.file for document in manifest.documents] == ["state/a.yaml"]
    assert not mistakes


def test_yml_beside_yaml_is_read_too_in_any_case_of_letters(tree: Path) -> None:
    write(tree, "state/a.yml", 2)
    write(tree, "state/b.YAML", 3)
    assert read(tree, "state") == ([1, 2, 3], [])


@pytest.mark.parametrize(
    "name",
    [
        ".a.yaml",
        ".#a.yaml",
        "#a.yaml#",
        "~a.yaml",
        "a.yaml~",
        ".a.yaml.swp",
        "a.yaml.orig",
        "a.yaml.bak",
        "a.json",
        "README.md",
        "yaml",
        ".hidden/a.yaml",
    ],
)
def test_what_editors_leave_behind_and_other_files_are_skipped(tree: Path, name: str) -> None:
    write(tree, f"state/{name}", 2)
    assert read(tree, "state") == ([1], [])


def test_the_settings_are_no_desired_state(tree: Path) -> None:
    settings = tree / "state/reconciler.yaml"
    settings.write_text("people: {}\n")
    assert read(tree, "state") == ([1], [])
    assert read(tree, "state/a.yaml", "state/reconciler.yaml") == ([1], [])
    assert read(tree, "state/reconciler.yaml") == (
        [],
        ["state/reconciler.yaml:1:1: the settings file has no items; name desired-state files"],
    )


def test_settings_under_another_name_are_not_passed_over(tree: Path) -> None:
    (tree / "state/reconciler.yml").write_text("people: {}\n")
    assert read(tree, "state") == (
        [1],
        ["state/reconciler.yml:1:1: the settings file has another name; rename it to reconciler.yaml"],
    )


def test_a_path_that_does_not_exist_is_told_beside_what_was_read(tree: Path) -> None:
    assert read(tree, "state", "nowhere", "state/b.yaml") == (
        [1],
        ["nowhere:1:1: no such file or folder; check the path (2 times, also at state/b.yaml:1:1)"],
    )


def test_a_folder_without_yaml_is_a_mistake(tree: Path) -> None:
    (tree / "empty/sub").mkdir(parents=True)
    (tree / "empty/notes.txt").write_text("x")
    line = "empty:1:1: no YAML file in this folder; write one, or check the path"
    assert read(tree, "empty") == ([], [line])
    assert read(tree, "state", "empty") == ([1], [line])


def test_files_without_any_item_are_a_mistake(tree: Path) -> None:
    (tree / "state/a.yaml").write_text("space: demo\ntype: story\nitems: []\n")
    line = "state:1:1: no item in any file; write one below `items:`, or check the path"
    assert read(tree, "state") == ([], [line])
    write(tree, "state/b.yaml", 2)
    assert read(tree, "state") == ([2], [])


def test_an_empty_file_is_told_beside_what_was_read(tree: Path) -> None:
    (tree / "state/b.yaml").write_text("# later\n")
    assert read(tree, "state") == (
        [1],
        ["state/b.yaml:1:1: an empty file; write space, type and items, or delete it"],
    )


def test_a_large_file_is_refused_by_its_size(tree: Path) -> None:
    (tree / "state/b.yaml").write_text("#" * 2_000_000)
    assert read(tree, "state") == (
        [1],
        ["state/b.yaml:1:1: a file of 2000000 bytes; split it; at most 1048576 bytes are read"],
    )


def test_too_many_files_are_refused_before_any_is_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_FILES", 3)
    for number in range(2, 4):
        write(tree, f"state/{number}.yaml", number)
    assert read(tree, "state") == ([2, 3, 1], [])
    write(tree, "state/4.yaml", 4)
    assert read(tree, "state") == ([], ["state:1:1: more than 3 files; name fewer at a time"])


# -- links ---------------------------------------------------------------------------------


def test_a_link_to_a_file_is_refused_wherever_it_leads(tree: Path) -> None:
    (tree / "state/in.yaml").symlink_to("a.yaml")
    (tree / "state/lost.yaml").symlink_to("nowhere.yaml")
    (tree / "state/out.yaml").symlink_to("/etc/hostname")
    assert read(tree, "state") == (
        [1],
        [f"state/in.yaml:1:1: {A_LINK} (3 times, also at state/lost.yaml:1:1, state/out.yaml:1:1)"],
    )


def test_a_linked_folder_is_refused_and_not_entered(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "b.yaml", 2)
    (tree / "state/linked").symlink_to(outside)
    (tree / "state/circle").symlink_to(tree / "state")
    assert read(tree, "state") == (
        [1],
        [f"state/circle:1:1: {A_LINK} (2 times, also at state/linked:1:1)"],
    )


@pytest.mark.parametrize("name", ["linked", "linked/b.yaml", "linked/sub", "linked/sub/c.yaml", "one.yaml"])
def test_a_path_behind_a_link_is_refused(tree: Path, name: str) -> None:
    write(tree, "real/b.yaml", 2)
    write(tree, "real/sub/c.yaml", 3)
    (tree / "linked").symlink_to("real")
    (tree / "one.yaml").symlink_to("state/a.yaml")
    at = "one.yaml" if name == "one.yaml" else "linked"
    assert read(tree, name) == ([], [f"{at}:1:1: {A_LINK}"])


def test_a_tree_that_is_itself_reached_by_a_link_is_read(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("outside") / "checkout"
    link.symlink_to(tree)
    assert read(link, "state") == ([1], [])


def test_a_path_outside_of_the_root_is_read_and_shown_whole(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "b.yaml", 2)
    manifest, mistakes = load([outside, outside / "c.yaml"], root=tree)
    assert [document.file for document in manifest.documents] == [f"{outside}/b.yaml"]
    assert mistakes_text(mistakes) == [f"{outside}/c.yaml:1:1: no such file or folder; check the path"]


# -- what cannot be read -------------------------------------------------------------------


def test_a_pipe_is_refused_and_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "state/b.yaml")
    line = "state/b.yaml:1:1: not a regular file; put a YAML file here"
    assert read(tree, "state") == ([1], [line])
    assert read(tree, "state/b.yaml") == ([], [line])


def test_a_folder_named_like_a_file_is_a_folder(tree: Path) -> None:
    write(tree, "state/x.yaml/b.yaml", 2)
    assert read(tree, "state") == ([1, 2], [])


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Permissions bind everybody but root."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_and_folders_without_permission_are_told_beside_what_was_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        write(root, "state/a.yaml", 1)
        write(root, "state/closed/b.yaml", 2)
        write(root, "state/secret.yaml", 3)
        (root / "state/secret.yaml").chmod(0)
        (root / "state/closed").chmod(0)
        with as_nobody():
            ids, lines = read(root, "state")
    what = "cannot be read (Permission denied); check what it is and its permissions"
    assert ids == [1]
    assert lines == [f"state/closed:1:1: {what} (2 times, also at state/secret.yaml:1:1)"]


def test_a_file_name_from_a_stranger_is_shown_as_text(tree: Path) -> None:
    name = os.fsdecode(b"state/\xff.yaml")
    (tree / name).write_text("")
    ids, lines = read(tree, "state")
    assert ids == [1]
    assert lines == [
        "state/\\udcff.yaml:1:1: an empty file; write space, type and items, or delete it",
    ]


# -- the report ----------------------------------------------------------------------------


def test_equal_mistakes_are_one_line_with_their_count_and_first_three_places(tree: Path) -> None:
    for name in "bcdef":
        (tree / f"state/{name}.yaml").write_text("- 1\n")
    what = "expected a map, found a list; write `key: value` lines below it"
    assert read(tree, "state")[1] == [
        f"state/b.yaml:1:1: {what} (5 times, also at state/c.yaml:1:1, state/d.yaml:1:1, …)"
    ]


def test_fifty_different_mistakes_are_shown_and_the_rest_counted(tree: Path) -> None:
    ids = ", ".join(f"-{number}" for number in range(60))
    (tree / "state/b.yaml").write_text(f"space: demo\ntype: story\nitems: [{ids}]\n")
    lines = read(tree, "state")[1]
    assert len(lines) == 51
    assert lines[0].startswith("state/b.yaml:3:9: '-0' is not an id; ")
    assert lines[-1] == "… and 10 more"


def test_mistakes_stand_in_the_order_of_their_places(tree: Path) -> None:
    (tree / "state/b.yaml").write_text("space: demo\ntype: story\nitems: [-1, true, {}]\n")
    (tree / "state/a.yaml").write_text("space: demo\ntype: story\n")
    assert [line.split(": ")[0] for line in read(tree, "state")[1]] == [
        "state/a.yaml:1:1",
        "state/b.yaml:3:9",
        "state/b.yaml:3:13",
        "state/b.yaml:3:19",
    ]
