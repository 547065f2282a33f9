"""A week with the tool: steps that the recipes name, what each took, and what was opened for them."""

from __future__ import annotations

import contextlib
import re
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.conftest import Desk, desk_in
from tests.git_repository import git

PAGE: Final = Path(__file__).parents[2] / "docs/recipes.md"
TABLE: Final = "The week in a table"
BLOCK = re.compile(r"^```sh\n(?P<block>.*?)^```$|`(?P<inline>reconciler [^`]+)`", re.MULTILINE | re.DOTALL)
BETWEEN = re.compile(r"&&|\|\||[|;\n]|\$\(|\)")
"""Signs of the shell between two commands."""
GROUPS: Final = frozenset({"schema", "runs", "sandbox"})
"""Commands whose second word is a command, too."""
COLUMNS: Final = ("story", "commands", "seconds", "recipes opened")
DONE: Final = "No changes. Live work items match the desired state."


@lru_cache
def recipes() -> dict[str, tuple[str, ...]]:
    """Return the commands of each recipe, in the order in which a reader meets them."""
    chapters = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {chapter.partition("\n")[0]: tuple(commands_of(chapter)) for chapter in chapters}


def commands_of(chapter: str) -> Iterator[str]:
    for hit in BLOCK.finditer(chapter):
        text = (hit["block"] or hit["inline"]).replace("\\\n", " ")
        for part in BETWEEN.split(text):
            command = " ".join(part.replace('"', " ").split())
            if command.startswith("reconciler "):
                yield command


def form_of(command: str) -> tuple[str, frozenset[str]]:
    """Return the words and the flags of a command, without values."""
    words = [one for one in command.split()[1:] if one != "…"]
    flags = frozenset(one.partition("=")[0] for one in words if one.startswith("--"))
    return " ".join(words[: 2 if words[0] in GROUPS and len(words) > 1 else 1]), flags


def is_named(command: str, named: str) -> bool:
    """Whether a recipe's command has the words and the flags of another."""
    (words, flags), (its_words, its_flags) = form_of(command), form_of(named)
    return words == its_words and flags <= its_flags


@dataclass(frozen=True, slots=True)
class Step:
    """A command as it was given, the recipe that names it, and what came of it."""

    command: str
    recipe: str
    code: int
    output: str


@dataclass(slots=True)
class Diary:
    """What somebody does in a week, at a desk whose folder is a repository."""

    desk: Desk
    steps: list[Step] = field(default_factory=list)
    seconds: float = 0.0

    def run(self, command: str, recipe: str, *, says: str = "", code: int = 0) -> str:
        """Give a command that a recipe names; returns what it printed."""
        assert any(is_named(command, one) for one in recipes()[recipe]), f"{recipe} does not name: {command}"
        if self.steps and self.steps[-1].code:
            assert is_answer(self.steps[-1], command), f"nothing leads from {self.steps[-1]} to {command}"
        start = perf_counter()
        done = self.desk.run(*shlex.split(command)[1:])
        self.seconds += perf_counter() - start
        output = done.out + done.err
        assert done.code == code, f"{command} ended with {done.code}:\n{output}"
        assert says in output, f"{command} did not say {says!r}:\n{output}"
        self.steps.append(Step(command, recipe, code, output))
        return output

    def edit(self, file: str, text: str) -> None:
        """Write a file by hand."""
        self.desk.write(file, text)

    def git(self, *arguments: str) -> str:
        return git(self.desk.folder, *arguments)

    def commit(self, title: str) -> None:
        self.git("add", ".")
        self.git("commit", "-qm", title)

    def row(self, title: str) -> tuple[str, ...]:
        """Return the story's row of the table."""
        assert self.steps[-1].code == 0, "a story ends well"
        opened = dict.fromkeys(one.recipe for one in self.steps)
        links = ", ".join(f"[{one}](#{one.lower().replace(' ', '-')})" for one in opened)
        return title, str(len(self.steps)), f"{self.seconds:.1f}", links


def is_answer(failed: Step, command: str) -> bool:
    """Whether what failed names the next command, or the recipe does, right behind."""
    if " ".join(command.split()) in " ".join(failed.output.split()):
        return True
    named = recipes()[failed.recipe]
    behind = [then for one, then in pairwise(named) if is_named(failed.command, one)]
    return any(is_named(command, one) for one in behind)


@contextlib.contextmanager
def week(folder: Path) -> Iterator[Diary]:
    """A repository as `init` makes it, of a space in which nothing is managed yet."""
    with desk_in(folder) as desk:
        git(folder, "init", "-q")
        yield Diary(desk)


def adopt(diary: Diary) -> None:
    """Take over all stories, and commit that."""
    diary.run("reconciler init --space demo --type story", "Take over a type")
    diary.run("reconciler pull --type story --into state/demo/story.yaml", "Take over a type")
    diary.commit("Take over the stories")


def shown_row(title: str) -> tuple[str, ...]:
    """Return a story's row as the page has it."""
    return next(cells for cells in shown_rows() if cells[0] == title)


def shown_rows() -> list[tuple[str, ...]]:
    chapter = PAGE.read_text(encoding="utf-8").split(f"## {TABLE}\n", 1)[-1].split("\n## ")[0]
    lines = [line for line in chapter.splitlines() if line.startswith("| ")][2:]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]


def hold(title: str, diary: Diary) -> None:
    """Hold a story against its row; seconds are the machine's."""
    made, shown = diary.row(title), shown_row(title)
    assert (made[:2], made[3]) == (shown[:2], shown[3]), "write it anew by `python -m tests.week`"


def temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="reconciler-week-")
