"""Saved plans and journals that were edited, torn or swapped: told, and never carried out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.apply.journal import FIRST, seal_line

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
Damage = Callable[[bytes], bytes]


def member(name: str, value: object) -> Damage:
    """Give a member of the file another value."""

    def damaged(raw: bytes) -> bytes:
        made = json.loads(raw)
        made[name] = value
        return json.dumps(made).encode()

    return damaged


def without(name: str) -> Damage:
    """Take a member out of the file."""

    def damaged(raw: bytes) -> bytes:
        made = json.loads(raw)
        del made[name]
        return json.dumps(made).encode()

    return damaged


PLANS: dict[str, tuple[Damage, str]] = {
    "a value by hand": (lambda raw: raw.replace(b'"P3"', b'"P2"'), "its seal is broken"),
    "the seal by hand": (member("seal", "0" * 64), "its seal is broken"),
    "no seal": (without("seal"), "its seal is broken"),
    "another host": (member("host", "project.feishu.cn"), "its seal is broken"),
    "another space": (member("space", {"name": "demo", "key": "0" * 24, "types": {}}), "its seal is broken"),
    "another format": (member("format_version", "2.0"), "another format"),
    "a member too much": (member("then_run", "rm -rf /"), "then_run"),
    "a member too few": (without("resource_changes"), "resource_changes"),
    "a list": (lambda _: b"[]", "cannot be used"),
    "null": (lambda _: b"null", "cannot be used"),
    "an empty file": (lambda _: b"", "cannot be used"),
    "half a file": (lambda raw: raw[: len(raw) // 2], "cannot be used"),
    "no UTF-8": (lambda raw: raw.replace(b"P3", b"\xff\xfe"), "cannot be used"),
    "NaN": (lambda raw: raw.replace(b'"option_3"', b"NaN"), "cannot be used"),
    "YAML": (lambda _: b"!!python/object/apply:os.system [id]", "cannot be used"),
    "a pickle": (lambda _: b"\x80\x04\x95cos\nsystem\n", "cannot be used"),
    "a doubled member": (lambda raw: raw.replace(b'"seal"', b'"seal": "x", "seal"'), "names a member twice"),
    "100,000 brackets": (lambda _: b"[" * 100_000, "cannot be used"),
    "a number of 5,000 digits": (
        lambda raw: raw.replace(str(STORY).encode(), b"9" * 5000),
        "cannot be used",
    ),
}  # fmt: skip


@pytest.mark.parametrize("command", ["apply plan.json", "show plan.json", "comment plan.json"])
@pytest.mark.parametrize(("damage", "said"), PLANS.values(), ids=PLANS)
def test_a_plan_that_is_not_as_it_was_written_is_refused(
    desk: Desk, damage: Damage, said: str, command: str
) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert desk.run("plan", "--out", "plan.json").code == 0
    path = desk.folder / "plan.json"
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    calls = len(desk.world.calls)
    done = desk.run(*command.split())
    assert (done.code, done.out) == (1, "")
    if "No such command" not in done.err:
        assert said in done.err
        assert "internal error" not in done.err
    assert len(desk.world.calls) == calls


def test_a_plan_that_was_applied_twice_is_already_there(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("plan", "--out", "plan.json")
    assert desk.run("apply", "plan.json").code == 0
    again = desk.run("apply", "plan.json")
    assert again.code == 0
    assert "1 already" in again.out
    assert len(desk.sent) == 1


JOURNALS: dict[str, tuple[Damage, str]] = {
    "a value by hand": (lambda raw: raw.replace(b"option_3", b"option_2"), "line 2 of journal.jsonl is"),
    "the first line lost": (lambda raw: raw.partition(b"\n")[2], "line 1 of journal.jsonl is damaged"),
    "a line of another journal": (lambda raw: raw + raw, "line 6 of journal.jsonl is damaged"),
    "a line that is no JSON": (lambda raw: b"{\n" + raw, "line 1 of journal.jsonl is damaged"),
    "a line that is a list": (lambda raw: b"[]\n" + raw, "line 1 of journal.jsonl is damaged"),
    "a chain that is no text": (lambda raw: b'{"chain": 1}\n' + raw, "line 1 of journal.jsonl is damaged"),
    "100,000 brackets": (lambda raw: b"[" * 100_000 + b"\n" + raw, "line 1 of journal.jsonl is damaged"),
    "no UTF-8": (lambda raw: b"\xff\n" + raw, "line 1 of journal.jsonl is damaged"),
    "a number of 5,000 digits": (lambda raw: b'{"n":' + b"9" * 5000 + b"}\n" + raw, "line 1 of"),
}  # fmt: skip


@pytest.mark.parametrize(
    "command", ["runs --journal {0}", "runs verify --journal {0}", "rollback x --journal {0} --yes"]
)
@pytest.mark.parametrize(("damage", "said"), JOURNALS.values(), ids=JOURNALS)
def test_a_journal_that_is_not_as_it_was_written_is_told(
    desk: Desk, damage: Damage, said: str, command: str
) -> None:
    path = a_journal(desk)
    path.write_bytes(damage(path.read_bytes()))
    puts = len(desk.sent)
    done = desk.run(*command.format(path).split())
    assert done.code == 1
    assert said in done.err + done.out
    assert "internal error" not in done.err
    assert len(desk.sent) == puts


@pytest.mark.parametrize(
    "lines",
    [
        [{"event": "begin"}],
        [{"event": 7}],
        [{"event": "intent", "type": [], "id": {}, "fields": None, "changes": 3}],
        [{"event": "result", "outcomes": ["applied"]}],
        [{"event": "answer", "log_id": 7}],
        [{}],
    ],
    ids=str,
)
@pytest.mark.parametrize("command", ["runs", "runs --journal {0}", "rollback x --journal {0} --yes"])
def test_a_journal_that_is_sealed_and_of_another_shape_is_told(
    desk: Desk, lines: list[dict[str, object]], command: str
) -> None:
    """Whoever can write the file can chain it, too."""
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    path = desk.folder / ".reconciler" / "runs" / "20260101T000000Z-abcdef" / "journal.jsonl"
    path.parent.mkdir(parents=True)
    chain, text = FIRST, ""
    for one in lines:
        text += seal_line(one, chain)
        chain = json.loads(text.splitlines()[-1])["chain"]
    path.write_text(text, encoding="utf-8")
    done = desk.run(*command.format(path).split())
    assert done.code in {0, 1}
    assert "internal error" not in done.err
    assert desk.sent == []


def a_journal(desk: Desk) -> Path:
    """Apply one change, and return its journal."""
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert desk.run("apply", "--yes").code == 0
    (path,) = desk.folder.glob(".reconciler/runs/*/journal.jsonl")
    return path
