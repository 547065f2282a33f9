"""The files of a new repository, which `init` writes from the templates of `templates/`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from jinja2 import Environment, FunctionLoader, StrictUndefined
from msgspec import Struct, field

from reconciler.adopt.workflows import FORGES, template_folder
from reconciler.manifest.edit.yaml_text import inline
from reconciler.manifest.files import SETTINGS

TEMPLATES = {
    f"state/{SETTINGS}": "reconciler.yaml.j2",
    "README.md": "README.md.j2",
    ".gitignore": "gitignore.j2",
    ".vscode/settings.json": "vscode.json.j2",
    ".prettierignore": "prettierignore.j2",
    ".yamllint": "yamllint.j2",
}
"""The template of each file of the new repository."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class Start(Struct, frozen=True):
    """The content of a new repository; `email` is the acting user's, empty where it is hidden.

    `moments` are the date fields by type that hold times of the day; `forge` is one of FORGES.
    """

    space: str
    key: str
    types: Sequence[str]
    zone: str
    email: str
    moments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    forge: str = "github"


def starting_files(start: Start) -> dict[str, str]:
    """Return the text of each file by its path; the ready workflows as they are."""
    environment = Environment(  # noqa: S701 - YAML, JSON and Markdown: values go through yaml or tojson, the rest are words
        loader=FunctionLoader(starting_template), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters["yaml"] = inline
    known = {
        "space": start.space,
        "key": start.key,
        "types": list(start.types),
        "zone": start.zone,
        "forge": start.forge,
        "person": name_person(start.email),
        "moments": {
            type_: {name: {"kind": "moment"} for name in names}
            for type_, names in start.moments.items()
            if names
        },
    }
    made = {path: environment.get_template(name).render(known) for path, name in TEMPLATES.items()}
    return made | FORGES[start.forge]()


def name_person(email: str) -> tuple[str, str] | None:
    """Return a short name for somebody, and their e-mail."""
    name = email.partition("@")[0].partition("+")[0].partition(".")[0]
    return (name, email) if NAME.fullmatch(name) else None


def starting_template(name: str) -> str:
    """Read one template."""
    return (template_folder() / name).read_text("utf-8")
