"""Options and values that several commands take."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from reconciler.cli.completers import complete_ref, complete_space, offered_file

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

STATE = "state"
YAML = frozenset({".yaml", ".yml"})
"""How the names of files of desired state end."""

Command = TypeVar("Command", bound=Callable[..., object])


class Share(click.ParamType[Decimal]):
    """`30%` or `0.3`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read a share between 0 and 1."""
        text = str(value)
        try:
            share = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
            inside = 0 <= share <= 1
        except ArithmeticError:  # also of NaN, which no comparison takes, and of exponents beyond any share
            self.fail("write it as 30%", param, ctx)
        if not inside:
            self.fail("a share lies between 0% and 100%", param, ctx)
        return share


class Named(click.Path):
    """A path that is written out: an empty word is a variable that was not set, and not the folder here."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Refuse an empty word."""
        if value == "":
            self.fail("it is empty; name a path, or leave it out", param, ctx)
        return super().convert(value, param, ctx)


class Duration(click.ParamType[float]):
    """`90s`, `10m`, `2h` or `7d`, in seconds."""

    name = "duration"
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # noqa: RUF012 - a constant table

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number with its unit."""
        hit = re.fullmatch(r"([0-9]{1,6})([smhd])", str(value))
        if hit is None:
            self.fail("write it as 90s, 10m, 2h or 7d", param, ctx)
        return float(int(hit[1]) * self.seconds[hit[2]])


class NewFile(click.ParamType[Path]):
    """A file to write that is no desired state and does not lie among it."""

    name = "file"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Read a path; a link is judged by where it leads, too."""
        text = str(value)
        path, end = Path(text), Path(os.path.realpath(text))
        if not text:
            self.fail("the name is empty", param, ctx)
        if text.endswith(os.sep) or end.is_dir():
            self.fail(f"{text} is a folder; name a file", param, ctx)
        if {path.suffix.casefold(), end.suffix.casefold()} & YAML:
            self.fail(f"{text} would be read as desired state; name it {path.stem}.json", param, ctx)
        if end.is_relative_to(os.path.realpath(STATE)):
            self.fail(f"{text} lies among the desired state; name a place outside", param, ctx)
        return path

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Let the shell offer files."""
        del ctx, param
        return offered_file(incomplete)


class Output(click.ParamType[tuple[str, Path | None]]):
    """`FMT` or `FMT=FILE`."""

    name = "fmt[=file]"

    def __init__(self, formats: tuple[str, ...]) -> None:
        """Name the formats there are."""
        self.formats = formats

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path | None]:
        """Read a format and where it goes; None is stdout."""
        if isinstance(value, tuple):
            return value
        name, _, file = str(value).partition("=")
        if name not in self.formats:
            self.fail(f"there is {', '.join(self.formats)}", param, ctx)
        return name, NewFile().convert(file, param, ctx) if file else None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Offer the formats."""
        from click.shell_completion import CompletionItem

        del ctx, param
        return [CompletionItem(name) for name in self.formats if name.startswith(incomplete)]


PLAN_FORMATS = ("text", "json", "markdown", "html", "github", "gitlab", "codequality", "junit")
CHECK_FORMATS = ("text", "json", "github", "codequality", "junit")

paths = click.argument("paths", nargs=-1, type=Named(path_type=Path))
space = click.option(
    "--space",
    metavar="SPACE",
    envvar="RECONCILER_SPACE",
    shell_complete=complete_space,
    help="Which space, where the files name several.",
)
spaces = click.option(
    "--space",
    "spaces",
    metavar="SPACE",
    envvar="RECONCILER_SPACE",
    multiple=True,
    shell_complete=complete_space,
    help="Only this space of those that the files name; may be given several times.",
)
narrowed = click.option(
    "--space",
    "spaces",
    metavar="SPACE",
    multiple=True,
    shell_complete=complete_space,
    help="Only this space of several; may be given several times.",
)
"""The same where no service is asked: RECONCILER_SPACE does not say what a saved plan holds."""
only = click.option(
    "--only",
    metavar="REF",
    multiple=True,
    shell_complete=complete_ref,
    help="Only this: ID, ID.FIELD, ID.roles.ROLE, TYPE, TYPE.FIELD, TYPE.roles.ROLE, or a path.",
)
exclude = click.option(
    "--exclude",
    metavar="REF",
    multiple=True,
    shell_complete=complete_ref,
    help="All but this, written in the same way.",
)
full = click.option("--full", is_flag=True, help="In text, one line a field, however many are the same.")
COLORS = {"auto": None, "always": True, "never": False}


def set_color(context: click.Context, _: click.Parameter, value: str) -> None:
    """Keep in the command's context whether its text has colour; None: a terminal has."""
    context.color = COLORS[value]


color = click.option(
    "--color",
    type=click.Choice(list(COLORS)),
    default="auto",
    expose_value=False,
    callback=set_color,
    help="Colour of text on stdout (auto: on a terminal, without NO_COLOR or CI).",
)
formats = click.option(
    "--format",
    "formats",
    type=Output(PLAN_FORMATS),
    multiple=True,
    default=("text",),
    help=f"{', '.join(PLAN_FORMATS)}; =FILE writes there; may be given several times.",
)


since_last = click.option(
    "--since-last",
    is_flag=True,
    help="Read only what moved since the last such run; RECONCILER_CACHE has to name a folder.",
)


def refs(command: Command) -> Command:
    """Add the commits that a plan is held against."""
    for option in (
        click.option("--applied", metavar="REF", help="The last applied commit."),
        click.option("--base", metavar="REF", help="The commit that this change is based on."),
    ):
        command = option(command)
    return command


def guards(command: Command) -> Command:
    """Add the flags that raise a guard's limit, each by its own number."""
    for option in (
        click.option(
            "--accept-both",
            metavar="N",
            type=click.IntRange(0),
            help="Fields changed both here and in Meegle that may be sent.",
        ),
        click.option(
            "--allow-clear", metavar="N", type=click.IntRange(0), help="Fields that may be emptied."
        ),
        click.option(
            "--max-invisible", metavar="P", type=Share(), help="Share of items that may be newly not visible."
        ),
        click.option("--max-share", metavar="P", type=Share(), help="Share of the items, such as 30%."),
        click.option("--max-changes", metavar="N", type=click.IntRange(0), help="Items that may change."),
    ):
        command = option(command)
    return command


def ends(command: Command) -> Command:
    """Add the flags that end a writing run early."""
    for option in (
        click.option("--deadline", metavar="T", type=Duration(), help="Send nothing after 90s, 10m, 2h."),
        click.option(
            "--wait",
            metavar="T",
            type=Duration(),
            help="Wait for another apply of this user and machine, such as 10m.",
        ),
        click.option(
            "--max-errors", metavar="N", type=click.IntRange(0), help="End after more errors than this."
        ),
    ):
        command = option(command)
    return command
