"""A day is the tenant's day: no zone is guessed on a host that has none, and none is shifted by one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from reconciler.meegle.time_zones import day_values, fitting
from reconciler.settings import SpaceSettings

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012345
NOW = datetime(2026, 11, 28, tzinfo=UTC)
NO_ZONE = "the space has no time zone; add `time_zone: AREA/CITY` to it in state/reconciler.yaml"


def ms(zone: str, year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def key_of(desk: Desk, alias: str) -> str:
    return next(one.key for one in desk.world.type_of(desk.world.item(STORY)).fields if one.alias == alias)


def moved(desk: Desk, zone: str) -> None:
    """Let all days of the space be midnights of a zone, in summer and in winter."""
    desk.world.item(STORY).values[key_of(desk, "due")] = ms("Asia/Shanghai", 2026, 12, 15)
    desk.world.options.set({"time_zone": zone})


def elsewhere(desk: Desk) -> None:
    """Reach the service under a name that has no zone by default, as the hosts of tenants have none."""
    desk.environ["MEEGLE_BASE_URL"] = desk.environ["MEEGLE_BASE_URL"].replace("127.0.0.1", "localhost")


CLOCK_CHANGES = [
    ("America/Los_Angeles", date(2026, 3, 8)),
    ("America/Los_Angeles", date(2026, 11, 1)),
    ("Pacific/Auckland", date(2026, 4, 5)),
    ("Pacific/Auckland", date(2026, 9, 27)),
]


@pytest.mark.parametrize(("zone", "day"), CLOCK_CHANGES, ids=str)
def test_a_day_on_which_clocks_change_is_planned_applied_and_read_back(
    desk: Desk, zone: str, day: date
) -> None:
    moved(desk, zone)
    elsewhere(desk)
    desk.write("state/reconciler.yaml", f"spaces: {{demo: {{time_zone: {zone}}}}}\n")
    span = f"{{start: {day}, end: {day}}}"
    desk.stories(f"{{id: {STORY}, fields: {{due: {day}, schedule: {span}}}}}")
    assert f"→ {day}" in desk.run("plan").out
    assert desk.run("apply", "--yes").code == 0
    tomorrow = date.fromordinal(day.toordinal() + 1)
    first, after = (ms(zone, one.year, one.month, one.day) for one in (day, tomorrow))
    assert after - first != 24 * 3600 * 1000
    assert desk.sent == [
        {
            key_of(desk, "due"): first,
            key_of(desk, "schedule"): {"start_time": first, "end_time": after - 1},
        }
    ]
    assert "No changes." in desk.run("plan").out


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_init_takes_the_one_zone_in_which_all_live_days_are_midnights(desk: Desk, zone: str) -> None:
    moved(desk, zone)
    elsewhere(desk)
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert (done.code, done.err) == (0, "")
    settings = (desk.folder / "state/reconciler.yaml").read_text(encoding="utf-8")
    assert f"\n    time_zone: {zone}\n" in settings
    assert "No changes." in desk.run("plan").out
    assert f"ok    time zone: {zone}, where " in desk.run("doctor").out


def test_init_names_its_flag_where_no_live_day_shows_the_zone(desk: Desk) -> None:
    elsewhere(desk)
    for item in desk.world.items.values():
        for field in desk.world.type_of(item).fields:
            if field.type in {"date", "schedule"}:
                item.values.pop(field.key, None)
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert (done.code, done.err) == (
        1,
        "error: --time-zone is not given; no live day shows which it is; give the zone of the space\n",
    )
    assert not (desk.folder / "state").exists()
    assert desk.run("init", "--space", "demo", "--type", "story", "--time-zone", "Asia/Tokyo").code == 0


def test_without_a_zone_days_are_blocked_and_other_fields_go_on(desk: Desk) -> None:
    elsewhere(desk)
    desk.stories(f"{{id: {STORY}, fields: {{due: 2027-02-01, priority: P0, cutover: 2027-02-01}}}}")
    desk.run("schema", "pull")
    plan = desk.run("plan")
    assert f"blocked: the live value cannot be read: {NO_ZONE}" in plan.out
    assert "→ P0" in plan.out
    desk.run("apply", "--yes")
    assert [list(sent) for sent in desk.sent] == [["priority"]]
    drift = desk.run("drift")
    assert drift.code in {0, 1, 2}


def test_an_empty_live_day_is_no_way_around(desk: Desk) -> None:
    elsewhere(desk)
    desk.world.item(STORY).values.pop(key_of(desk, "due"), None)
    desk.stories(f"{{id: {STORY}, fields: {{due: 2027-02-01}}}}")
    assert NO_ZONE in desk.run("plan").out
    desk.run("apply", "--yes")
    assert desk.sent == []


def test_pull_and_refresh_leave_days_out_and_say_why(desk: Desk) -> None:
    elsewhere(desk)
    pulled = desk.run("pull", f"demo/story/{STORY}", "--into", "state/stories.yaml")
    assert f"left out Due of {STORY}: it cannot be read: {NO_ZONE}\n" in pulled.err
    text = (desk.folder / "state/stories.yaml").read_text(encoding="utf-8")
    assert "priority: " in text
    assert "due:" not in text
    desk.stories(f"{{id: {STORY}, fields: {{due: 2027-02-01, priority: P0}}}}")
    desk.run("pull", "--refresh")
    text = (desk.folder / "state/stories.yaml").read_text(encoding="utf-8")
    assert "due: 2027-02-01" in text
    assert "priority: P1" in text


def test_a_filter_by_day_is_refused_without_a_zone(desk: Desk) -> None:
    elsewhere(desk)
    done = desk.run(
        "pull",
        "--type",
        "story",
        "--into",
        "state/a.yaml",
        "--updated-since",
        "2026-01-01",
        "--space",
        "demo",
    )
    assert (done.code, NO_ZONE.partition(";")[0] in done.err) == (1, True)


def test_the_doctor_names_the_zones_in_which_live_days_are_midnights(desk: Desk) -> None:
    moved(desk, "America/Los_Angeles")
    desk.stories(f"{{id: {STORY}, fields: {{priority: P1}}}}")
    wrong = next(line for line in desk.run("doctor").out.splitlines() if "time zone:" in line)
    assert wrong.startswith("wrong time zone: Asia/Shanghai, where ")
    assert wrong.endswith("live days are midnights in America/Los_Angeles")
    elsewhere(desk)
    none = next(line for line in desk.run("doctor").out.splitlines() if "time zone:" in line)
    assert none.startswith("wrong time zone: the settings name none, so that no day is planned; ")
    assert "live days are midnights in America/Los_Angeles; add `time_zone:`" in none


def test_a_day_that_never_was_is_refused_at_planning(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "spaces: {demo: {time_zone: Pacific/Apia}}\n")
    desk.stories(f"{{id: {STORY}, fields: {{due: 2011-12-30}}}}")
    done = desk.run("plan")
    assert done.code == 1
    assert done.err == (
        f"state/stories.yaml:4:{len(f'  - {{id: {STORY}, fields: {{due: ') + 1}: "
        "2011-12-30 does not exist in Pacific/Apia, which skipped it; correct the day\n"
    )


@pytest.mark.parametrize(
    ("host", "zone"),
    [
        ("project.feishu.cn", "Asia/Shanghai"),
        ("project.feishu.cn:443", "Asia/Shanghai"),
        ("127.0.0.1:8000", "Asia/Shanghai"),
        ("project.larksuite.com", None),
        ("localhost:8000", None),
        ("project.f.example", None),
    ],
)
def test_only_feishu_cn_and_the_sandbox_that_plays_it_have_a_zone_by_default(
    host: str, zone: str | None
) -> None:
    assert SpaceSettings().at(host).time_zone == (ZoneInfo(zone) if zone else None)
    chosen = SpaceSettings(time_zone=ZoneInfo("Asia/Tokyo"))
    assert chosen.at(host).time_zone == ZoneInfo("Asia/Tokyo")


def test_winter_days_alone_leave_open_whether_clocks_change() -> None:
    winter = {ms("Europe/Berlin", 2026, 1, 5), ms("Europe/Berlin", 2026, 12, 1)}
    assert set(fitting(winter, NOW)) >= {"Africa/Lagos", "Europe/Berlin"}
    assert fitting(winter | {ms("Europe/Berlin", 2026, 7, 1)}, NOW) == ("Europe/Berlin",)


def test_a_field_of_moments_says_nothing_about_the_zone() -> None:
    days = [ms("Asia/Tokyo", 2026, 7, 1)]
    assert day_values([days, [days[0] + 61_000, days[0] + 7_200_000]]) == set(days)


def test_a_copy_of_a_space_without_a_zone_refuses_days_offline_as_the_space_does(desk: Desk) -> None:
    elsewhere(desk)
    desk.stories(f"{{id: {STORY}, fields: {{due: 2027-02-01, priority: P0}}}}")
    assert desk.run("pull", "--snapshot", "copy.json").code == 0
    offline = desk.run("plan", "--offline", "--snapshot", "copy.json").out
    assert f"blocked: the live value cannot be read: {NO_ZONE}" in offline
    assert "→ P0" in offline
    desk.write("state/reconciler.yaml", "spaces: {demo: {time_zone: Asia/Shanghai}}\n")
    assert "→ 2027-02-01" in desk.run("plan", "--offline", "--snapshot", "copy.json").out


def test_a_copy_that_says_nothing_of_its_zone_has_feishus(desk: Desk) -> None:
    elsewhere(desk)
    desk.stories(f"{{id: {STORY}, fields: {{due: 2027-02-01}}}}")
    assert desk.run("pull", "--snapshot", "copy.json").code == 0
    copy = desk.folder / "copy.json"
    text = copy.read_text(encoding="utf-8")
    assert text.count('"zone": "",') == 1
    copy.write_text(text.replace('"zone": "",', ""), encoding="utf-8")
    assert "→ 2027-02-01" in desk.run("plan", "--offline", "--snapshot", "copy.json").out


def test_days_of_another_zone_are_not_read_offline_by_feishus(desk: Desk) -> None:
    moved(desk, "Asia/Tokyo")
    elsewhere(desk)
    desk.write("state/reconciler.yaml", "spaces: {demo: {time_zone: Asia/Tokyo}}\n")
    desk.stories(f"{{id: {STORY}, fields: {{due: 2026-12-15}}}}")
    assert desk.run("pull", "--snapshot", "copy.json").code == 0
    assert "No changes." in desk.run("plan", "--offline", "--snapshot", "copy.json").out
    (desk.folder / "state/reconciler.yaml").unlink()
    assert NO_ZONE in desk.run("plan", "--offline", "--snapshot", "copy.json").out


def test_a_switch_of_the_service_for_its_zone_moves_days_and_leaves_moments(desk: Desk) -> None:
    moved(desk, "Pacific/Auckland")
    cutover = ms("Asia/Shanghai", 2026, 5, 1)
    desk.world.item(STORY).values[key_of(desk, "cutover")] = cutover
    desk.stories(f"{{id: {STORY}, fields: {{priority: P1}}}}")
    desk.run("plan")
    held = desk.world.item(STORY).values
    assert held[key_of(desk, "due")] == ms("Pacific/Auckland", 2026, 12, 15)
    assert held[key_of(desk, "cutover")] == cutover
    desk.world.options.set({"time_zone": "America/Los_Angeles"})
    desk.run("plan")
    assert held[key_of(desk, "due")] == ms("America/Los_Angeles", 2026, 12, 15)
    with pytest.raises(ValueError, match="no time zone 'Mars/Base'"):
        desk.world.options.set({"time_zone": "Mars/Base"})
