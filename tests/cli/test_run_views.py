"""Who changed what, over all journals of a folder, in every format."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import desk_in
from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.conftest import Desk

THEN = Path(__file__).parents[1] / "compat" / "c233f07"
STORY = 6300012320
SEPTEMBER, OCTOBER, NOVEMBER = "1790783999", "1790784000", "1793462400"
"""The last second of September in Shanghai, the first one of October, the first one of November."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three runs, by three people, in artifacts of CI beside one of the first version."""
    with desk_in(tmp_path_factory.mktemp("desk")) as desk:
        git(desk.folder, "init", "-q")
        for number, (second, actor, value) in enumerate(
            [(SEPTEMBER, "ana", "P3"), (OCTOBER, "bo", "P1"), (NOVEMBER, "chen", "P2")], 1
        ):
            desk.stories(
                f"{{id: {STORY}, fields: {{priority: {value}, notes: =1+{number}}}}}",
                f"{{id: {STORY + 1}, fields: {{story_points: {number + 20}}}}}",
            )
            desk.environ |= {"SOURCE_DATE_EPOCH": second, "GITHUB_ACTOR": actor}
            assert desk.run("apply", "--yes").code == 0
            (folder,) = (desk.folder / ".reconciler/runs").iterdir()
            shutil.move(folder, desk.folder / f"artifacts/run-{number}/journal/{folder.name}")
        desk.write("state/reconciler.yaml", "people: {boss: bo}\n")
        shutil.copy(THEN / "finished.jsonl", desk.folder / "artifacts/finished.jsonl")
        del desk.environ["GITHUB_ACTOR"]
        yield desk


def people(desk: Desk, *flags: str) -> list[str]:
    """Who ran what the flags select."""
    done = desk.run("runs", "--journals", "artifacts", "--format", "json", *flags)
    assert done.code == 0, done.err
    return [json.loads(line)["by"]["key"] for line in done.out.splitlines()]


def test_all_journals_of_a_folder_are_listed_in_their_order(desk: Desk) -> None:
    done = desk.run("runs", "--journals", "artifacts")
    assert [line.split()[4] for line in done.out.splitlines()] == ["ana", "bo", "chen", "7310000000000000001"]
    assert (done.code, done.err) == (0, "")


def test_october_is_a_month_of_the_space(desk: Desk) -> None:
    assert people(desk, "--since", "2026-10", "--until", "2026-10") == ["bo"]
    assert people(desk, "--since", "2026-10-01", "--until", "2026-10-31") == ["bo"]
    assert people(desk, "--since", "2026-10-01T00:00+08:00") == ["bo", "chen", "7310000000000000001"]
    assert people(desk, "--until", "2026-09-30") == ["ana"]


def test_filters_say_who_what_and_where(desk: Desk) -> None:
    assert people(desk, "--by", "ana@example.com") == ["ana", "bo", "chen"]
    assert people(desk, "--by", "boss") == ["bo"]
    assert people(desk, "--item", str(STORY + 1), "--until", "2026-10") == ["ana", "bo"]
    assert len(people(desk, "--field", "field_3724e6")) == 4
    assert len(people(desk, "--field", "Story points")) == 3


def test_a_field_that_is_asked_for_is_shown_below_its_run(desk: Desk) -> None:
    told = desk.run("runs", "--journals", "artifacts", "--field", "priority", "--by", "bo").out
    assert "1 of 3 fields shown" in told
    assert "~ Priority  P3 → P1   :4" in told
    assert "Story points" not in told


def test_a_run_among_them_is_shown_by_its_id(desk: Desk) -> None:
    run = desk.run("runs", "--journals", "artifacts").out.split()[0]
    told = desk.run("runs", run[:17], "--journals", "artifacts").out
    assert f"run           {run}\n" in told
    raw = desk.run("runs", run, "--journals", "artifacts", "--format", "json").out.splitlines()
    assert [json.loads(line)["n"] for line in raw] == list(range(1, len(raw) + 1))


def test_the_table_has_a_line_for_each_field(desk: Desk) -> None:
    told = desk.run("runs", "--journals", "artifacts", "--until", "2026-10", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told.out)))
    first = [(row["by"], row["field"], row["after"]) for row in rows[:3]]
    # A journal has the items in the order in which they were sent, which two lanes decide.
    assert sorted(first, key=lambda row: row[1] == "Story points") == [
        ("ana", "Priority", "P3"),
        ("ana", "Notes", '"=1+1"'),
        ("ana", "Story points", "21"),
    ]
    assert len(rows) == 6


