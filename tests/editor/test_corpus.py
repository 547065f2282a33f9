"""One corpus of valid and invalid files for `validate`, an editor, ajv in strict mode and check-jsonschema.

`python -m tests.editor.test_corpus > docs/field-types.md` writes that page anew.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from reconciler.desired.claims import desired_state
from reconciler.fields.docs_page import guide
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from tests.conftest import without
from tests.desired.demo_pins import demo_catalog
from tests.editor.test_language_server import NODE, ROOT, SERVER, editor_in, finished

HERE = Path(__file__).parent
SCHEMA = ROOT / "schemas/demo/story.schema.json"
SCHEMAS = sorted([*(ROOT / "schemas").glob("*.schema.json"), *(ROOT / "schemas/demo").glob("*.schema.json")])
PAGE = ROOT / "docs/field-types.md"
FILE = "space: demo\ntype: story\nitems:\n  - "
FIELDS = FILE + "id: 6300012320\n    fields:\n      {}\n"

VALID = [
    *(
        FIELDS.format(one)
        for one in (
            "priority: P0",
            "priority: {id: option_1}",
            "priority: Old",
            "ext_ref: 1.10",
            "ext_ref: no",
            "notes: |\n        two\n        lines",
            "notes: null",
            "story_points: -0.5",
            "story_points: 12.0",
            "story_points: 1e3",
            "needs_qa: true",
            "wiki: https://wiki.example.com/x",
            "due: 2028-02-29",
            "cutover: 2026-12-01T09:30:00+08:00",
            "cutover: 2026-12-01T09:30Z",
            "platform: [iOS, Web]",
            "platform: []",
            "platform: [Flash]",
            "platform: {contains: [iOS], excludes: [Web]}",
            "platform:\n        - iOS",
            "tags: {contains: [{id: tag_0}]}",
            "reviewer: ana",
            "reviewer: someone@example.com",
            "reviewer: 7310000000000000001",
            "watchers: {contains: [payments], excludes: [dana@example.com]}",
            "area: Payments / Cards",
            "area: [Payments, Cards]",
            "markets: [Payments, [Accounts, Login]]",
            "schedule: {start: 2026-12-07, end: 2026-12-18}",
            "parent_story: 6300012300",
            "planning_release: [{name: Web 8.1}]",
            "docs: [https://wiki.example.com/a, https://wiki.example.com/b]",
            "docs: [\n        https://wiki.example.com/a,\n        https://wiki.example.com/b\n      ]",
            "env_rows: [{env: staging, ready: false}]",
            "env_rows: {contains: [{env: staging, url: https://x.example}]}",
            "description: {markdown: '# Why'}",
        )
    ),
    FILE + "6300012304\n",
    FILE + "{id: 6300012304, expect: {name: Audit reports, roles.RD: [ana]}}\n",
    FILE + "{id: 6300012304, roles: {RD: [ana, bo@example.com], PM: {contains: [ana]}}}\n",
    FILE.replace("items", "defaults: {fields: {due: 2026-12-01}, roles: {RD: [ana]}}\nitems")
    + "{id: 6300012304, unmanaged: [due, roles.RD]}\n",
]

INVALID = {
    "a field that there is not": FIELDS.format("priorty: P0"),
    "a field that cannot be managed": FIELDS.format("owner: ana"),
    "an option that there is not": FIELDS.format("priority: P9"),
    "an option between brackets that there is not": FIELDS.format("platform: [iOS, Mac]"),
    "`contains: []`": FIELDS.format("platform: {contains: []}"),
    "a member contained and excluded": FIELDS.format("platform: {contains: [iOS], excludes: [iOS, Web]}"),
    "a person contained and excluded": FIELDS.format("watchers: {contains: [ana], excludes: [ana]}"),
    "a member twice": FIELDS.format("platform: [iOS, iOS]"),
    "`{}` for a set": FIELDS.format("platform: {}"),
    "a text for a set": FIELDS.format("platform: iOS"),
    "a missing blank: `{contains:[iOS]}`": FIELDS.format("platform: {contains:[iOS]}"),
    "a blank value": FIELDS.format("ext_ref:"),
    "a blank value swallowed by a comment": FIELDS.format("ext_ref: # later"),
    "`~`": FIELDS.format("ext_ref: ~"),
    "`Null`": FIELDS.format("ext_ref: Null"),
    "`.5`": FIELDS.format("story_points: .5"),
    "`+8`": FIELDS.format("story_points: +8"),
    "`0x10`": FIELDS.format("story_points: 0x10"),
    "`010`": FIELDS.format("story_points: 010"),
    "`.inf`": FIELDS.format("story_points: .inf"),
    "`.nan`": FIELDS.format("story_points: .nan"),
    "a number of 17 digits": FIELDS.format("story_points: 12345678901234567"),
    "a number in quotes": FIELDS.format('story_points: "8"'),
    "`True`": FIELDS.format("needs_qa: True"),
    "`yes`": FIELDS.format("needs_qa: yes"),
    "2026-13-45": FIELDS.format("due: 2026-13-45"),
    "2026-02-29, no leap year": FIELDS.format("due: 2026-02-29"),
    "a moment for a day": FIELDS.format("due: 2026-12-01T09:30:00+08:00"),
    "a moment without a zone": FIELDS.format("cutover: 2026-12-01T09:30:00"),
    "a moment of hour 25": FIELDS.format("cutover: 2026-12-01T25:30:00+08:00"),
    "an end before its start": FIELDS.format("schedule: {start: 2026-12-18, end: 2026-12-07}"),
    "an address without http": FIELDS.format("wiki: wiki.example.com"),
    "a person that nobody knows": FIELDS.format("reviewer: anna"),
    "a cascade that stops early": FIELDS.format("area: Payments"),
    "a row without its key": FIELDS.format("env_rows: {contains: [{ready: true}]}"),
    "a row key twice": FIELDS.format("env_rows: [{env: a}, {env: a}]"),
    "a related item in quotes": FIELDS.format('parent_story: "6300012300"'),
    "an item that is its own parent": FIELDS.format("parent_story: 6300012320"),
    "an id of 0": FILE + "0\n",
    "a negative id": FILE + "-5\n",
    "an id with a leading zero": FILE + "06300012320\n",
    "an id with a sign": FILE + "+6300012320\n",
    "`12.0` for an id": FILE + "12.0\n",
    "an id beyond 2^63": FILE + "9223372036854775808\n",
    "an id in quotes": FILE + '"6300012320"\n',
    "an item without its id": FILE + "{fields: {priority: P0}}\n",
    "a section that there is not": FILE + "{id: 6300012320, field: {priority: P0}}\n",
    "a role below `fields:`": FIELDS.format("RD: [ana]"),
    "`unmanaged` of a field that there is not": FILE + "{id: 6300012320, unmanaged: [duee]}\n",
    "`unmanaged` without a default": FILE + "{id: 6300012320, unmanaged: [due]}\n",
    "`expect` of a field that there is not": FILE + "{id: 6300012320, expect: {naem: x}}\n",
    "a key twice": FIELDS.format("priority: P0\n      priority: P1"),
    "one field by two names": FIELDS.format("priority: P0\n      Priority: P1"),
    "an anchor": FIELDS.format("notes: &a x"),
    "a tag": FIELDS.format("notes: !!str x"),
    "another type": FILE.replace("story", "bug") + "6300012320\n",
    "another space": FILE.replace("demo", "other", 1) + "6300012320\n",
    "two documents": FILE + "6300012320\n---\nspace: demo\n",
}  # fmt: skip
HEAD = """
## What only `validate` sees

