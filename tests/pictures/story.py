"""The story that the pictures tell: a sprint in the demo space, and an edit by somebody else meanwhile.

Every page is made by a command, against the sandbox; times and the host are the same in every run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parents[2]
NOON = 1_791_950_400
"""2026-10-14 12:00 in Shanghai."""
BO, CHEN = "7310000000000000002", "7310000000000000003"
SPRINT = range(6300012320, 6300012344)
PLANNED = 6300012350
SPRINTED = (
    f"{{id: {PLANNED}, fields: {{priority: P0, scale: XL}}, roles: {{RD: [bo@example.com]}}}}",
    f"{{id: {PLANNED + 1}, fields: {{priority: P1, notes: Ask the bank about refunds first}}}}",
    f"{{id: {PLANNED + 2}, fields: {{description: 'Why: finance asks for it once a month.', tags: []}}}}",
    f"{{id: {PLANNED + 3}, fields: {{reviewer: bo@example.com, platform: [iOS, Web]}}}}",
)
SETTINGS = """\
people: {ana: ana@example.com, bo: bo@example.com}
spaces:
  demo:
    project_key: 64a0c1f2e3b4d5a6c7e8f901
    guards: {share: 100%}
"""
COMMENT = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>comment</title><style>
body { margin: 0; padding: 1.2rem; background: #fff; color: #1f2328;
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", Helvetica, Arial, sans-serif; }
article { max-width: 58rem; margin: 0 auto; border: 1px solid #d1d9e0; border-radius: 6px; }
header { padding: .5rem 1rem; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; color: #59636e; }
main { padding: .2rem 1rem 1rem; overflow-wrap: anywhere; }
code { padding: .15em .35em; border-radius: 6px; background: #818b981f;
  font: 85% ui-monospace, "DejaVu Sans Mono", monospace; }
pre { padding: .8rem; overflow: auto; background: #f6f8fa; border-radius: 6px; }
pre code { padding: 0; background: none; }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }
th, td { padding: .35rem .75rem; border: 1px solid #d1d9e0; text-align: left; overflow-wrap: normal; }
h2, h3 { margin: 1.1rem 0 .6rem; line-height: 1.25; } summary { cursor: pointer; } a { color: #0969da; }
blockquote { margin: 0; padding: 0 1em; color: #59636e; border-left: .25em solid #d1d9e0; }
</style><article><header><b>reconciler</b> commented</header><main>"""
"""Around a comment, so that it looks about as it does on GitHub, whose own style is not ours to copy."""


def pages(desk: Desk, language: str) -> Mapping[str, Path]:
    """Live through the story in a language; returns each page by its name."""
    desk.environ |= {
        "SOURCE_DATE_EPOCH": str(NOON - 1_209_600),
        "MEEGLE_BASE_URL": "http://127.0.0.1:1",
        "MEEGLE_PROXY": desk.service.url,
        "GITHUB_ACTOR": "ana-li",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/board",
    }
    desk.world.clock = lambda: NOON + 180_000
    desk.write("state/reconciler.yaml", f"locale: {language}\n{SETTINGS}")
    shutil.copytree(ROOT / "schemas", desk.folder / "schemas")
    git(desk.folder, "init", "-q")
    dates(desk, "2026-10-16")
    committed(desk, "Plan sprint 26-21 (#121)")
    do(desk, "apply", "--yes")
    dates(desk, "2026-10-23", *SPRINTED)
    committed(desk, "Hand over to sprint 26-22 (#128)")
    desk.environ["SOURCE_DATE_EPOCH"] = str(NOON)
    planned = ("plan", "--base", "HEAD~1", "--out", "plan.json")
    do(desk, *planned, "--format", "html=plan.html", "--format", "markdown=comment.md")
    do(desk, "apply", "plan.json")
    do(desk, "record", "plan.json")
    dates(desk, "2026-10-23", SPRINTED[0].replace("P0", "P1"), *SPRINTED[1:])
    committed(desk, "Login can wait (#131)")
    desk.environ |= {"SOURCE_DATE_EPOCH": str(NOON + 93_600), "GITHUB_ACTOR": "chen-w"}
    do(desk, "plan", "--applied", "HEAD~1", "--out", "plan.json")
    do(desk, "apply", "plan.json")
    do(desk, "record", "plan.json")
    meanwhile(desk)
    desk.environ["SOURCE_DATE_EPOCH"] = str(NOON + 180_000)
    do(desk, "drift", "--format", "html=drift.html")
    do(desk, "runs", "--since", "2026-10", "--until", "2026-10", "--format", "html=runs.html")
    markdown = (desk.folder / "comment.md").read_text(encoding="utf-8")
    body = MarkdownIt("gfm-like", {"linkify": False}).render(markdown)
    desk.write("comment.html", f"{COMMENT}{body}</main></article>")
    return {name: desk.folder / f"{name}.html" for name in ("plan", "comment", "drift", "runs")}


def dates(desk: Desk, due: str, *rows: str) -> None:
    """Write the sprint: one due date for all of it, and what else is planned."""
    desk.stories(
        *(f"{{id: {one}, fields: {{due: {due}}}}}" for one in SPRINT), *rows, file="state/demo/sprint.yaml"
    )


def meanwhile(desk: Desk) -> None:
    """Let people and a rule change what the files manage."""
    world = desk.world
    world.edit(PLANNED, "priority", {"value": "option_3"}, by=BO)
    world.edit(PLANNED + 1, "field_a1b2c4", "The bank says yes", by=CHEN)
    for one in SPRINT[:12]:
        world.edit(one, "field_2fbca6", 1_793_203_200_000, by=BO)


def committed(desk: Desk, message: str) -> None:
    """Commit the files, always the same way."""
    os.environ |= {"GIT_AUTHOR_DATE": f"{NOON} +0800", "GIT_COMMITTER_DATE": f"{NOON} +0800"}
    git(desk.folder, "add", "state", "schemas")
    git(desk.folder, "commit", "-qm", message, "--author", "Ana Li <ana@example.com>")


def do(desk: Desk, *words: str) -> None:
    """Run a command that must end well."""
    done = desk.run(*words)
    assert done.code == 0, f"{words}: {done.out}{done.err}"
