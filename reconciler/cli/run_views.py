"""Show past runs in the formats that were asked for, to stdout or to files."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.cli.streams import on_stdout, put, tell, tell_written
from reconciler.errors import CannotRun
from reconciler.language import _, settled, speaking

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.apply.journal_files import Candidate
    from reconciler.apply.run_filter import Names, Wanted
    from reconciler.model.history import History, PastRun, Unread
    from reconciler.settings import Settings

BOM = "\ufeff"
"""By which a spreadsheet knows that a file is UTF-8; programs that read stdout need none."""


class Asked(NamedTuple):
    """What the command line asks for: one run or the list, a part of the changes, formats and files.

    `run` names one run among those that are read; None where the list is asked for, empty where only one is
    read.  `full`: in text one line a field.
    """

    run: str | None
    wanted: Wanted
    formats: Sequence[tuple[str, Path | None]]
    full: bool
    folders: tuple[Path, ...] = ()


class Shown(NamedTuple):
    """What a view is made of: all that was read, the runs that are shown, and how."""

    read: History
    runs: tuple[PastRun, ...]
    asked: Asked

    @property
    def one(self) -> bool:
        """Return True if one run is shown in full."""
        return self.asked.run is not None


def show_runs(candidates: Iterable[Candidate], unread: Sequence[Unread], asked: Asked) -> int:
    """Read the journals, show what is asked for, and report the files that were not read.

    Returns 1 if one of them may have held a journal.
    """
    from reconciler.apply.journal_files import read_history
    from reconciler.apply.run_filter import filtered

    settings = settings_here()
    history = read_history(candidates, lambda begin: zone_of(begin, settings), unread)
    if asked.folders and not history.runs:
        tell(*(f"{one.file}  {one.reason}" for one in history.unread))
        where = ", ".join(map(str, asked.folders))
        raise CannotRun(f"no journal in {where} could be read", "name the folder of the artifacts, unpacked")
    if asked.run and history.runs:
        history = history._replace(runs=only(history.runs, asked.run))
    if history.runs or not history.unread:
        names = pinned_names(history.runs, settings) if asked.wanted.fields or asked.wanted.items else {}
        shown = Shown(history, filtered(history.runs, asked.wanted, names, settings.groups()), asked)
        for name, path in asked.formats:
            with on_stdout() if (name, path) == ("text", None) else speaking(settled()):
                text = VIEWS[name](shown)
                put(name, path, BOM + text if path and name == "csv" else text)
        tell_written(asked.formats)
    tell(*(f"{one.file}  {one.reason}" for one in history.unread))
    return 1 if any(one.damaged for one in history.unread) else 0


def only(runs: Sequence[PastRun], word: str) -> tuple[PastRun, ...]:
    """Return the one run that a word names."""
    from reconciler.apply.run_folder import named_run

    name = named_run([one.id for one in runs], word)
    return tuple(one for one in runs if one.id == name)[-1:]


# -- views -------------------------------------------------------------------------------------------


def lines_for_people(shown: Shown) -> str:
    """Return the list, or one run in full."""
    from reconciler.render.runs_text import run_text, runs_text

    wanted, full = shown.asked.wanted, shown.asked.full
    if shown.one and shown.runs:
        return "".join(run_text(run, full=full) for run in shown.runs)
    if shown.runs:
        return runs_text(shown.runs, changes=full or bool(wanted.items or wanted.fields), full=full)
    return _("No runs yet.\n") if wanted.everything else _("No run answers to this.\n")


def json_lines(shown: Shown) -> str:
    """Return one line a run; of one run in full the lines of its journal."""
    from reconciler.apply.journal import read_journal
    from reconciler.render.runs_json import runs_json
    from reconciler.render.safe import safe_json

    if not shown.one:
        return safe_json(runs_json(shown.runs))
    if not shown.asked.wanted.everything:
        raise CannotRun("the JSON of one run is its whole journal", "leave out the filters, or the run")
    entries = (entry for run in shown.runs for entry in read_journal(Path(run.file)))
    return safe_json("".join(f"{json.dumps(one)}\n" for one in entries))


def table(shown: Shown) -> str:
    """Return one line a field for a spreadsheet."""
    from reconciler.render.runs_csv import runs_csv

    return runs_csv(shown.runs)


def page(shown: Shown) -> str:
    """Return the page for an auditor."""
    from reconciler import __version__
    from reconciler.clock import now
    from reconciler.render.runs_html import runs_html

    wanted = shown.asked.wanted
    flags = [("--since", wanted.since), ("--until", wanted.until)]
    lists = (("--item", wanted.items), ("--field", wanted.fields), ("--by", wanted.by))
    flags += [(flag, word) for flag, words in lists for word in words]
    asked = [(flag, word) for flag, word in flags if word]
    return runs_html(shown.read._replace(runs=shown.runs), asked, now(), __version__)


VIEWS: dict[str, Callable[[Shown], str]] = {
    "text": lines_for_people,
    "json": json_lines,
    "csv": table,
    "html": page,
}
"""One row a format."""


# -- what this folder knows --------------------------------------------------------------------------


def settings_here() -> Settings:
    """Read the settings of this folder; the defaults where there are none or they have mistakes."""
    from reconciler.manifest.files import STATE
    from reconciler.settings import nearest_settings

    return nearest_settings(STATE, Path.cwd())[0]


def zone_of(begin: Mapping[str, Any], settings: Settings) -> ZoneInfo | None:
    """Return the time zone of a run's space as this folder or the service's host knows it."""
    space = settings.space(begin["space"])
    if space.project_key is None:
        space = settings.space(begin.get("space_name") or begin["space"])
    return space.at(begin["host"]).time_zone


def pinned_names(runs: Iterable[PastRun], settings: Settings) -> Names:
    """Return the words that the pins of this folder know for fields; nothing for a space without pins."""
    from reconciler.manifest.document import SEGMENT
    from reconciler.schema.pins import pins_folder, read_pins
    from reconciler.schema.types import change_key, every_spec

    found: dict[tuple[str, str, str], Collection[str]] = {}
    for space in {run.space for run in runs if SEGMENT.fullmatch(run.space)}:
        try:
            pins = read_pins(pins_folder(Path.cwd(), space, settings.homes))
        except CannotRun as error:
            tell(f"the names of the pins are not used: {error}")
            continue
        for kind in pins.types.values():
            for spec in every_spec(kind):
                found[space, kind.key, change_key(spec)] = (spec.alias, spec.name)
    return found
