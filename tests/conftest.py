"""A folder with files, a pretend service on a port, and the command line between them."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from reconciler import cli
from reconciler.language import begin
from reconciler.sandbox import Running, World, demo_world
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

for profile, examples in (("quick", 60), ("deep", 1000)):
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        phases=[phase for phase in Phase if phase is not Phase.explain],
    )
settings.load_profile("quick")
os.environ["RECONCILER_CACHE"] = "off"  # no test reads or writes the cache of whoever runs it


def is_deep() -> bool:
    """Whether the long searches were asked for, by `--hypothesis-profile=deep`."""
    return settings.get_current_profile_name() == "deep"


def without(what: str) -> None:
    """Skip a test for what the machine lacks, or fail where a skipped one would go unnoticed."""
    (pytest.fail if os.environ.get("RECONCILER_NO_SKIPS") == "1" else pytest.skip)(what)


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the locks of tests out of the home of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("user")))
        yield


@pytest.fixture(autouse=True)
def _english() -> None:
    """Begin each test in English, whatever settings the one before it read."""
    begin(None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the searches went through, which they keep by `record_property("count", …)`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "count":
                terminalreporter.write_line(f"counted: {value}")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command ended with."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Desk:
    """What a person sits at: a folder, a service and its credentials."""

    folder: Path
    service: Running
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.service.world

    @property
    def sent(self) -> list[Any]:
        """The bodies of all PUTs, as `[{field key: value}, …]`."""
        return [
            {pair["field_key"]: pair["field_value"] for pair in made.body["update_fields"]}
            for made in self.world.writes
            if isinstance(made.body, Mapping) and "update_fields" in made.body
        ]

    def asked(self, ending: str) -> int:
        """How many calls went to paths that end so."""
        return sum(made.path.endswith(ending) for made in self.world.calls)

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def stories(self, *items: str, file: str = "state/stories.yaml", type_: str = "story") -> None:
        """Write a file of the demo space with items as flow maps."""
        lines = "".join(f"  - {item}\n" for item in items)
        self.write(file, f"space: demo\ntype: {type_}\nitems:\n{lines}")

    def run(self, *arguments: str) -> Done:
        """Run a command in this process."""
        out, err = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        os.environ.update(self.environ)
        try:
            with (
                contextlib.chdir(self.folder),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                code = cli.main(arguments)
        finally:
            os.environ.clear()
            os.environ.update(before)
        return Done(code, out.getvalue(), err.getvalue())

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "reconciler", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextlib.contextmanager
def desk_in(
    folder: Path, around: Callable[[WSGIApplication], WSGIApplication] = lambda app: app
) -> Iterator[Desk]:
    """A desk with the demo space of its own and no limiter between them; `around` is one more layer."""
    with Running(demo_world(), around=around) as service:
        known = service.world.credentials
        service.world.options.throttle = False
        yield Desk(
            folder,
            service,
            {
                "MEEGLE_BASE_URL": service.url,
                "MEEGLE_PLUGIN_ID": known.plugin_id,
                "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
                "MEEGLE_USER_KEY": known.user_key,
                "MEEGLE_RATE": "0",
            },
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk for one test."""
    with desk_in(tmp_path) as desk:
        yield desk


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """A repository whose first commit wants what is live of one story."""
    git(desk.folder, "init", "-q")
    desk.stories("{id: 6300012320, fields: {priority: P0, story_points: 5, due: 2026-04-21}}")
    commit(desk)
    return desk
