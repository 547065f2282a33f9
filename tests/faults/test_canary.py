"""No secret is in any stream or file, however a command fails and whatever the service repeats."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest

from reconciler.cli import COMMANDS
from reconciler.sandbox import Running, demo_world
from reconciler.sandbox.http.admission import Token
from reconciler.sandbox.http.faults import FAULTS
from reconciler.sandbox.http.tcp_faults import CARRIED_OUT, Front
from tests.conftest import Desk, Done, is_deep
from tests.faults.canary import (
    CREDENTIALS,
    FORGE_TOKEN,
    GITHUB_TOKEN,
    LARK_SECRET,
    PLUGIN_SECRET,
    PROXY_PASSWORD,
    WEBHOOK,
    Echo,
    files_under,
    forms,
    leaks,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

STORY = 6300012320
OTHERS = (GITHUB_TOKEN, FORGE_TOKEN, WEBHOOK, LARK_SECRET)
"""Secrets for forges and chats."""
TOKEN = 'p-canary"token\\5d/+%<&>e1'
FORMATS = ("json", "markdown", "html", "github", "gitlab", "codequality", "junit")
EVERYWHERE = "".join(f" --format {name}=out.{name}" for name in FORMATS)
LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "demo": (),
    "sandbox": ("sandbox snapshot seed.yaml",),
    "validate": ("validate", "validate --format json", "validate --format github"),
    "plan": (f"plan --blame{EVERYWHERE}", "plan --out saved.json --format github", "plan broken --strict"),
    "show": (f"show plan.json{EVERYWHERE}",),
    "pull": (
        f"pull {STORY} --type story --into pulled.yaml --fields all",
        "pull --refresh",
        "pull --snapshot seed.yaml",
    ),
    "fmt": ("fmt",),
    "runs": ("runs", "runs verify", "runs --journal run/journal.jsonl"),
    "rollback": ("rollback run --journal run/journal.jsonl --yes --max-share 100%",),
    "why": (f"why {STORY + 1}.priority",),
    "schema": ("schema pull", "schema check"),
    "apply": (
        "apply --yes --max-share 100%",
        "apply --yes --format json --deadline 60s",
        "apply plan.json",
        "apply broken --yes",
    ),
    "drift": ("drift --detailed-exitcode", "drift --heal --yes"),
    "doctor": ("doctor", f"doctor --probe {STORY}"),
    "comment": ("comment plan.json", "comment plan.json --print"),
    "notify": ("notify plan.json", "notify --drift plan.json --print"),
}
"""Command lines of each command; one that is not here runs without arguments.  `demo` has its own service."""
COMMAND_LINES = [line for command in COMMANDS for line in LINES.get(command, (command,))]
LINE_KINDS = sorted({"reset", "stall", *CARRIED_OUT})
ECHOES = ("refusal", "long", "page", "redirect", "down")
PARTS = 12
TIMES = 1
"""Calls that are spoilt in one run: a read is asked again, and a run should come to its other calls."""
LEVELS = ("debug", "info", "warning", "error")

Way = tuple[str, str, dict[str, Any]]
"""Where a call is spoilt (`around`, `faults`, `connection_faults` or nowhere), at which path, and how."""


def ways() -> list[Way]:
    """Return every way in which the service or the line spoils calls."""
    asked = ("plugin_token", "/query", f"/{STORY}", "/field/all", "/flow_roles/story")
    echoes: list[Way] = [("around", path, {"how": how}) for path in asked for how in ECHOES]
    kinds = [("faults", kind) for kind in sorted(FAULTS)] + [
        ("connection_faults", kind) for kind in LINE_KINDS
    ]
    faults: list[Way] = [
        (where, path, {"kind": kind, "nth": first, "times": TIMES, "delay_ms": 2})
        for path, first, (where, kind) in product(("*", "*/query", "*/plugin_token"), (1, 2), kinds)
    ]
    return [("", "", {}), *echoes, *faults]


def cases() -> list[tuple[str, Way, str]]:
    """Return level, way and command line of each run: all in a deep run, else each at least once.

    The levels take turns, since what one tells the next tells, too.
    """
    runs = [
        (LEVELS[number % 4], way, line) for number, (way, line) in enumerate(product(ways(), COMMAND_LINES))
    ]
    return runs if is_deep() else runs[:: len(COMMAND_LINES) + 1] + runs[: len(COMMAND_LINES)]


@dataclass(slots=True)
class Room:
    """A desk whose service knows our secrets, behind a proxy that wants a password."""

    desk: Desk
    echo: Echo

    def spoil(self, way: Way) -> None:
        """Let the next calls go wrong."""
        where, path, rule = way
        if where == "around":
            self.echo.how, self.echo.asked, self.echo.left = rule["how"], path, TIMES
        elif where:
            self.desk.world.options.set({where: [{"path": path, **rule}]})

    @property
    def secrets(self) -> list[str]:
        """All that nobody may see, every token that the service gave out included."""
        return [PLUGIN_SECRET, PROXY_PASSWORD, *OTHERS, TOKEN, *self.desk.world.gate.tokens]

    def told(self, done: Done) -> list[str]:
        """Look for secrets in the streams of a run."""
        return leaks(self.secrets, [("stdout", done.out.encode()), ("stderr", done.err.encode())])


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    world = demo_world()
    world.credentials = world.gate.credentials = CREDENTIALS
    world.options.throttle = False
    world.gate.tokens[TOKEN] = Token(TOKEN, time.time() + 7200)
    world.gate._plugin["p-"] = TOKEN
    layers: list[Echo] = []

    def around(app: WSGIApplication) -> WSGIApplication:
        layers.append(Echo(app))
        return layers[0]

    with Running(world, around=around) as service, Front(service.url, world) as front:
        environ = {
            "MEEGLE_BASE_URL": service.url,
            "MEEGLE_PLUGIN_ID": CREDENTIALS.plugin_id,
            "MEEGLE_PLUGIN_SECRET": PLUGIN_SECRET,
            "MEEGLE_USER_KEY": CREDENTIALS.user_key,
            "MEEGLE_RATE": "0",
            "MEEGLE_PROXY": front.url.replace("//", f"//canary:{quote(PROXY_PASSWORD, safe='')}@"),
            "GITHUB_TOKEN": GITHUB_TOKEN,
            "GH_TOKEN": GITHUB_TOKEN,
            "RECONCILER_FORGE_TOKEN": FORGE_TOKEN,
            "RECONCILER_LARK_WEBHOOK": f"http://127.0.0.1:9/open-apis/bot/v2/hook/{WEBHOOK}",
            "RECONCILER_LARK_SECRET": LARK_SECRET,
            "GITHUB_API_URL": "http://127.0.0.1:9",
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "HOME": str(tmp_path / "home"),
        }
        yield Room(Desk(tmp_path, service, environ), layers[0])


def prepared(desk: Desk) -> None:
    """Write state, a saved plan and a journal, by a service in good health."""
    desk.stories(
        f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}, roles: {{RD: [dana@example.com]}}}}",
        f"{{id: {STORY + 1}, fields: {{priority: P2, ext_ref: hello}}}}",
    )
    desk.write(
        "broken/a.yaml", f"space: demo\ntype: story\nitems:\n  - {{id: {STORY}, fields: {{prio: P}}}}\n"
    )
    assert desk.run("plan", "--out", "plan.json").code == 0
    assert desk.run("apply", "plan.json").code == 0
    (folder,) = (desk.folder / ".reconciler" / "runs").iterdir()
    folder.rename(desk.folder / "run")
    desk.world.edit(STORY, "field_3724e6", 1)


@contextmanager
def logged() -> Iterator[None]:
    """Let a run set up logging as a process of its own does."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_secret_is_in_any_stream_or_file(room: Room, part: int) -> None:
    prepared(room.desk)
    mine = cases()[part::PARTS]
    assert mine
    for level, way, line in mine:
        room.spoil(way)
        with logged():
            done = room.desk.run("--log-level", level, *line.split())
        assert done.code in {0, 1, 2, 3, 4}, (line, way)
        assert "internal error" not in done.err, (line, way, done.err)
        assert room.told(done) == [], (line, way)
    assert leaks(room.secrets, files_under(room.desk.folder)) == []


def test_a_planted_secret_is_found_in_every_form(tmp_path: Path) -> None:
    for number, form in enumerate(forms(PLUGIN_SECRET)):
        (tmp_path / f"{number}.txt").write_bytes(b"before " + form + b" after")
    found = {hit.partition(" ")[0] for hit in leaks([PLUGIN_SECRET], files_under(tmp_path))}
    assert found == {f"{number}.txt" for number in range(len(list(forms(PLUGIN_SECRET))))}


def test_the_service_and_the_proxy_do_see_the_secrets(room: Room) -> None:
    """Else the run above would prove nothing."""
    room.desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    room.spoil(("around", "/query", {"how": "refusal"}))
    done = room.desk.run("plan")
    assert done.code == 1
    assert "query was refused: 20006" in done.err
    assert "(hidden)" in done.err
