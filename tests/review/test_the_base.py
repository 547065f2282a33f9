"""Attacks on the base: whatever a repository holds or a job inherits, an unreviewed edit is never undone.

Everywhere the same world: the base wants 5 story points and a priority of P0, somebody has made the points 8
in the space, and the change that is planned makes the priority P3.  One field is sent, never two.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.git import LOCAL
from reconciler.meegle.space_variables import USUAL
from tests.workflows.hub import GIT, git

if TYPE_CHECKING:
    from tests.conftest import Desk, Done

STORY = 6300012320
BO = "7310000000000000002"
KEY = "64a0c1f2e3b4d5a6c7e8f901"
PRIORITY = {"priority": {"value": "option_3"}}
LEFT = "8 → 5  skipped (drift: report)"
BASE = f"space: demo\ntype: story\nitems:\n  - {{id: {STORY}, fields: {{priority: P0, story_points: 5}}}}\n"
CHANGED = BASE.replace("P0", "P3")


def commit(desk: Desk, where: str = ".") -> str:
    git(desk.folder, "add", "--all", "--force", where)
    git(desk.folder, "commit", "-qm", "change")
    return git(desk.folder, "rev-parse", "HEAD")


@pytest.fixture
def repo(desk: Desk) -> Iterator[Desk]:
    """A repository with the base as its only commit, and the space with the edit that nobody reviewed."""
    git(desk.folder, "init", "-q")
    desk.write(".gitignore", ".reconciler/\n")
    desk.write("state/stories.yaml", BASE)
    commit(desk)
    desk.world.edit(STORY, "field_3724e6", 8, by=BO)
    yield desk
    assert desk.sent in ([], [PRIORITY]), "an edit that nobody reviewed was undone"
    assert desk.world.item(STORY).values["field_3724e6"] == 8


def sends_priority_alone(desk: Desk, *paths: str, base: str = "HEAD") -> Done:
    """Plan, then apply the change of the priority against the base."""
    planned = desk.run("plan", "--base", base, *paths)
    assert LEFT in planned.out, planned.out + planned.err
    done = desk.run("apply", "--yes", "--base", base, *paths)
    assert done.code == 0, done.err
    assert desk.sent == [PRIORITY]
    return planned


@pytest.mark.parametrize(
    "line",
    [
        "state/** export-ignore",
        "state export-ignore",
        "state/** working-tree-encoding=UTF-16",
        "state/** eol=crlf",
        "state/** export-subst",
        "state/** filter=lfs ident",
    ],
)
def test_attributes_in_the_base_change_nothing_that_is_read_of_it(repo: Desk, line: str) -> None:
    repo.write(".gitattributes", f"{line}\n")
    commit(repo, ".gitattributes")
    repo.write("state/stories.yaml", CHANGED)
    sends_priority_alone(repo)


@pytest.mark.parametrize(
    "names",
    [
        ("GIT_DIR",),
        ("GIT_DIR", "GIT_WORK_TREE"),
        ("GIT_DIR", "GIT_INDEX_FILE"),
        ("GIT_COMMON_DIR",),
        ("GIT_OBJECT_DIRECTORY",),
        ("GIT_NAMESPACE",),
        ("GIT_ATTR_SOURCE",),
        ("GIT_EXTERNAL_DIFF",),
        ("GIT_SHALLOW_FILE",),
    ],
    ids="+".join,
)
@pytest.mark.parametrize("below", ["", "board"])
def test_variables_that_name_another_repository_are_not_obeyed(
    repo: Desk, tmp_path: Path, names: tuple[str, ...], below: str
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "nothing is wanted here")
    if below:
        git(repo.folder, "rm", "-rq", "--cached", "state")
        (repo.folder / below).mkdir()
        (repo.folder / "state").rename(repo.folder / below / "state")
        commit(repo, below)
        repo.folder /= below
    repo.write("state/stories.yaml", CHANGED)
    places = {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / ".git" / "index",
        "GIT_COMMON_DIR": other / ".git",
        "GIT_OBJECT_DIRECTORY": other / ".git" / "objects",
    }
    repo.environ |= {name: str(places.get(name, "nowhere")) for name in names}
    sends_priority_alone(repo)


def test_a_hook_of_a_linked_worktree_plans_by_its_own_repository(repo: Desk, tmp_path: Path) -> None:
    repo.write("state/stories.yaml", CHANGED)
    work = tmp_path / "work"
    git(repo.folder, "worktree", "add", "-q", str(work))
    inherited = {"GIT_DIR": git(work, "rev-parse", "--absolute-git-dir"), "GIT_PREFIX": ""}
    repo.environ |= {**inherited, "GIT_INDEX_FILE": f"{inherited['GIT_DIR']}/index"}
    sends_priority_alone(repo)


def test_the_variables_that_choose_a_repository_are_those_that_git_names(tmp_path: Path) -> None:
    kept = {"GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"}
    assert set(git(tmp_path, "rev-parse", "--local-env-vars").split()) - kept <= LOCAL


def test_git_gets_the_user_s_configuration_and_none_of_our_secrets(repo: Desk, tmp_path: Path) -> None:
    seen, real = tmp_path / "seen", tmp_path / "bin"
    real.mkdir()
    (real / "git").write_text(f'#!/bin/sh\nenv >> "{seen}"\nexec {GIT} "$@"\n')
    (real / "git").chmod(0o755)
    kept = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "GIT_SSH_COMMAND": "ssh -4",
        "GIT_ASKPASS": "/bin/false",
    }
    repo.environ |= {"PATH": f"{real}:{os.environ['PATH']}", **kept}
    repo.environ |= {"GITHUB_TOKEN": "ghs_secret", "RECONCILER_X": "secret"}
    repo.write("state/stories.yaml", CHANGED)
    repo.run("plan", "--base", "HEAD", "--format", "json")
    told = seen.read_text()
    assert all(f"{name}={value}\n" in told for name, value in kept.items())
    assert "HOME=" in told
    assert "GIT_NO_REPLACE_OBJECTS=1\n" in told
    assert not any(name in told for name in ("MEEGLE_", "RECONCILER_", "GITHUB_TOKEN"))


def test_the_repository_s_configuration_starts_no_program_and_replaces_no_object(
    repo: Desk, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch "{ran}"\n')
    program.chmod(0o755)
    git(repo.folder, "config", "core.fsmonitor", str(program))
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    program.rename(hooks / "post-index-change")
    git(repo.folder, "config", "core.hooksPath", str(hooks))
    empty = tmp_path / "empty"
    empty.write_text("space: demo\ntype: story\nitems: []\n")
    blob = git(repo.folder, "hash-object", "-w", str(empty))
    git(repo.folder, "replace", git(repo.folder, "rev-parse", "HEAD:state/stories.yaml"), blob)
    ran.unlink(missing_ok=True)
    repo.write("state/stories.yaml", CHANGED)
    repo.run("plan", "--base", "HEAD", "--changed", "--format", "json")
    sends_priority_alone(repo)
    assert not ran.exists()


def moved_file(desk: Desk) -> tuple[str, ...]:
    (desk.folder / "state/team").mkdir()
    (desk.folder / "state/stories.yaml").rename(desk.folder / "state/team/all.yaml")
    desk.write("state/team/all.yaml", CHANGED)
    return ()


def moved_folder(desk: Desk) -> tuple[str, ...]:
    (desk.folder / "state").rename(desk.folder / "board")
    desk.write("board/stories.yaml", CHANGED)
    return ("board",)


def under_the_key_of_the_space(desk: Desk) -> tuple[str, ...]:
    desk.write("state/stories.yaml", CHANGED.replace("demo", KEY))
    return ()


def one_of_two_files_moved(desk: Desk) -> tuple[str, ...]:
    desk.write("state/stories.yaml", CHANGED.replace("fields: {priority: P3, ", "fields: {"))
    desk.write("board/more.yaml", CHANGED.replace(", story_points: 5", ""))
    return ("state", "board")


def brought_into_state(desk: Desk) -> tuple[str, ...]:
    (desk.folder / "state").rename(desk.folder / "old")
    commit(desk)
    (desk.folder / "old").rename(desk.folder / "state")
    desk.write("state/stories.yaml", CHANGED)
    return ()


@pytest.mark.parametrize(
    "move", [moved_file, moved_folder, under_the_key_of_the_space, one_of_two_files_moved, brought_into_state]
)
def test_a_file_or_folder_that_was_moved_since_the_base_changes_nothing(
    repo: Desk, move: Callable[[Desk], tuple[str, ...]]
) -> None:
    paths = move(repo)
    changed = repo.run("plan", "--base", "HEAD", "--changed", *paths)
    assert changed.code == 0, changed.err
    assert "newly managed" not in changed.out
    planned = sends_priority_alone(repo, *paths)
    assert "changed here" in planned.out
    assert "released" not in planned.out


def test_a_space_that_the_base_calls_by_a_name_that_nobody_can_resolve_is_skipped_as_unknown(
    repo: Desk,
) -> None:
    repo.write("state/stories.yaml", BASE.replace("demo", "former"))
    commit(repo)
    repo.write("state/stories.yaml", CHANGED)
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert (done.code, repo.sent) == (1, [])
    assert "the base does not name it, and the plain variables are not for a space that is new" in done.err
    repo.environ.update({f"{one}__DEMO": repo.environ[one] for one in USUAL})
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert "state/stories.yaml names the space former, whose key is not known" in done.out
    assert (done.code, repo.sent) == (0, [])


def test_a_file_that_a_sparse_checkout_leaves_out_is_not_released(repo: Desk) -> None:
    repo.write("state/more/due.yaml", BASE.replace("priority: P0, story_points: 5", "due: 2026-04-21"))
    repo.run("validate")
    commit(repo)
    git(repo.folder, "sparse-checkout", "set", "--no-cone", "/*", "!/state/more/")
    assert not (repo.folder / "state/more").exists()
    repo.write("state/stories.yaml", CHANGED)
    planned = sends_priority_alone(repo)
    assert "released" not in planned.out
    assert "note: 1 file of state not checked out here" in planned.out
    assert saved(repo, "--base", "HEAD")["whole"] is False


def saved(desk: Desk, *arguments: str) -> Any:
    done = desk.run("plan", *arguments, "--format", "json=plan.json", "--format", "text")
    assert done.code == 0, done.err
    return json.loads((desk.folder / "plan.json").read_text(encoding="utf-8"))


def test_state_that_is_a_submodule_is_an_error_with_what_to_do(repo: Desk, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    git(tmp_path, "init", "-q", str(inner))
    (inner / "stories.yaml").write_text(BASE)
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "state")
    git(repo.folder, "rm", "-rq", "state")
    git(repo.folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "state")
    commit(repo)
    repo.write("state/stories.yaml", CHANGED)
    for command in (("plan",), ("apply", "--yes")):
        done = repo.run(*command, "--base", "HEAD")
        assert done.code == 1
        assert "state is a submodule in the commit" in done.err
    assert repo.sent == []


def test_a_submodule_elsewhere_is_no_concern(repo: Desk) -> None:
    git(repo.folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo.folder), "vendor")
    commit(repo)
    repo.write("state/stories.yaml", CHANGED)
    sends_priority_alone(repo)


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("drift",), ("plan", "--changed")])
def test_a_git_that_refuses_is_told_in_its_words_with_the_command_that_helps(
    repo: Desk, command: tuple[str, ...]
) -> None:
    repo.write("state/stories.yaml", CHANGED)
    repo.environ["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    flag = "--applied" if command == ("drift",) else "--base"
    done = repo.run(*command, flag, "HEAD")
    assert done.code == 1
    assert "git refuses: fatal: detected dubious ownership in repository" in done.err
    assert f"; `git config --global --add safe.directory {repo.folder}`" in done.err
    assert "leave --base" not in done.err
    assert repo.sent == []


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("record", "--fetch")])
def test_a_machine_without_git_is_told_so(repo: Desk, tmp_path: Path, command: tuple[str, ...]) -> None:
    repo.write("state/stories.yaml", CHANGED)
    repo.environ["PATH"] = str(tmp_path / "nothing")
    flags = () if command[0] == "record" else ("--base", "HEAD")
    done = repo.run(*command, *flags)
    assert done.code == 1
    assert done.err == "error: git is not installed; install git; nothing was planned or sent\n"
    assert repo.sent == []


@pytest.mark.parametrize("name", ["GIT_TEST_ASSUME_DIFFERENT_OWNER", "PATH"])
def test_without_a_base_a_plan_says_why_it_names_no_commit(repo: Desk, name: str) -> None:
    repo.environ[name] = "1"
    made = saved(repo)
    assert made["desired"]["commit"] is None
    assert any(note.startswith("no commit is named: ") for note in made["notes"])


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("state/link.yaml", "stories.yaml"),
        ("state/link.yaml", "nowhere.yaml"),
        ("state/link.yaml", "/etc/passwd"),
        ("state/team", "../elsewhere"),
        ("state/up", ".."),
        ("schemas/demo/people.json", "../../../people.json"),
        ("schemas/other", "/etc"),
        ("elsewhere.yaml", "/dev/zero"),
    ],
)
def test_a_symbolic_link_in_the_base_is_skipped_and_the_commit_that_mends_it_can_be_planned(
    repo: Desk, link: str, target: str
) -> None:
    path = repo.folder / link
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    sha = commit(repo)
    path.unlink()
    repo.write("state/stories.yaml", CHANGED)
    planned = sends_priority_alone(repo)
    followed = f"note: in the commit {sha[:12]} symbolic links are not followed: {link}"
    assert (followed in planned.out) == (link.startswith("state/") or "demo" in link)


def test_what_stood_behind_a_link_in_the_base_is_skipped_as_unknown(repo: Desk) -> None:
    (repo.folder / "state/stories.yaml").unlink()
    (repo.folder / "state/stories.yaml").symlink_to("/elsewhere/stories.yaml")
    commit(repo)
    (repo.folder / "state/stories.yaml").unlink()
    repo.write("state/stories.yaml", CHANGED)
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert done.out.startswith("base unknown: 2 fields skipped, since nobody can read what the base wanted\n")
    assert (done.code, repo.sent) == (0, [])


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("state/stories.yaml", "<<<<<<< ours\n"),
        ("state/stories.yaml", BASE.replace("priority: P0, story_points: 5", "no_such_field: 1")),
        ("state/stories.yaml", f"{BASE}# {'x' * (1 << 20)}\n"),
        ("state/reconciler.yaml", "people: [\n"),
        ("schemas/demo/story.json", "{"),
        ("schemas/demo/story.json", "<<<<<<< ours\n{}\n"),
        ("schemas/demo/story.json", '{"format_version": "2.0", "type": {"key": "story", "name": "Story"}}'),
        ("schemas/demo/people.json", '{"ana@example.com": "1", "ana@example.com": "2"}'),
        ("schemas/demo/items.json", '{"story": {"a": "1"}}'),
        ("schemas/demo/profile.json", '{"forms": {"no_such_type": "x"}}'),
        ("schemas/demo/items.json", "\ufeff{}"),
    ],
    ids=[
        *("conflict", "field", "large", "settings", "pins"),
        *("pins-conflict", "pins-format", "people-twice", "items-shape", "profile", "bom"),
    ],
)
def test_what_the_base_holds_and_nobody_can_read_is_skipped_never_newly_managed(
    repo: Desk, file: str, text: str
) -> None:
    if not file.endswith("stories.yaml"):
        repo.write("state/stories.yaml", BASE.replace("story_points: 5", "story_points: [5"))
    repo.write(file, text)
    commit(repo)
    git(repo.folder, "rm", "-q", "--cached", file)
    (repo.folder / file).unlink()
    repo.write("state/stories.yaml", CHANGED)
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert done.out.startswith("base unknown: 2 fields skipped"), done.out + done.err
    assert "newly managed" not in done.out
    assert (done.code, repo.sent) == (0, [])


def partial(desk: Desk, tmp_path: Path) -> Path:
    """A clone that has fetched no file but those that are checked out."""
    git(desk.folder, "config", "uploadpack.allowFilter", "true")
    git(desk.folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    desk.write("state/stories.yaml", CHANGED)
    commit(desk)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{desk.folder}", str(clone))
    return clone


def test_a_partial_clone_fetches_what_it_lacks_of_the_base(repo: Desk, tmp_path: Path) -> None:
    repo.folder = partial(repo, tmp_path)
    sends_priority_alone(repo, base="HEAD~1")


def test_a_partial_clone_that_cannot_fetch_is_told_in_git_s_words(repo: Desk, tmp_path: Path) -> None:
    clone = partial(repo, tmp_path)
    git(clone, "remote", "set-url", "origin", str(tmp_path / "gone"))
    repo.folder = clone
    for command in (("plan",), ("apply", "--yes")):
        done = repo.run(*command, "--base", "HEAD~1")
        assert done.code == 1
        assert "git cannot read a file of the commit: fatal: " in done.err
        assert "`git fetch --refetch --no-filter`" in done.err
    assert repo.sent == []


def test_a_file_of_the_base_that_git_has_lost_is_an_error(repo: Desk) -> None:
    lost = git(repo.folder, "rev-parse", "HEAD:state/stories.yaml")
    (repo.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    repo.write("state/stories.yaml", CHANGED)
    for command in (("plan",), ("apply", "--yes")):
        done = repo.run(*command, "--base", "HEAD")
        assert (done.code, f"git cannot read a file of the commit: {lost} is missing" in done.err) == (
            1,
            True,
        )
    assert repo.sent == []


def test_doctor_says_why_git_refuses(repo: Desk) -> None:
    repo.environ["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    assert "git refuses: fatal: detected dubious ownership" in repo.run("doctor").out


@pytest.mark.parametrize("base", ["", " "])
@pytest.mark.parametrize("command", [("plan",), ("plan", "--changed"), ("apply", "--yes")])
def test_an_empty_base_is_refused_as_the_empty_variable_that_it_is(
    repo: Desk, command: tuple[str, ...], base: str
) -> None:
    repo.write("state/stories.yaml", CHANGED)
    done = repo.run(*command, f"--base={base}")
    assert done.code == 1
    assert "--base is empty; name a commit, or leave --base out" in done.err
    assert repo.sent == []


ODD_MESSAGES = {
    "another version's": '{"format_version": "2.0", "space": "demo", "commit": "COMMIT", "unapplied": []}',
    "another space's": '{"format_version": "1.0", "space": "other", "commit": "COMMIT", "unapplied": []}',
    "another commit's": '{"format_version": "1.0", "space": "demo", "commit": "OTHER", "unapplied": []}',
    "one cut short": '{"format_version": "1.0", "space": "demo", "com',
    "a release's": "Release 1.2",
}


@pytest.mark.parametrize("message", ODD_MESSAGES.values(), ids=ODD_MESSAGES)
def test_a_tag_that_holds_no_record_never_says_that_all_was_applied(repo: Desk, message: str) -> None:
    sha = git(repo.folder, "rev-parse", "HEAD")
    text = message.replace("COMMIT", sha).replace("OTHER", "1" * 40)
    git(repo.folder, "-c", "tag.gpgSign=false", "tag", "-a", "odd", "-m", text)
    git(repo.folder, "-c", "tag.gpgSign=false", "tag", "-a", "outer", "-m", "x", "odd")
    git(repo.folder, "update-ref", "refs/reconciler/applied/demo", "refs/tags/odd")
    repo.write("state/stories.yaml", CHANGED)
    for ref in ("odd", "outer", "refs/reconciler/applied/demo"):
        for command in (("plan",), ("apply", "--yes"), ("drift",), ("runs", "verify")):
            named = () if command[0] in {"drift", "runs"} else ("--applied", ref)
            done = repo.run(*command, *named)
            assert (done.code, "holds no record of demo that this version can read" in done.err) == (
                1,
                True,
            ), done
            assert f"name the commit itself: {sha}" in done.err
    assert LEFT in repo.run("plan", "--applied", "odd^{commit}").out
    assert repo.sent == []


@pytest.mark.parametrize(
    "ref", ["HEAD^{tree}", "HEAD:state/stories.yaml", "--all", "-h", "HEAD..HEAD", "HEAD\n"]
)
@pytest.mark.parametrize("option", ["--base", "--applied"])
def test_what_names_no_commit_is_refused(repo: Desk, option: str, ref: str) -> None:
    repo.write("state/stories.yaml", CHANGED)
    done = repo.run("apply", "--yes", f"{option}={ref}")
    assert (done.code, "no commit " in done.err) == (1, True), done
    assert repo.sent == []


def test_a_tag_of_the_base_names_its_commit(repo: Desk) -> None:
    git(repo.folder, "-c", "tag.gpgSign=false", "tag", "-a", "v1", "-m", "Release 1")
    repo.write("state/stories.yaml", CHANGED)
    sends_priority_alone(repo, base="v1")


# -- the settings of the base ------------------------------------------------------------------------


GUARDS = "spaces:\n  demo:\n    guards: {changes: 0}\n"


def to_the_top(desk: Desk) -> tuple[str, ...]:
    git(desk.folder, "mv", "state/reconciler.yaml", "reconciler.yaml")
    return ()


def with_the_folder(desk: Desk) -> tuple[str, ...]:
    git(desk.folder, "mv", "state", "board")
    return ("board",)


def gone(desk: Desk) -> tuple[str, ...]:
    git(desk.folder, "rm", "-q", "state/reconciler.yaml")
    return ()


@pytest.mark.parametrize("move", [to_the_top, with_the_folder, gone])
def test_settings_that_were_moved_since_the_base_still_set_its_limits(
    repo: Desk, move: Callable[[Desk], tuple[str, ...]]
) -> None:
    repo.write("state/reconciler.yaml", GUARDS)
    commit(repo)
    paths = move(repo)
    repo.write(f"{paths[0] if paths else 'state'}/stories.yaml", CHANGED)
    for path in repo.folder.rglob("reconciler.yaml"):
        path.write_text(GUARDS.replace("0", "500"))
    done = repo.run("apply", "--yes", "--base", "HEAD", *paths)
    assert done.code == 4, done.out + done.err
    assert "Guard 'changes' stops an apply: 1 item, at most 0 items are allowed." in done.out
    assert "settings changed: spaces.demo.guards.changes: 0 → " in done.out
    assert repo.sent == []


def test_settings_of_the_base_that_cannot_be_read_raise_no_limit(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", "spaces: [\n")
    commit(repo)
    repo.write("state/reconciler.yaml", GUARDS.replace("0}", "0, allow: [{changes: 9}]}"))
    repo.write("state/stories.yaml", CHANGED)
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert (done.code, "at most 0 items are allowed" in done.out) == (4, True)
    assert repo.sent == []


# -- the commit of the plan --------------------------------------------------------------------------


def untracked(desk: Desk) -> None:
    desk.write("state/more.yaml", BASE.replace("priority: P0, story_points: 5", "due: 2026-04-21"))


def ignored(desk: Desk) -> None:
    desk.write(".git/info/exclude", "more.yaml\n")
    untracked(desk)


def assumed(desk: Desk) -> None:
    git(desk.folder, "update-index", "--assume-unchanged", "state/stories.yaml")
    desk.write("state/stories.yaml", CHANGED.replace("P3", "P2"))


def skipped(desk: Desk) -> None:
    git(desk.folder, "update-index", "--skip-worktree", "state/stories.yaml")
    desk.write("state/stories.yaml", CHANGED.replace("P3", "P2"))


def settings(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "people: {}\n")


def pins(desk: Desk) -> None:
    desk.write("schemas/demo/people.json", "{}\n")


def deleted(desk: Desk) -> None:
    (desk.folder / "state/other.yaml").unlink()


@pytest.mark.parametrize("make", [untracked, ignored, assumed, skipped, settings, pins, deleted])
def test_a_plan_of_a_file_that_the_commit_does_not_hold_is_dirty_and_refused(
    repo: Desk, make: Callable[[Desk], None]
) -> None:
    repo.write("state/stories.yaml", CHANGED)
    repo.write("state/other.yaml", BASE.replace("priority: P0, story_points: 5", "ext_ref: x"))
    sha = commit(repo)
    assert saved(repo)["desired"] == {"commit": sha, "dirty": False}
    make(repo)
    assert saved(repo, "--base", "HEAD~1")["desired"] == {"commit": sha, "dirty": True}
    done = repo.run("apply", "plan.json", "--require-commit", sha)
    assert (done.code, "files that differ from their commit" in done.err) == (1, True)
    assert repo.sent == []


def test_files_that_the_loader_skips_and_line_ends_make_no_plan_dirty(repo: Desk) -> None:
    repo.write("state/stories.yaml", CHANGED)
    sha = commit(repo)
    repo.write("state/README.md", "words\n")
    repo.write("state/.hidden.yaml", "words\n")
    repo.write("state/.git-ignored/more.yaml", "words\n")
    repo.write("notes.yaml", "words\n")
    git(repo.folder, "config", "core.autocrlf", "true")
    (repo.folder / "state/stories.yaml").write_bytes(CHANGED.replace("\n", "\r\n").encode())
    assert saved(repo, "--base", "HEAD~1")["desired"] == {"commit": sha, "dirty": False}
    assert repo.run("apply", "plan.json", "--require-commit", sha).code == 0
    assert repo.sent == [PRIORITY]


def test_changed_sees_files_that_git_is_told_not_to_look_at(repo: Desk) -> None:
    assumed(repo)
    ignored(repo)
    done = repo.run("plan", "--base", "HEAD", "--changed")
    assert "P0 → P2  changed here" in done.out
    assert "state/more.yaml" in done.out


def test_an_apply_is_recorded_where_the_checkout_moved_between_plan_and_apply(repo: Desk) -> None:
    repo.write("state/stories.yaml", CHANGED)
    sha = commit(repo)
    saved(repo, "--applied", "HEAD~1")
    repo.write("notes.md", "merged in the meantime\n")
    commit(repo)
    assert repo.run("apply", "plan.json").code == 0
    (journal,) = repo.folder.glob(".reconciler/runs/*/journal.jsonl")
    assert json.loads(journal.read_text().splitlines()[0])["commit"] == sha
    done = repo.run("record", "plan.json")
    assert (done.code, done.out) == (
        0,
        f"refs/reconciler/applied/demo is {sha[:12]}; 0 rows are not at it.\n",
    )


@pytest.mark.parametrize("apart", [-3500, 3500])
@pytest.mark.parametrize("of_the_plan", [True, False])
def test_clocks_up_to_an_hour_apart_do_not_matter_to_record(
    repo: Desk, apart: int, *, of_the_plan: bool
) -> None:
    repo.write("state/stories.yaml", CHANGED)
    sha = commit(repo)
    noon = 1_900_000_000
    repo.environ["SOURCE_DATE_EPOCH"] = str(noon)
    saved(repo, "--applied", "HEAD~1")
    repo.environ["SOURCE_DATE_EPOCH"] = str(noon + apart)
    what = ("plan.json",) if of_the_plan else ("--yes", "--applied", "HEAD~1")
    assert repo.run("apply", *what).code == 0
    done = repo.run("record", "plan.json")
    assert (done.code, sha[:12] in done.out) == (0, True), done.err


def test_the_journal_of_another_plan_that_sent_the_same_is_not_taken_for_this_one_s(repo: Desk) -> None:
    repo.write("state/stories.yaml", CHANGED)
    commit(repo)
    saved(repo, "--applied", "HEAD~1")
    assert repo.run("apply", "plan.json").code == 0
    repo.world.edit(STORY, "priority", {"value": "option_0"}, by=BO)
    repo.environ["SOURCE_DATE_EPOCH"] = "2000000000"
    saved(repo, "--applied", "HEAD~1")
    done = repo.run("record", "plan.json")
    assert (done.code, "no journal tells that this plan was carried out" in done.err) == (1, True)
