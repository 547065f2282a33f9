"""With `locale: zh-CN` nobody reads an English sentence: the scenarios, what people get wrong, and refusals.

What is quoted stays: names, values, commands and keys.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.language import sentence, speaking
from reconciler.sandbox import Running, demo_world
from tests.fields.test_refusals import golden_cases
from tests.inputs.rows import ROWS, Row
from tests.inputs.test_bad_inputs import desk_in
from tests.scenarios.scenario import folders, play

if TYPE_CHECKING:
    from reconciler.sandbox import World
    from tests.conftest import Desk

NAMES = re.compile(
    r"""'[^'\n]*'|`[^`\n]*`|"(?:[^"\\\n]|\\.)*"|\[[^\[\]\n]*\]|\{[^{}\n]*\} | https?://\S+ | --[a-z-]+
    | [\w./*-]*\.(?:yaml|yml|json|jsonl|md)\b | \S+@\S+ | demo/\S+ | \b\w+=\S* | \b\w+_\w+\b""",
    re.VERBOSE,
)
"""What is no sentence: what a text quotes, addresses, flags, files, people, items and keys."""
ENGLISH = re.compile(
    r"\b(?:the|is|are|was|were|of|not|no|and|or|has|have|cannot|write|with|without|nothing|at|in|on"
    r"|skipped|blocked|changed|drift|applied|already|error|note|expected|found|only|by|from|to|an?|it|its|that)\b"
    r"|\b[a-z]{3,} [a-z]{3,} [a-z]{3,}\b"
)
"""Words that make an English sentence."""
SETTINGS = "state/reconciler.yaml"


def english(text: str, names: frozenset[str] = frozenset()) -> list[str]:
    """Return the lines of a text in which English is left."""
    found = []
    for line in text.splitlines():
        plain = line
        for name in sorted(names, key=len, reverse=True):
            plain = plain.replace(name, "")
        if ENGLISH.search(NAMES.sub("", plain)):
            found.append(line)
    return found


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_a_scenario_is_told_in_chinese_and_sends_the_same(folder: Path, desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "scenario"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    settings = copy / "reconciler.yaml"
    known = settings.read_text("utf-8") if settings.exists() else ""
    settings.write_text(f"locale: zh-CN\n{known}", "utf-8")
    results = play(copy, desk)
    rules = re.findall(r"^  - name: (\S+)", (copy / "state.yaml").read_text("utf-8"), re.MULTILINE)
    names = names_of(desk.world) | set(rules)
    for name in ("plan.txt", "apply.txt"):
        lines = [line for line in results[name].splitlines() if not line.startswith(("exit code", "stderr:"))]
        assert english("\n".join(lines), names) == [], name
    for name in ("requests.json", "after.json"):
        assert results[name] == (folder / name).read_text("utf-8"), name


def names_of(world: World) -> frozenset[str]:
    """Return what people wrote in the space: names of items, fields, roles, options, rules and plugins."""
    space = world.named_space("demo")
    found = {item.name for item in world.items.values()}
    for kind in space.types:
        for field in kind.by_key.values():
            found |= {field.name, *(one.label for one in field.options)}
        found |= {role.name for role in kind.roles}
    return frozenset(one for one in found if " " in one)


@pytest.mark.parametrize(
    ("line", "said"), list(golden_cases()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_slip_in_a_field_is_told_in_chinese(line: str, said: list[str]) -> None:
    with speaking("zh-CN"):
        for one in said:
            place, _, text = one.partition(": ")
            what, _, fix = text.partition("; ")
            assert english(sentence(what, fix)) == [], (line, place)


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    world = demo_world()
    world.options.throttle = False
    with Running(world) as running:
        yield running


def takes_settings(row: Row) -> bool:
    """Return True unless the mistake is that the folder of the settings, or their file, is something else."""
    with tempfile.TemporaryDirectory() as folder:
        row.put_down(Path(folder))
        settings = Path(folder) / SETTINGS
        return settings.parent.is_dir() and not settings.is_symlink() and not settings.is_dir()


SAID = [row for rows in ROWS.values() for row in rows if takes_settings(row)]


@pytest.mark.parametrize("row", SAID, ids=lambda row: row.says)
def test_what_people_get_wrong_is_told_in_chinese(row: Row, tmp_path: Path, service: Running) -> None:
    row.put_down(tmp_path)
    settings = tmp_path / SETTINGS
    before = settings.read_bytes() if settings.exists() else b""
    settings.write_bytes(b"locale: zh-CN\n" + before)
    done = desk_in(tmp_path, service).run(*row.command.split())
    assert english(done.out + done.err, names_of(service.world)) == []