`schema pull` writes schemas for editors, which see {1} of {0} kinds of mistakes in a corpus of files;
these are the others. A parser of YAML reads `.5`, `+8`, `0x10`, `~` and a blank value as the number or the
`null` that others write plainly, before a schema sees them; so `reconciler validate` alone tells them apart.

"""
EVERY = [*VALID, *INVALID.values()]
MEANT = [True] * len(VALID) + [False] * len(INVALID)


def by_validate() -> list[bool]:
    """Return which files `validate` takes, with the pins of the demo space."""
    return [is_valid(text) for text in EVERY]


def is_valid(text: str) -> bool:
    document, mistakes = read_bytes(text.encode(), "a.yaml")
    if document is None or mistakes or document.space.text != "demo":
        return False
    unknown = (
        {"UnknownPerson", "UnknownItem"} if "someone@example.com" in text or "Web 8.1" in text else set()
    )
    state = desired_state(Manifest((document,)), demo_catalog())
    return not [one for one in state.mistakes if type(one).__name__ not in unknown]


@cache
def by_editor() -> tuple[bool, ...]:
    """Return which files a YAML language server finds nothing wrong with."""
    head = f"# yaml-language-server: $schema={SCHEMA.as_uri()}\n"

    async def told() -> tuple[bool, ...]:
        async with editor_in(ROOT) as editor:
            return tuple(
                [
                    not await editor.show(ROOT / f"state/demo/corpus-{at}.yaml", head + text)
                    for at, text in enumerate(EVERY)
                ]
            )

    return finished(told())


@cache
def by_ajv() -> tuple[bool, ...]:
    """Return which files ajv takes; the schemas compile in its strict mode, or this fails."""
    asked = {"schemas": [*map(str, SCHEMAS)], "schema": str(SCHEMA), "files": EVERY}
    done = subprocess.run(
        [str(NODE), str(HERE / "validate.mjs")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def by_check_jsonschema(folder: Path) -> list[bool]:
    """Return which files check-jsonschema takes."""
    for at, text in enumerate(EVERY):
        (folder / f"{at:03}.yaml").write_text(text, encoding="utf-8")
    names = [f"{at:03}.yaml" for at in range(len(EVERY))]
    command = [
        str(Path(sys.executable).parent / "check-jsonschema"),
        "-o",
        "json",
        "--schemafile",
        str(SCHEMA),
    ]
    done = subprocess.run([*command, *names], cwd=folder, capture_output=True, text=True, check=False)
    made = json.loads(done.stdout)
    wrong = {Path(one["filename"]).name for one in [*made["errors"], *made.get("parse_errors", ())]}
    return [name not in wrong for name in names]


def table(folder: Path) -> str:
    """Return the table of what some program does not see and `validate` does."""
    programs = (by_editor(), by_ajv(), by_check_jsonschema(folder))
    rows = [
        f"| {name} | {' | '.join('-' if program[at] else 'red' for program in programs)} |"
        for at, name in enumerate(INVALID, start=len(VALID))
        if any(program[at] for program in programs)
    ]
    seen = len(INVALID) - len(rows)
    head = HEAD.format(len(INVALID), seen)
    version = re.search(r'"version": "([^"]+)"', (SERVER.parent.parent / "package.json").read_text("utf-8"))
    titles = (
        f"| mistake | yaml-language-server {version[1] if version else ''} | ajv 8 | check-jsonschema |\n"
    )
    return f"{head}{titles}| --- | --- | --- | --- |\n" + "\n".join(rows) + "\n"


@pytest.fixture
def programs() -> None:
    if not NODE or not SERVER.exists():
        without("no node, or the programs are not installed: npm ci --prefix tests/editor")


def test_validate_takes_the_valid_files_and_refuses_all_others() -> None:
    assert [
        text for text, taken, meant in zip(EVERY, by_validate(), MEANT, strict=True) if taken != meant
    ] == []


@pytest.mark.usefixtures("programs")
def test_no_program_refuses_a_valid_file(tmp_path: Path) -> None:
    for program in (by_editor(), by_ajv(), by_check_jsonschema(tmp_path)):
        assert [text for text, taken in zip(VALID, program, strict=False) if not taken] == []


@pytest.mark.usefixtures("programs")
def test_the_page_says_what_only_validate_sees(tmp_path: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == guide() + table(tmp_path)


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        print(guide() + table(Path(folder)), end="")  # noqa: T201 - it is made by running this module
