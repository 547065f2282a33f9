"""The doctor names the one cause of what is wrong, and writes nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.sandbox import Running, demo_world
from tests.doctor.demo_repository import TAIL, begin, told

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from tests.conftest import Desk

GIT = shutil.which("git") or ""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(desk: Desk) -> Desk:
    return begin(desk)


def test_where_all_is_well_each_area_has_its_line(home: Desk) -> None:
    done = home.run("doctor")
    assert done.code == 0
    areas = [line[6:].partition(":")[0] for line in done.out.splitlines()]
    assert areas == [
        *("variables", "connection", "plugin token", "clock", "user key", "plugin", "read permission"),
        *("time zone", "pins", "rate", "git", "write permission"),
    ]
    assert {line[:6].strip() for line in done.out.splitlines()} == {"ok", "-"}
    assert "acts as ana@example.com (a service account is wise" in done.out
    assert done.out.endswith(TAIL)
    assert home.world.writes == []


# -- twelve faults and more, each planted ------------------------------------------------------------


def variable(name: str, value: str) -> Callable[[Desk], None]:
    return lambda desk: desk.environ.update({name: value})


def unset(name: str) -> Callable[[Desk], None]:
    return lambda desk: desk.environ.update({name: ""})


def faulty(kind: str, path: str) -> Callable[[Desk], None]:
    return lambda desk: desk.world.options.set({"faults": [{"kind": kind, "path": path}]})


def pins_stale(desk: Desk) -> None:
    path = desk.folder / "schemas/demo/story.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"P0"', '"Pzero"'), encoding="utf-8")


def resigned(desk: Desk) -> None:
    desk.world.people[desk.environ["MEEGLE_USER_KEY"]].status = "resigned"


def no_repository(desk: Desk) -> None:
    shutil.rmtree(desk.folder / ".git")


def journals_not_ignored(desk: Desk) -> None:
    (desk.folder / ".gitignore").unlink()


PLANTED: dict[str, tuple[Callable[[Desk], None], str, str]] = {
    "wrong secret": (
        variable("MEEGLE_PLUGIN_SECRET", "0" * 32),
        "wrong plugin secret",
        "check MEEGLE_PLUGIN_ID and MEEGLE_PLUGIN_SECRET on the plugin's page",
    ),
    "secret with a newline": (
        variable("MEEGLE_PLUGIN_SECRET", "0123456789abcdef\n"),
        "wrong variables",
        "set MEEGLE_PLUGIN_SECRET again without it",
    ),
    "host of nobody's list": (
        variable("MEEGLE_BASE_URL", "https://project.feishu.example"),
        "wrong variables",
        "MEEGLE_BASE_URL names a host that is not on the list",
    ),
    "host that does not answer": (
        variable("MEEGLE_BASE_URL", "http://127.0.0.1:9"),
        "wrong host",
        "check the spelling of MEEGLE_BASE_URL",
    ),
    "host that sends elsewhere": (
        faulty("redirect", "/open_api/*"),
        "wrong host",
        "the address that people of this tenant open in the browser",
    ),
    "user key missing": (unset("MEEGLE_USER_KEY"), "wrong variables", "set MEEGLE_USER_KEY"),
    "user key unknown": (
        variable("MEEGLE_USER_KEY", "7319999999999999999"),
        "wrong user key",
        "set MEEGLE_USER_KEY",
    ),
    "user resigned": (resigned, "wrong user key", "set MEEGLE_USER_KEY"),
    "plugin not installed": (
        faulty("not_installed", "/open_api/[!a]*"),
        "wrong plugin",
        "install it in the space",
    ),
    "read permission missing": (
        faulty("not_installed", "*/flow_roles/*"),
        "wrong read permission",
        "flow_roles: the plugin may not do this: 10301",
    ),
    "clock off": (
        variable("SOURCE_DATE_EPOCH", str(int(time.time()) - 600)),
        "wrong clock",
        "behind the service's; take SOURCE_DATE_EPOCH out",
    ),
    "pins stale": (pins_stale, "wrong pins", "look at `reconciler schema check`"),
    "rate exhausted": (faulty("throttle", "/open_api/projects"), "wrong rate", "share one limit"),
    "quota used up": (faulty("quota", "/open_api/projects"), "wrong rate", "wait until it is renewed"),
    "not a git repository": (no_repository, "note  git", "this is not a git repository"),
    "journals not ignored": (journals_not_ignored, "note  git", "add .reconciler/ to .gitignore"),
    "proxy that is not there": (
        variable("MEEGLE_PROXY", "http://127.0.0.1:9"),
        "wrong proxy",
        "check MEEGLE_PROXY: nothing can be reached through it",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_named_and_nothing_else_is(home: Desk, fault: str) -> None:
    plant, area, words = PLANTED[fault]
    plant(home)
    code, lines = told(home)
    assert code == (1 if area.startswith("wrong") else 0)
    (line,) = lines
    assert line.startswith(f"{area}: ")
    assert words in line


def test_a_clock_that_is_off_is_told_by_the_date_of_the_answer(home: Desk) -> None:
    def an_hour_on(app: WSGIApplication) -> WSGIApplication:
        def late(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            def dated(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                return start(status, [*headers, ("Date", formatdate(time.time() + 3600, usegmt=True))], *rest)

            return app(environ, dated)

        return late

    with Running(demo_world(), around=an_hour_on) as service:
        home.environ["MEEGLE_BASE_URL"] = service.url
        _, (line,) = told(home)
    assert line.startswith("wrong clock: ")
    assert line.endswith("behind the service's; set it by NTP: plans and operation records go by it")


def test_a_proxy_that_only_other_programs_use_is_hinted_at(home: Desk) -> None:
    home.environ |= {"MEEGLE_BASE_URL": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:10"}
    _, (line,) = told(home)
    assert line.endswith("; HTTPS_PROXY is not read here, set MEEGLE_PROXY")
