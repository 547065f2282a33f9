"""A new repository is one command away: it plans at once, and nothing that was there is overwritten."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.adopt.workflows import ready

if TYPE_CHECKING:
    from tests.conftest import Desk

TYPES = ("--type", "story", "--type", "Issue", "--type", "release")


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_new_repository_validates_and_plans_empty_at_once(desk: Desk) -> None:
    done = desk.run("init", "--space", "demo", *TYPES)
    assert (done.code, done.err) == (0, "")
    assert desk.run("validate").out == "Valid: 3 items in 3 files.\n"
    assert "No changes." in desk.run("plan").out
    assert desk.run("fmt", "--check").code == 0
    assert desk.run("schema", "check", "--detailed-exitcode").code == 0
    assert desk.world.writes == []
    assert "  reconciler pull --type issue --into state/demo/issue.yaml\n" in done.out
    flows = [f".github/workflows/{name}" for name in ready()]
    pins = [
        f"schemas/demo/{kind}{end}.json" for kind in ("issue", "release", "story") for end in ("", ".schema")
    ]
    assert files_in(desk.folder) == sorted(
        [
            *(".gitignore", ".reconciler/.gitignore", ".vscode/settings.json", "README.md"),
            *(".prettierignore", ".yamllint"),
            "schemas/settings.schema.json",
            *(*flows, *pins, "schemas/demo/people.json", "state/reconciler.yaml"),
            *(f"state/demo/{kind}.yaml" for kind in ("issue", "release", "story")),
        ]
    )


def test_the_line_that_it_ends_with_takes_over_the_rest_of_a_type(desk: Desk) -> None:
    desk.run("init", "--space", "demo", "--type", "story")
    done = desk.run("pull", "--type", "story", "--into", "state/demo/story.yaml")
    assert "; 1 item in the files already (state/demo/story.yaml).\n" in done.out
    assert "No changes." in desk.run("plan").out


def test_a_second_time_changes_nothing(desk: Desk) -> None:
    desk.run("init", "--space", "demo", *TYPES)
    before = {name: (desk.folder / name).read_bytes() for name in files_in(desk.folder)}
    done = desk.run("init", "--space", "demo", *TYPES)
    assert done.code == 0
    assert "wrote" not in done.out
    assert {name: (desk.folder / name).read_bytes() for name in files_in(desk.folder)} == before


def test_without_a_terminal_it_says_what_to_choose_from(desk: Desk) -> None:
    assert desk.run("init").err == "error: --space is not given; write --space with one of demo\n"
    types = desk.run("init", "--space", "demo").err
    assert types == "error: --type is not given; write --type with one of issue, release, story\n"
    wrong = desk.run("init", "--space", "demo", "--type", "storry")
    assert wrong.err == "error: no type 'storry' in demo; did you mean 'story'?\n"
    zone = desk.run("init", "--space", "demo", "--type", "story", "--time-zone", "Mars/Base")
    assert zone.err == "error: no time zone 'Mars/Base'; write an IANA name such as Asia/Shanghai\n"
    assert files_in(desk.folder) == []


def test_the_host_may_be_given_where_no_variable_names_it(desk: Desk) -> None:
    host = desk.environ.pop("MEEGLE_BASE_URL")
    done = desk.run("init", "--host", host, "--space", "demo", "--type", "story")
    assert (done.code, done.err) == (0, "")
    assert f"  export MEEGLE_BASE_URL={host}\n" in done.out
    assert not any(host in (desk.folder / name).read_text(encoding="utf-8") for name in files_in(desk.folder))
    strange = desk.run("init", "--host", "https://example.com", "--space", "demo", "--type", "story")
    assert "names a host that is not on the list" in strange.err


def test_at_a_terminal_it_asks_for_what_is_not_given(desk: Desk) -> None:
    ours, theirs = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "init"],
        cwd=desk.folder,
        env={**os.environ, **desk.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    os.write(ours, b"\nstory, issue\n")
    out, err = asking.communicate(timeout=60)
    os.close(ours)
    assert asking.returncode == 0, err
    assert "The space [demo]: " in err
    assert "Its types, separated by commas" in err
    assert files_in(desk.folder / "state/demo") == ["issue.yaml", "story.yaml"]
    assert "wrote state/reconciler.yaml\n" in out


# -- a repository that an older version began -----------------------------------------------------------

FLOWS = Path(".github/workflows")
GIT = shutil.which("git") or "git"
OLD = Path(__file__).parents[1] / "compat" / "c233f07" / "repository.bundle"


def older(folder: Path) -> Path:
    """A repository with the three workflows of the first version, and one of an author's own."""
    clone = folder / ".git" / "older"
    subprocess.run([GIT, "clone", "-q", str(OLD), str(clone)], check=True)
    shutil.copytree(clone / FLOWS, folder / FLOWS)
    steps = "      - {uses: 'actions/checkout@v4'}\n      - uses: other/one@v1\n"
    own = f"on: push\njobs:\n  a: &a\n    steps:\n{steps}  b: *a\n"
    (folder / FLOWS / "own.yaml").write_text(own, encoding="utf-8")
    return folder / FLOWS


def test_what_runs_leave_is_never_committed_also_beside_a_gitignore_of_one_s_own(desk: Desk) -> None:
    desk.write(".gitignore", "*.pyc\n")
    subprocess.run([GIT, "init", "-q"], cwd=desk.folder, check=True)
    desk.run("init", "--space", "demo", "--type", "story")
    desk.write(".reconciler/runs/x/journal.jsonl", "{}\n")
    subprocess.run([GIT, "add", "-A"], cwd=desk.folder, check=True)
    added = subprocess.run([GIT, "ls-files"], cwd=desk.folder, check=True, capture_output=True, text=True)
    assert "state/demo/story.yaml" in added.stdout
    assert ".reconciler" not in added.stdout


def test_init_tells_what_is_outdated_in_a_repository_that_is_there(desk: Desk) -> None:
    older(desk.folder)
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert done.code == 0
    assert ".github/workflows/apply.yml: as an older version wrote it" in done.err
