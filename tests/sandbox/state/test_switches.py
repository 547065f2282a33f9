"""The switches, one for each open question of the pages (endpoints.md 13): their words and their page."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.sandbox import Options, load_options
from reconciler.sandbox.state.switches import WORDS

Json = Any
ROOT = Path(__file__).parents[3]


# -- values -----------------------------------------------------------------------------------------------


def test_an_unknown_switch_is_no_silent_default(tmp_path: Path) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("per_secnd: 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no such switch: per_secnd"):
        load_options(file)
    file.write_text("per_second: 3\nclear_by: {number: [list]}\n", encoding="utf-8")
    assert load_options(file) == Options(per_second=3, clear_by={"number": ["list"]})


@pytest.mark.parametrize(
    ("switches", "told"),
    [
        ({"unknown_ids": "skip"}, "unknown_ids: no such word: skip; there are refuse, omit"),
        ({"normalise": {"text": "title"}}, "normalise: no such word: title"),
        ({"faults": [{"kind": "lots"}]}, "faults: no such word: lots"),
        ({"connection_faults": [{"times": 1}]}, "connection_faults: no such word: None"),
        ({"throttle": "perhaps"}, "throttle: Input should be a valid boolean"),
        ({"per_second": "many"}, "per_second: Input should be a valid integer"),
    ],
)
def test_a_word_that_a_switch_does_not_know_is_told(switches: Json, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Options().set(switches)


ROW = re.compile(r"^\| `(\w+)` \| (`[^`]*`(?:, `[^`]*`)*) \| .+ \|$", re.MULTILINE)


def test_every_switch_has_a_line_that_says_its_default_its_words_and_why_it_is_one() -> None:
    rows = ROW.findall((ROOT / "docs/sandbox.md").read_text(encoding="utf-8"))
    cells = {name: tuple(re.findall("`([^`]*)`", cell)) for name, cell in rows}
    told = {name: YAML(typ="safe").load(some[0]) for name, some in cells.items()}
    wanted = asdict(Options())
    words = {name for name, value in wanted.items() if isinstance(value, str)}
    assert told | {name: str(told[name] or "null") for name in words} == wanted
    assert {name: cells[name] for name in words} == {name: WORDS[name] for name in words}
