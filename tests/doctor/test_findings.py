"""The findings of doctor: what is wrong, what caused it, and what to do, in one line each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.doctor import findings
from reconciler.doctor.findings import Finding

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_line_has_its_state_its_area_and_what_to_do() -> None:
    assert str(Finding("pins", "note", "none", "run it")) == "note  pins: none; run it"
    assert str(Finding("git", "ok", "abc")) == "ok    git: abc"


@pytest.mark.parametrize(
    ("ahead", "pinned", "state", "said"),
    [
        (60, False, "ok", "60 s from the service's"),
        (-60, False, "ok", "60 s from the service's"),
        (61, False, "wrong", "0:01:01 ahead of the service's; set it by NTP"),
        (-3600, False, "wrong", "1:00:00 behind the service's"),
        (3600, True, "wrong", "take SOURCE_DATE_EPOCH out"),
    ],
)
def test_clocks_may_be_a_minute_apart(ahead: int, pinned: bool, state: str, said: str) -> None:  # noqa: FBT001 - a row
    found = findings.clock(NOON, NOON + timedelta(seconds=ahead), pinned=pinned)
    assert found.state == state
    assert said in str(found)


def test_a_service_that_does_not_say_its_time_is_a_note() -> None:
    assert findings.clock(None, NOON, pinned=False).state == "note"


@pytest.mark.parametrize(
    ("name", "days", "held", "state"),
    [
        ("", 0, 0, "wrong"),
        ("", 5, 0, "wrong"),
        ("Asia/Shanghai", 0, 0, "note"),
        ("Asia/Shanghai", 5, 5, "ok"),
        ("Asia/Shanghai", 5, 4, "wrong"),
    ],
)
def test_a_zone_is_right_where_every_live_day_is_a_midnight(
    name: str, days: int, held: int, state: str
) -> None:
    assert findings.zone(name, days, held, ["Europe/Lisbon"]).state == state


def test_a_zone_that_is_wrong_is_told_with_those_that_fit() -> None:
    assert "5 live days are midnights in Europe/Lisbon" in str(
        findings.zone("Asia/Shanghai", 5, 4, ["Europe/Lisbon"])
    )


@pytest.mark.parametrize(
    ("pinned", "changed", "state"),
    [
        (0, None, "note"),
        (2, None, "ok"),
        (2, NOON - timedelta(days=90), "ok"),
        (2, NOON - timedelta(days=91), "note"),
    ],
)
def test_pins_grow_old(pinned: int, changed: datetime | None, state: str) -> None:
    assert findings.pins("schemas/demo", pinned, changed, NOON, []).state == state


def test_a_space_that_is_not_seen_is_told_with_those_that_are() -> None:
    assert findings.space("demo", "key", []).state == "ok"
    assert "there is board, shop" in str(findings.space("demo", None, ["board", "shop"]))
    assert "installed in no space" in str(findings.space("demo", None, []))


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"program": False}, "git is not installed"),
        ({"inside": False}, "not a git repository"),
        ({"commit": ""}, "nothing is committed yet"),
        ({"shallow": True}, "a shallow clone"),
        ({"journals_ignored": False}, "the journals would be committed"),
    ],
)
def test_what_a_repository_lacks_is_a_note(lacks: dict[str, bool], said: str) -> None:
    well: dict[str, bool | str] = {
        "program": True,
        "inside": True,
        "commit": "a" * 40,
        "shallow": False,
        "journals_ignored": True,
    }
    assert str(findings.repository(**well)) == f"ok    git: {'a' * 12}"  # type: ignore[arg-type]
    found = findings.repository(**(well | lacks))  # type: ignore[arg-type]
    assert found.state == "note"
    assert said in found.what


def test_reads_that_had_to_be_repeated_are_told_with_the_pace() -> None:
    assert findings.rate(15, 0).state == "ok"
    assert findings.rate(0, 0).what == "no limit"
    assert findings.rate(15, 2).state == "note"
