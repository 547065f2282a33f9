"""What CONTRIBUTING.md says how to add is added by touching just the files that it lists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.formats import VIEWS
from reconciler.cli.options import PLAN_FORMATS

ROOT = Path(__file__).parents[1]
PLAN = ROOT / "tests" / "compat" / "c233f07" / "plan.json"

RATING = """
from reconciler.fields.codec import ScalarCodec
from reconciler.fields.values import EMPTY_LABEL, Seen


class RatingCodec(ScalarCodec):
    desired_shape = "a rating"
    example = "1 star to 5 stars"

    def read_scalar(self, scalar):
        number, _, unit = scalar.text.partition(" ")
        if number not in tuple("12345") or unit not in ("star", "stars"):
            raise self.misshapen(scalar)
        return int(number)

    def shapes(self):
        yield {"type": "string"}

    def decode(self, wire):
        return Seen(wire)

    def encode(self, value):
        return value

    def show(self, value):
        return EMPTY_LABEL if value is None else f"{value} stars"

    def dump(self, value):
        return self.show(value)
"""

HELLO = """
import click


@click.command("hello")
def command():
    \"\"\"Greet.\"\"\"
    click.echo("hello")
    return 2
"""

MINT = """
class MintForge:
    request = "Patch"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def text(self, markdown):
        return markdown

    def write_comment(self, body):
        return f"kept on Mint, {body.splitlines()[0]}"
"""

TALLY = """
def plan_tally(*plans):
    return f"{sum(len(plan.updates) for plan in plans)} items\\n"
"""


@dataclass
class House:
    """A copy of the package and of the demo's files, and the files of the package that were touched."""

    folder: Path
    touched: list[str]

    def add(self, file: str, text: str) -> None:
        """Write a new file."""
        assert not (self.folder / file).exists()
        (self.folder / file).write_text(text, encoding="utf-8")
        self.touched.append(file)

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Replace texts of a file that is there, each of them once."""
        text = (self.folder / file).read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (self.folder / file).write_text(text, encoding="utf-8")
        if file.startswith("reconciler/"):
            self.touched.append(file)

    def run(self, *words: str, **variables: str) -> tuple[int, str]:
        """Run the command line of the copy."""
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *words],
            cwd=self.folder,
            env={**os.environ, **variables},
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Copy the package, the demo's files and its pins."""
    for name in ("reconciler", "state", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return House(tmp_path, [])


def steps(title: str) -> list[str]:
    """Return the files that the numbered steps of a section of CONTRIBUTING.md name first."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^[0-9]\. `([^`]+)`", section, re.MULTILINE)


def test_a_field_type_is_a_file_and_a_row(house: House) -> None:
    pins = (house.folder / "schemas/demo/story.json").read_text(encoding="utf-8")
    points = re.search(r'[^{}]*"alias": "story_points"[^{}]*', pins)
    assert points
    house.edit("schemas/demo/story.json", (points[0], points[0].replace('"number"', '"rating"')))
    house.edit("state/demo/checkout.yaml", ("story_points: 8", "story_points: 5 stars"))
    house.edit("state/demo/checkout.yaml", ("story_points: 0.5", "story_points: many"))
    code, printed = house.run("validate")
    assert (code, "a rating" in printed) == (1, False)
    house.add("reconciler/fields/rating.py", RATING)
    house.edit(
        "reconciler/fields/__init__.py",
        ("\nCODECS: ", "\nfrom reconciler.fields.rating import RatingCodec\n\nCODECS: "),
        ('    "number": NumberCodec,\n', '    "number": NumberCodec,\n    "rating": RatingCodec,\n'),
    )
    code, printed = house.run("validate")
    assert code == 1
    assert "expected a rating for Story points, found 'many'; write 1 star to 5 stars" in printed
    house.edit("state/demo/checkout.yaml", ("story_points: many", "story_points: 1 star"))
    assert house.run("validate") == (0, "Valid: 11 items in 4 files.\n")
    assert house.touched == steps("Add a field type")


def test_a_command_is_a_file_and_a_row(house: House) -> None:
    assert house.run("hello")[0] == 1
    house.add("reconciler/cli/hello.py", HELLO)
    house.edit(
        "reconciler/cli/__init__.py",
        (
            "COMMANDS: dict[str, str] = {\n",
            'COMMANDS: dict[str, str] = {\n    "hello": "Greet whoever asks.",\n',
        ),
    )
    assert house.run("hello") == (2, "hello\n")
    assert "Greet whoever asks." in house.run("--help")[1]
    assert house.touched == steps("Add a command")


def test_a_forge_is_a_file_and_a_row(house: House) -> None:
    plan = ("comment", str(PLAN))
    code, printed = house.run(*plan, MINT_CI="true")
    assert (code, "this is no job of GitHub or GitLab" in printed) == (1, True)
    (house.folder / "reconciler/forge/mint").mkdir()
    house.add("reconciler/forge/mint/forge.py", MINT)
    house.edit(
        "reconciler/forge/choice.py",
        (
            "\nFORGES: ",
            (
                "\ndef mint(environ):\n    from reconciler.forge.mint.forge import MintForge\n"
                "    return MintForge()\n\nFORGES: "
            ),
        ),
        (
            '    Row("GitLab", "GITLAB_CI", "CI_API_V4_URL", gitlab_forge, gitlab_records),\n',
            (
                '    Row("GitLab", "GITLAB_CI", "CI_API_V4_URL", gitlab_forge, gitlab_records),\n'
                '    Row("Mint", "MINT_CI", "MINT_URL", mint, gitlab_records),\n'
            ),
        ),
    )
    code, printed = house.run(*plan, MINT_CI="true")
    assert code == 0, printed
    assert printed.startswith("Comment kept on Mint, <!-- reconciler:plan ")
    assert house.touched == steps("Add a forge")


def test_an_output_format_is_a_file_and_two_rows(house: House) -> None:
    assert house.run("show", str(PLAN), "--format", "tally")[0] == 1
    house.add("reconciler/render/tally.py", TALLY)
    house.edit(
        "reconciler/cli/formats.py",
        ("\nVIEWS: ", "\nfrom reconciler.render.tally import plan_tally\n\nVIEWS: "),
        ('    "json": json,\n', '    "json": json,\n    "tally": lambda shown: plan_tally(*shown.plans),\n'),
    )
    house.edit("reconciler/cli/options.py", ('PLAN_FORMATS = ("text",', 'PLAN_FORMATS = ("text", "tally",'))
    code, printed = house.run("show", str(PLAN), "--format", "tally")
    assert code == 0
    assert re.fullmatch(r"[1-9][0-9]* items\n", printed)
    assert "tally" in house.run("plan", "--help")[1]
    assert house.touched == steps("Add an output format")


def test_each_format_has_its_name_and_its_view() -> None:
    assert set(PLAN_FORMATS) == set(VIEWS)
