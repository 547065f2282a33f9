"""Every test file belongs to exactly one suite of `tests/run.sh`, so that each test is run, and run once."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"^suite (\w+) tests_of (.+)$", re.MULTILINE)
ALONE = 'suite alone "$BIN/pytest" tests -m alone'


def suites() -> dict[str, tuple[list[str], list[str]]]:
    """Read the suites of the script: name → the folders that it runs, and those that it leaves to others."""
    script = (ROOT / "tests" / "run.sh").read_text(encoding="utf-8")
    apart = re.search(r'^apart="(.+)"$', script, re.MULTILINE)
    assert apart
    found = {}
    for name, words in LINE.findall(script):
        run, _, rest = words.partition(" $(")
        left = [f"tests/{folder}" for folder in apart[1].split()] if rest else []
        found[name] = (run.split(), left)
    return found


def test_every_test_file_is_in_exactly_one_suite() -> None:
    read = suites()
    assert set(read) == {"units", "sandbox", "crash", "pages", "workflows", "faults"}
    files = [file.relative_to(ROOT).as_posix() for file in (ROOT / "tests").rglob("test_*.py")]
    assert len(files) > len(read)
    for file in files:
        above = {parent.as_posix() for parent in PurePosixPath(file).parents}
        in_suites = [name for name, (run, left) in read.items() if above & set(run) and not above & set(left)]
        assert len(in_suites) == 1, (file, in_suites)


def test_tests_that_measure_run_once_and_alone() -> None:
    script = (ROOT / "tests" / "run.sh").read_text(encoding="utf-8")
    assert '-m "not alone"' in script
    assert script.count(ALONE) == 1


def test_every_folder_that_a_suite_names_exists() -> None:
    folders = {folder for run, left in suites().values() for folder in (*run, *left)}
    assert len(folders) > 1
    assert [folder for folder in sorted(folders) if not (ROOT / folder).is_dir()] == []


def test_the_page_about_tests_names_files_that_exist() -> None:
    page = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests/)?[\w/]+(?:\.py|/))`", page)
    assert len(named) > len(suites())
    assert [one for one in named if not any((ROOT / folder / one).exists() for folder in ("", "tests"))] == []
