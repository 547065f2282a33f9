"""A shell asks how a word may go on: Bash by its real script, the others by what their scripts ask.

It happens while somebody types: no request, no file, no word on stderr, whatever is broken here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from reconciler.cli import COMMANDS, VARIABLE, group, main
from reconciler.cli.habits import all_commands

ROOT = Path(__file__).parents[2]
BASH = shutil.which("bash") or ""
SHELLS = {
    "bash": "complete -o nosort -F _reconciler_completion reconciler",
    "zsh": "#compdef reconciler",
    "fish": "complete --no-files --command reconciler",
}
ASK: Final = """
eval "$(reconciler completion bash)"
compopt() { echo files; }
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMPREPLY=()
_reconciler_completion reconciler "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
RUN = "20261128T191509Z-000001abcd"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with pins, an item, a run, broken settings, and the command in `bin/`."""
    folder = tmp_path_factory.mktemp("completion")
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    for file, text in {
        "state/demo/stories.yaml": "space: demo\ntype: story\nitems:\n  - 6300012345\n  - {id: 6300012346}\n",
        "state/reconciler.yaml": "spaces: [[[\n",
        f".reconciler/runs/{RUN}/journal.jsonl": "",
        "bin/reconciler": f'#!/bin/sh\nexec "{sys.executable}" -W error -m reconciler "$@"\n',
    }.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "bin/reconciler").chmod(0o755)
    return folder


def environ(folder: Path, **more: str) -> dict[str, str]:
    """An environment whose service nobody answers for, and whose home is the folder."""
    return {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "MEEGLE_BASE_URL": "http://127.0.0.1:9",
        "MEEGLE_PLUGIN_ID": "MII_000",
        "MEEGLE_PLUGIN_SECRET": "secret",
        "MEEGLE_USER_KEY": "7310000000000000001",
        **more,
    }


def offered(folder: Path, line: str, *, where: str = ".") -> list[str]:
    """Ask Bash how the last word of a line may go on; nothing is written, and nothing said beside it."""
    before = sorted(folder.rglob("*"))
    done = subprocess.run(
        [BASH, "--norc", "-c", ASK, "bash", *line.split(" ")],
        cwd=folder / where,
        env=environ(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert sorted(folder.rglob("*")) == before
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("reconciler pla", ["plan"]),
        ("reconciler plan --on", ["--only"]),
        ("reconciler schema ", ["check", "pull"]),
        ("reconciler help rol", ["rollback"]),
        ("reconciler plan --format m", ["markdown"]),
        ("reconciler plan --space ", ["demo"]),
        ("reconciler plan --log-level d", ["debug"]),
        ("reconciler completion b", ["bash"]),
        ("reconciler pull --type ", ["issue", "release", "story"]),
        ("reconciler pull --fields pri", ["priority"]),
        ("reconciler pull --fields al", ["all"]),
        ("reconciler pull --fields priority,du", ["priority,due"]),
        ("reconciler pull --fields roles.Des", ["roles.Designer"]),
        ("reconciler move --fields sched", ["schedule"]),
        ("reconciler pull --fields priority,prio", [""]),
        ("reconciler plan --only sto", ["story"]),
        ("reconciler plan --only story.prio", ["story.priority"]),
        ("reconciler plan --exclude story.roles.Q", ["story.roles.QA"]),
        ("reconciler plan --only = story.prio", ["story.priority"]),
        ("reconciler plan --only =", ["issue", "release", "story"]),
        ("reconciler plan --only 63", ["6300012345", "6300012346"]),
        ("reconciler why 6300012345.prio", ["6300012345.priority"]),
        ("reconciler plan --only story.work_item_status", [""]),
        ("reconciler rollback ", ["last", RUN]),
        ("reconciler runs 2026", [RUN]),
        ("reconciler notify --run la", ["last"]),
        ("reconciler plan --only state/", ["files", ""]),
        ("reconciler plan --out pl", ["files", ""]),
        ("reconciler validate sta", ["files", ""]),
        ("reconciler plan --max-share many --only sto", ["story"]),
        ("reconciler plan --space nosuch --only rel", ["release"]),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_bash_offers_what_fits(folder: Path, line: str, words: list[str]) -> None:
    assert offered(folder, line) == words


@pytest.mark.parametrize("line", ["nosuch ", "plan --nosuch ", "plan '", "runs a b c ", "schema nosuch --x "])
def test_an_odd_line_is_answered_in_silence(folder: Path, line: str) -> None:
    offered(folder, f"reconciler {line}")


def test_a_folder_with_nothing_in_it_offers_no_names(folder: Path) -> None:
    assert offered(folder, "reconciler plan --only sto", where="bin") == [""]
    assert offered(folder, "reconciler rollback ", where="bin") == ["last"]


@pytest.mark.parametrize("broken", ["{", "[]", '{"type": {"fields": 3}}', "\ufeff{}", '{"type": null}'])
def test_broken_pins_offer_nothing_and_say_nothing(tmp_path: Path, broken: str, folder: Path) -> None:
    (tmp_path / "schemas/demo").mkdir(parents=True)
    (tmp_path / "schemas/demo/story.json").write_text(broken, encoding="utf-8")
    for line in ("plan --only story.", "pull --fields ", "pull --type "):
        done = asked("bash", f"reconciler {line}", tmp_path, folder)
        assert (done.returncode, done.stdout.strip() in {"", "plain,all"}, done.stderr) == (0, True, "")


def asked(shell: str, line: str, where: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask as a shell's script asks."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    if shell == "fish":
        words["COMP_CWORD"] = line.rpartition(" ")[2]
    return subprocess.run(
        [folder / "bin/reconciler"],
        cwd=where,
        env=environ(folder, **words, **{VARIABLE: f"{shell}_complete"}),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_is_answered(folder: Path, shell: str) -> None:
    done = asked(shell, "reconciler plan --only story.prio", folder, folder)
    assert "story.priority" in done.stdout
    assert done.stderr == ""


def test_an_answer_imports_nothing_heavy(folder: Path) -> None:
    code = (
        "import atexit, sys; atexit.register(lambda: print('MODULES', *sys.modules));"
        "from reconciler.cli import main; main([])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environ(
            folder,
            COMP_WORDS="reconciler plan --only story.prio",
            COMP_CWORD="3",
            **{VARIABLE: "bash_complete"},
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    answer, _, modules = done.stdout.partition("MODULES")
    assert answer.strip() == "plain,story.priority"
    loaded = {name.partition(".")[0] for name in modules.split()}
    assert loaded.isdisjoint({"httpx", "pydantic", "ruamel", "rich", "jinja2", "deepdiff", "flask"})


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert SHELLS[shell] in script
    assert f"{VARIABLE}={shell}_complete" in script
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=script, text=True, check=True)


def test_another_shell_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 1
    assert "is not one of 'bash', 'zsh', 'fish'" in capsys.readouterr().err


def test_every_command_is_offered(folder: Path) -> None:
    assert set(offered(folder, "reconciler ")) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(all_commands(group)))
def test_every_command_answers_in_silence(folder: Path, name: str) -> None:
    done = asked("bash", f"reconciler {name} --", folder, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "plain,--help" in done.stdout
