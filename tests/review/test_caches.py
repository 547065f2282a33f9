"""Attacks on caches: what came with a checkout, and a machine without a place for them."""

from __future__ import annotations

import hmac
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk, Done

OFF = "note: every file is read, since no cache can be kept: "
STORY = 6300012320
STATE = f"{{id: {STORY}, fields: {{priority: P1}}}}"


@pytest.fixture
def user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody at a terminal."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("CI", "RECONCILER_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def pinned(desk: Desk, user: Path) -> Desk:
    """A desk with a file and its pins, where somebody planned before."""
    assert user.is_dir()
    desk.stories(STATE)
    assert desk.run("schema", "pull").code == 0
    assert desk.run("plan").code == 0
    return desk


def forge(path: Path, *, secret: bytes = b"") -> None:
    """Let a cache say that P3 is wanted, with its seal made anew."""
    with closing(sqlite3.connect(path)) as base, base:
        for context, page in base.execute("SELECT context, page FROM files").fetchall():
            forged = page.replace(b"option_1", b"option_3")
            assert forged != page
            seal = hmac.digest(secret, f"{context} ".encode() + forged, "sha256").hex()
            base.execute("UPDATE files SET page = ?, seal = ?", (forged, seal))


def caches(home: Path) -> list[Path]:
    return list(home.rglob("*.sqlite3"))


def test_a_cache_that_came_with_the_checkout_decides_nothing(pinned: Desk, user: Path) -> None:
    (made,) = caches(user)
    for name in ("wishes.sqlite3", made.name):
        committed = pinned.folder / ".reconciler/cache" / name
        committed.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, committed)
        forge(committed)
    shutil.rmtree(user)
    user.mkdir()
    for command in (("plan",), ("plan", "--format", "json"), ("plan", "--out", "plan.json")):
        done = pinned.run(*command)
        assert "P1" in done.out
        assert "P3" not in done.out
    assert pinned.run("apply", "--yes").code == 0
    assert [one["priority"]["value"] for one in pinned.sent] == ["option_1"]


def test_a_page_whose_seal_was_made_without_the_secret_is_not_believed(pinned: Desk, user: Path) -> None:
    (made,) = caches(user)
    forge(made)
    assert "→ P1" in pinned.run("plan").out


