"""The ready workflows: the actions that they use, and which files of a repository are outdated.

One table, `templates/actions/actions.yml`, names each action with its version, the hash of that version's
commit and its runtime.  `python -m reconciler.adopt.workflows` writes them into templates and workflows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from reconciler.manifest.safe_write import write

FOLDER = ".github/workflows"
GITLAB = ".gitlab/reconciler"
GITLAB_CI = ".gitlab-ci.yml"
"""The file that a GitLab project has one of; ours holds the line that includes the pieces."""
YEAR = timedelta(days=365)
ROW = re.compile(
    r"- uses: (?P<name>\S+)@(?P<sha>[0-9a-f]{40}) # (?P<version>v\S+)\n"
    r" +runtime: (?P<runtime>\S+)(?:\n +replaces: \[(?P<replaces>[^\]]*)\])?"
)
CHECKED = re.compile(r"^checked: (\d{4}-\d\d-\d\d)$", re.MULTILINE)
PIN = re.compile(r"(?P<before>\buses: )(?P<name>[\w.-]+/[\w.-]+)@\S+(?: # \S+)?")
"""A use of an action as our own files write it."""
USE = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(?:/[^@\s]*)?@(?P<ref>\S+)")
"""The text after `uses:` for an action of another repository."""
SEAL = re.compile(
    r"\n# This is (?P<name>[\w./-]+) of reconciler; `reconciler init --upgrade` renews it unless edited\."
    r"\n# SHA-256 of the lines above: (?P<digest>[0-9a-f]{64})\n?\Z"
)
"""The end of a file that `init` wrote."""
FIRST = {
    "plan.yml": "a06a23185c4f94b11fbe6e1a6e67c58eefc07513fa4eb8bfd7013a7be63c9286",
    "apply.yml": "a797ba8856597f9312adc07c90b0961a796068798cc03aba17687e3ee17728e2",
    "drift.yml": "b3c47b6a291166354bab0a870f62f9240bcb7ee308426e48d509a34417038e4b",
}
"""The SHA-256 of the files that the first version wrote: they have no seal yet."""


class Action(NamedTuple):
    """An action of the table; `replaces` names those that it took the place of."""

    name: str
    version: str
    sha: str
    runtime: str
    replaces: tuple[str, ...] = ()

    @property
    def pin(self) -> str:
        """The text after `uses:`."""
        return f"{self.name}@{self.sha} # {self.version}"


class Table(NamedTuple):
    """All actions by their names in lower case, those that they replace included."""

    checked: date
    actions: Mapping[str, Action]

    def is_old(self, today: date) -> bool:
        """Return True if newer versions are likely by now."""
        return today - self.checked > YEAR


class Outdated(NamedTuple):
    """A use of an action with another hash than the table's; `line` counts from 1."""

    line: int
    used: str
    action: Action


def template_folder() -> Traversable:
    """Return where the templates are."""
    return files("reconciler") / "templates"


@cache
def read_table() -> Table:
    """Read the table."""
    text = (template_folder() / "actions" / "actions.yml").read_text("utf-8")
    rows = [
        Action(row["name"], row["version"], row["sha"], row["runtime"], tuple(list_members(row["replaces"])))
        for row in ROW.finditer(text)
    ]
    named = {name.lower(): row for row in rows for name in (row.name, *row.replaces)}
    return Table(date.fromisoformat(CHECKED.findall(text)[0]), named)


def list_members(text: str | None) -> list[str]:
    """Return the members of a list in brackets."""
    return [one.strip() for one in (text or "").split(",") if one.strip()]


def ready(kind: str = "workflows") -> dict[str, str]:
    """Return the text of each ready file of a kind by its name, in the order of the names."""
    home = template_folder() / kind
    found = [one for one in home.iterdir() if one.name.endswith(".yml")] if home.is_dir() else []
    return {one.name: one.read_text("utf-8") for one in sorted(found, key=lambda one: one.name)}


def of_github() -> dict[str, str]:
    """Return the files that a repository on GitHub gets."""
    return {f"{FOLDER}/{name}": text for name, text in ready().items()}


