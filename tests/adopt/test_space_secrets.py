"""The secrets of single spaces in the ready workflows: `init --upgrade --space` writes and keeps them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from reconciler.adopt.space_secrets import endings_in, endings_of, lacking, ready_for
from reconciler.adopt.workflows import ready, seal_template, sealed_files, written_as
from reconciler.meegle.space_variables import USUAL

if TYPE_CHECKING:
    from tests.conftest import Desk

FLOWS = Path(".github/workflows")
BOTH = ("--upgrade", "--space", "demo", "--space", "web-shop")


def beginning(desk: Desk) -> dict[str, Path]:
    """A repository with the ready workflows."""
    (desk.folder / FLOWS).mkdir(parents=True)
    files = {name: desk.folder / FLOWS / name for name in ready()}
    for name, path in files.items():
        path.write_text(ready()[name], encoding="utf-8")
    return files


def test_each_step_with_the_plain_secrets_gets_those_of_each_space() -> None:
    for name, text in ready().items():
        jobs = YAML(typ="safe").load(ready_for(name, ("DEMO", "WEB_SHOP")))["jobs"]
        seen = 0
        for job in jobs.values():
            for step in job["steps"]:
                env = step.get("env") or {}
                plain = [one for one in USUAL if one in env]
                seen += len(plain)
                own = [f"{one}__{ending}" for ending in ("DEMO", "WEB_SHOP") for one in plain]
                assert [one for one in env if one.startswith(USUAL)] == [*plain, *own]
                assert all(env[one] == f"${{{{ secrets.{one} }}}}" for one in own)
        assert seen == len(re.findall(r"\{ secrets\.MEEGLE_\w+ \}", text)) > 0


def test_without_spaces_and_on_gitlab_a_file_is_the_ready_one() -> None:
    assert {name: ready_for(name, ()) for name in sealed_files()} == sealed_files()
    pieces = {name: text for name, text in sealed_files().items() if name.startswith("gitlab/")}
    assert pieces
    assert {name: ready_for(name, ("DEMO",)) for name in pieces} == pieces


def test_the_file_has_a_seal_of_its_own_and_says_which_spaces_it_is_for() -> None:
    text = ready_for("drift.yml", ("MOBILE", "DEMO"))
    assert (written_as(text), endings_in(text)) == ("drift.yml", ("MOBILE", "DEMO"))
    assert lacking(text, ("DEMO", "WEB_SHOP")) == ["WEB_SHOP"]
    assert lacking("on: push\n", ("DEMO",)) == []


def test_spaces_whose_variables_have_one_name_and_empty_words_count_once_and_never() -> None:
    assert endings_of(["web-shop", "", "web_shop", "demo"]) == ("WEB_SHOP", "DEMO")


def test_upgrade_with_spaces_hands_on_their_secrets_and_check_finds_nothing(desk: Desk) -> None:
    files = beginning(desk)
    done = desk.run("init", *BOTH)
    assert done.code == 0, done.err
    assert done.out.splitlines()[:3] == [f"renewed {FLOWS}/{name}" for name in sorted(files)]
    for name, path in files.items():
        assert path.read_text("utf-8") == ready_for(name, ("DEMO", "WEB_SHOP"))
    done = desk.run("init", "--check")
    assert (done.code, done.out) == (0, "No outdated action in the workflows.\n")


def test_a_later_upgrade_keeps_the_spaces_and_takes_others_where_they_are_named(desk: Desk) -> None:
    files = beginning(desk)
    desk.run("init", *BOTH)
    text = files["plan.yml"].read_text("utf-8").replace("timeout-minutes: 30", "timeout-minutes: 29")
    files["plan.yml"].write_text(seal_template("plan.yml", text), encoding="utf-8")
    assert desk.run("init", "--upgrade").out.startswith(f"renewed {FLOWS}/plan.yml\n")
    assert files["plan.yml"].read_text("utf-8") == ready_for("plan.yml", ("DEMO", "WEB_SHOP"))
    desk.run("init", "--upgrade", "--space", "mobile")
    assert {endings_in(path.read_text("utf-8")) for path in files.values()} == {("MOBILE",)}


def test_an_author_s_edit_stays_and_is_told_what_it_lacks(desk: Desk) -> None:
    files = beginning(desk)
    edited = ready()["apply.yml"].replace("timeout-minutes: 300", "timeout-minutes: 200")
    files["apply.yml"].write_text(edited, encoding="utf-8")
    done = desk.run("init", *BOTH)
    assert files["apply.yml"].read_text("utf-8") == edited
    said = "not as `init` wrote it, so hand on the secrets of __{} yourself"
    for ending in ("DEMO", "WEB_SHOP"):
        assert f"{FLOWS}/apply.yml: {said.format(ending)}" in done.out.splitlines()


def test_a_new_repository_begins_with_one_space_and_says_how_the_others_follow(desk: Desk) -> None:
    fix = "`reconciler init --upgrade --space demo --space mobile`"
    done = desk.run("init", "--space", "demo", "--space", "mobile", "--type", "story")
    said = f"error: a new repository begins with one space; then hand on the secrets of all by {fix}\n"
    assert (done.code, done.err) == (1, said)
    done = desk.run("init", "--check", "--space", "demo")
    said = "error: --space is not for --check; leave it out, or renew the workflows with --upgrade\n"
    assert (done.code, done.err) == (1, said)