def test_a_cache_is_not_another_checkout_s(
    pinned: Desk, user: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before, there = pinned.run("plan"), tmp_path_factory.mktemp("clone")
    shutil.copytree(pinned.folder, there, dirs_exist_ok=True)
    pinned.folder = there
    assert pinned.run("plan") == before
    assert len(caches(user)) == 2


def test_ci_uses_no_cache_unless_one_is_named(
    pinned: Desk, user: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.rmtree(user / ".cache")
    pinned.environ["CI"] = "true"
    assert pinned.run("plan").err == ""
    assert caches(user) == []
    named = tmp_path_factory.mktemp("ci")
    named.chmod(0o700)
    pinned.environ["RECONCILER_CACHE"] = str(named)
    assert pinned.run("plan").err == ""
    assert len(caches(named)) == 1


@pytest.mark.parametrize("command", [("--format", "json"), ("--out", "p.json"), ("--format", "json=p.json")])
def test_no_plan_that_an_apply_takes_is_made_with_a_cache(
    pinned: Desk, user: Path, command: tuple[str, ...]
) -> None:
    shutil.rmtree(user / ".cache")
    assert pinned.run("plan", *command).code == 0
    assert caches(user) == []


@pytest.mark.parametrize("named", ["cache", ".reconciler/cache", "INSIDE"])
def test_a_named_cache_in_the_checkout_is_refused(pinned: Desk, named: str) -> None:
    pinned.environ["RECONCILER_CACHE"] = named.replace("INSIDE", str(pinned.folder / "deep/cache"))
    done = pinned.run("plan")
    assert "which is no full path of a folder outside the checkout; name such a folder" in done.err
    assert done.code == 1


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_no_plan_that_an_apply_takes_rests_on_what_is_remembered(
    pinned: Desk, user: Path, command: str
) -> None:
    user.chmod(0o700)
    pinned.environ["RECONCILER_CACHE"] = str(user)
    pinned.write("p.json", "an older plan")
    pinned.world.calls.clear()
    done = pinned.run(command, "--since-last", "--out", "p.json")
    assert done.code == 1
    assert "--since-last does not read everything, and --out saves a plan for apply" in done.err
    assert pinned.world.calls == []
    assert "an older plan" not in (pinned.folder / "p.json").read_text()
    assert pinned.run(command, "--since-last", "--format", "json=q.json").code == 0
    assert json.loads((pinned.folder / "q.json").read_text())["since_last"] is True
    for takes in (("apply", "q.json", "--yes"), ("record", "q.json")):
        done = pinned.run(*takes)
        assert done.code == 1
        assert "--since-last made it, which does not read everything" in done.err
    assert pinned.sent == []
    for shows in (("show", "q.json"), ("comment", "q.json", "--print")):
        assert pinned.run(*shows).code == 0
    assert pinned.run(command, "--format", "json=r.json").code == 0
    assert "since_last" not in json.loads((pinned.folder / "r.json").read_text())


def test_no_ready_workflow_reads_only_what_moved() -> None:
    templates = Path(__file__).parents[2] / "reconciler" / "templates"
    texts = [one.read_text() for one in templates.rglob("*") if one.suffix in {".yml", ".j2"}]
    assert len(texts) > 10
    assert not any("--since-last" in one or "RECONCILER_CACHE" in one for one in texts)


@pytest.mark.parametrize("named", [None, "", "off", "INSIDE"])
def test_nothing_is_remembered_but_in_a_folder_that_the_environment_names(
    pinned: Desk, named: str | None
) -> None:
    if named is not None:
        pinned.environ["RECONCILER_CACHE"] = named.replace("INSIDE", str(pinned.folder / "kept"))
    pinned.world.calls.clear()
    for command in ("plan", "drift"):
        done = pinned.run(command, "--since-last")
        assert done.code == 1
        assert "outside the checkout" in done.err
    assert pinned.world.calls == []
    assert not list(pinned.folder.rglob("*.since"))


def test_a_memory_that_somebody_else_wrote_is_not_believed(pinned: Desk, user: Path) -> None:
    user.chmod(0o700)
    pinned.environ["RECONCILER_CACHE"] = str(user)
    pinned.stories(f"{{id: {STORY}, fields: {{name: {pinned.world.item(STORY).name}}}}}")
    assert "No changes" in pinned.run("plan", "--since-last").out
    (made,) = user.glob("*.since")
    whole = made.read_bytes()
    (user / "key").write_bytes(b"x" * 32)
    pinned.run("plan", "--since-last")
    (other,) = set(user.glob("*.since")) - {made}
    other.write_bytes(whole)
    done = pinned.run("plan", "--since-last")
    assert f"all items of story were read: {other.name} is damaged" in done.out
    assert str(user) not in done.out


def planned(desk: Desk) -> Done:
    """A plan that needs no cache, and says in one line that there is none."""
    done = desk.run("plan")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert done.err.startswith(OFF)
    assert "→ P1" in done.out
    return done


def test_a_home_inside_the_checkout_keeps_nothing(pinned: Desk) -> None:
    pinned.environ["HOME"] = str(pinned.folder / "home")
    planned(pinned)
    assert not (pinned.folder / "home").exists()


def test_without_a_home_and_with_an_unknown_user_there_is_no_cache(
    pinned: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    planned(pinned)
    assert not (pinned.folder / "~").exists()
    pinned.environ["TMPDIR"] = str(pinned.folder)
    assert pinned.run("apply", "--yes").code == 0


def test_a_home_that_cannot_be_written_is_no_error(pinned: Desk, user: Path) -> None:
    (user / "file").write_text("")
    pinned.environ["HOME"] = str(user / "file")
    assert "Not a directory" in planned(pinned).err


def test_a_link_in_the_place_of_the_cache_is_not_followed(pinned: Desk, user: Path) -> None:
    (made,) = caches(user)
    made.rename(pinned.folder / "cache.sqlite3")
    made.symlink_to(pinned.folder / "cache.sqlite3")
    planned(pinned)


def test_doctor_and_rollback_say_that_no_token_can_be_kept(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert desk.run("apply", "--yes").code == 0
    (run,) = (path.name for path in desk.folder.glob(".reconciler/runs/*"))
    elsewhere = {"MEEGLE_BASE_URL": "https://project.feishu.cn", "MEEGLE_PROXY": "http://127.0.0.1:1"}
    desk.environ |= {**elsewhere, "HOME": "", "XDG_CACHE_HOME": "", "CI": "", "MEEGLE_RATE": "15"}
    why = "since none can be kept: there is no home folder\n"
    assert f"note  token: it is asked for in each run, {why}" in desk.run("doctor").out
    assert f"note: a token is asked for in each run, {why}" in desk.run("rollback", run, "--yes").err