def of_gitlab() -> dict[str, str]:
    """Return the files that a project on GitLab gets."""
    pieces = {f"{GITLAB}/{name}": text for name, text in ready("gitlab").items()}
    return {**pieces, GITLAB_CI: (template_folder() / "gitlab-ci.yml").read_text("utf-8")}


FORGES = {"github": of_github, "gitlab": of_gitlab}
"""The files that `init --forge` writes."""


def sealed_files() -> dict[str, str]:
    """Return the text of each file that has a seal, by the name in it."""
    return ready() | {f"gitlab/{name}": text for name, text in ready("gitlab").items()}


# -- what a repository has ---------------------------------------------------------------------------


def outdated(text: str) -> Iterator[Outdated]:
    """Yield each use of an action of the table with another hash; raises ValueError where it is no YAML."""
    actions = read_table().actions
    for line, used in uses_of(text):
        found = USE.fullmatch(used)
        action = actions.get(found["name"].lower()) if found else None
        if found and action and (found["ref"], found["name"].lower()) != (action.sha, action.name.lower()):
            yield Outdated(line, used, action)


def uses_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the value of each `uses:`, with its line; raises ValueError where the text is no YAML."""
    try:
        # The pure parser: anchors are fine here, and the C one loses them.
        ahead: list[Node | None] = [YAML(typ="safe", pure=True).compose(text)]
    except YAMLError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    seen: set[int] = set()
    found: list[tuple[int, str]] = []
    while ahead:
        node = ahead.pop()
        if node is None or isinstance(node, ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        pairs = node.value if isinstance(node, MappingNode) else [(None, one) for one in node.value]
        ahead += [value for _, value in pairs]
        found += [
            (value.start_mark.line + 1, value.value)
            for key, value in pairs
            if isinstance(key, ScalarNode) and key.value == "uses" and isinstance(value, ScalarNode)
        ]
    yield from sorted(found)


def written_as(text: str) -> str | None:
    """Return the file name under which we once wrote just this text; None where it is an author's."""
    plain = text.replace("\r\n", "\n")
    seal = SEAL.search(plain)
    if seal:
        return seal["name"] if text_digest(plain[: seal.start() + 1]) == seal["digest"] else None
    own = text_digest(plain)
    return next((name for name, first in FIRST.items() if first == own), None)


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


# -- our own files -----------------------------------------------------------------------------------


def pinned(text: str) -> str:
    """Return a workflow of ours with the actions of the table; raises KeyError for one that it lacks."""
    actions = read_table().actions
    return PIN.sub(lambda use: use["before"] + actions[use["name"].lower()].pin, text)


def seal_template(name: str, text: str) -> str:
    """Return a template that ends in the lines of its seal."""
    seal = SEAL.search(text)
    body = pinned(text[: seal.start() + 1] if seal else text)
    return (
        f"{body}# This is {name} of reconciler; `reconciler init --upgrade` renews it unless edited.\n"
        f"# SHA-256 of the lines above: {text_digest(body)}\n"
    )


def written_anew(root: Path) -> Mapping[Path, str]:
    """Return what the templates and our own workflows are to be, by their paths below a checkout."""
    templates = root / "reconciler" / "templates" / "workflows"
    made = {
        path: seal_template(path.name, path.read_text("utf-8")) for path in sorted(templates.glob("*.yml"))
    }
    pieces = {
        path: seal_template(f"gitlab/{path.name}", path.read_text("utf-8"))
        for path in sorted(templates.with_name("gitlab").glob("*.yml"))
    }
    copies = {root / FOLDER / path.name: text for path, text in made.items()}
    others: Sequence[Path] = [
        path for path in sorted((root / FOLDER).glob("*.yml")) if path.name not in {one.name for one in made}
    ]
    return made | pieces | copies | {path: pinned(path.read_text("utf-8")) for path in others}


def main() -> None:
    """Write the actions of the table into the templates and workflows of this checkout."""
    for path, text in written_anew(Path(__file__).parents[2]).items():
        write(path, text)


if __name__ == "__main__":
    main()
