"""The audit of a run: a line for each PUT, with digests instead of values."""

from __future__ import annotations

import hashlib
from typing import Any

from reconciler.apply.audit import audit_of, value_digest

BEGIN = {
    "event": "begin",
    "host": "project.feishu.cn",
    "space": "demo-key",
    "commit": "a" * 40,
    "user_key": "7310000000000000001",
    "run_url": "https://ci.example.com/7",
}


def intent(idem: str, item_id: int = 63, **more: Any) -> dict[str, Any]:
    changes = [{"key": "notes", "before": "old", "after": "call legal"}]
    at = {"event": "intent", "at": "2026-11-28T12:00:00+00:00", "type": "story", "id": item_id, "idem": idem}
    return {**at, "changes": changes, "chain": f"intent {idem}", **more}


def answer(idem: str, item_id: int = 63) -> dict[str, Any]:
    at = {"event": "answer", "type": "story", "id": item_id, "idem": idem}
    return {**at, "answer": "accepted", "log_id": "log-1", "chain": f"answer {idem}"}


def test_a_put_is_told_with_who_where_and_what_came_of_it() -> None:
    (line,) = audit_of([BEGIN, intent("k1"), answer("k1")])
    assert (line["actor"], line["commit"], line["run_url"]) == (
        "7310000000000000001",
        "a" * 40,
        "https://ci.example.com/7",
    )
    assert (line["id"], line["answer"], line["log_id"], line["chain"]) == (
        63,
        "accepted",
        "log-1",
        "answer k1",
    )


def test_no_value_is_in_the_line_only_its_digest() -> None:
    (line,) = audit_of([BEGIN, intent("k1"), answer("k1")])
    assert "call legal" not in str(line)
    assert line["fields"] == [
        {"key": "notes", "before": value_digest("old"), "after": value_digest("call legal")}
    ]
    assert value_digest("call legal") == hashlib.sha256(b'"call legal"').hexdigest()


def test_a_put_whose_answer_was_never_learned_comes_last_without_one() -> None:
    whole, cut = audit_of([BEGIN, intent("k1"), intent("k2", 64), answer("k2", 64)])
    assert (whole["idem"], whole["answer"]) == ("k2", "accepted")
    assert (cut["idem"], cut["answer"], cut["log_id"], cut["chain"]) == ("k1", None, None, "intent k1")


def test_a_repeat_with_the_same_key_after_an_answer_is_a_put_of_its_own() -> None:
    lines = list(audit_of([BEGIN, intent("k1"), answer("k1"), intent("k1"), answer("k1")]))
    assert [line["idem"] for line in lines] == ["k1", "k1"]


def test_a_journal_of_an_older_version_without_changes_has_no_fields() -> None:
    old = {name: one for name, one in intent("k1").items() if name != "changes"}
    (line,) = audit_of([BEGIN, old])
    assert line["fields"] == []