def test_files_are_written_and_named_and_a_table_says_that_it_is_utf_8(desk: Desk) -> None:
    done = desk.run("runs", "--journals", "artifacts", "--format", "html=a.html", "--format", "csv=a.csv")
    assert (done.out, done.err) == ("", "written: a.html (html), a.csv (csv)\n")
    assert (desk.folder / "a.csv").read_bytes().startswith(b"\xef\xbb\xbftime,")
    assert "4 runs changed 13 fields" in (desk.folder / "a.html").read_text(encoding="utf-8")


def test_a_file_is_never_written_through_a_link_of_the_checkout_nor_into_the_state(desk: Desk) -> None:
    (desk.folder / "october.html").symlink_to("/dev/full")
    git(desk.folder, "add", "-f", "october.html")
    done = desk.run("runs", "--journals", "artifacts", "--format", "html=october.html")
    assert (done.code, "came with the checkout" in done.err) == (1, True)
    assert desk.run("runs", "--journals", "artifacts", "--format", "csv=state/x.csv").code == 1


def test_a_journal_stays_private(desk: Desk) -> None:
    for path in (desk.folder / "artifacts").rglob("*/journal.jsonl"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_damaged_is_told_in_every_format_and_the_rest_is_shown(desk: Desk, tmp_path: Path) -> None:
    shutil.copytree(desk.folder / "artifacts", tmp_path / "artifacts")
    (broken,) = (tmp_path / "artifacts/run-2").rglob("journal.jsonl")
    # Two lanes decide which item comes first, so it is the line of this one that is looked for.
    lines = broken.read_bytes().splitlines(keepends=True)
    (changed,) = (number for number, line in enumerate(lines, 1) if b"P1" in line)
    lines[changed - 1] = lines[changed - 1].replace(b"P1", b"P0")
    broken.write_bytes(b"".join(lines))
    (tmp_path / "artifacts/notes.jsonl").write_text("{}\n", encoding="utf-8")
    for form in ("text", "json", "csv", "html"):
        done = desk.run("runs", "--journals", str(tmp_path), "--format", form)
        assert done.code == 1
        assert f"journal.jsonl  line {changed} of journal.jsonl is damaged" in done.err
        assert "notes.jsonl  not a journal\n" in done.err
        assert "chen" in done.out
    assert "2 files were not read" in done.out


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--journals", "state"], "error: no journal in state could be read; "),
        (["--journals", "nosuch"], "error: nosuch is no folder; "),
        (
            ["--journals", "artifacts", "--journal", "x"],
            "error: --journal and --journals are given together; ",
        ),
        (
            ["--journals", "artifacts", "--field", "priorty"],
            "error: --field 'priorty' is in none of the journals",
        ),
        (["--journals", "artifacts", "--since", "october"], "error: --since 'october' is no date or time; "),
        (["nosuch", "--journals", "artifacts"], "error: no run 'nosuch'; "),
        (
            ["last", "--journals", "artifacts", "--format", "json", "--item", "story"],
            "error: the JSON of one run is ",
        ),
        (["verify", "--by", "bo"], "error: --since, --until, --item, --field and --by are for the list"),
        (["--format", "csv", "--format", "json"], "error: two formats for one stdout; "),
        (["--format", "pdf"], "Usage: "),
    ],
)
def test_a_wrong_word_is_told_with_what_to_do(desk: Desk, flags: list[str], message: str) -> None:
    done = desk.run("runs", *flags)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(message)


def test_a_time_in_which_nothing_happened_is_no_error(desk: Desk) -> None:
    done = desk.run("runs", "--journals", "artifacts", "--since", "2027-01")
    assert (done.code, done.out) == (0, "No run answers to this.\n")


def test_the_settings_name_the_zone_of_a_journal_that_does_not(desk: Desk) -> None:
    zone = "spaces:\n  demo: {project_key: 64a0c1f2e3b4d5a6c7e8f901, time_zone: Europe/Berlin}\n"
    desk.write("state/reconciler.yaml", zone)
    told = desk.run("runs", "last", "--journals", "artifacts").out
    desk.write("state/reconciler.yaml", "people: {boss: bo}\n")
    assert "time          2026-11-18 12:06:40 Europe/Berlin (0 s)" in told


def test_verify_takes_the_journals_of_a_folder(desk: Desk) -> None:
    done = desk.run("runs", "verify", "--journals", "artifacts")
    assert (done.code, done.out.count("consistent in itself")) == (0, 4)


def test_only_the_one_run_of_a_folder_is_rolled_back_by_its_journal(desk: Desk) -> None:
    (path,) = (desk.folder / "artifacts/run-3").rglob("journal.jsonl")
    done = desk.run("rollback", "last", "--journal", str(path), "--out", "back.json")
    assert "~ Priority  P2 → P1" in done.out
