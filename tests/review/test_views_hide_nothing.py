"""What a reviewer sees is what differs: nothing invisible, nothing cut, nothing the other way around."""

from __future__ import annotations

import subprocess
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reconciler.forge.github.annotations import plan_annotations
from reconciler.plan.settings_changes import settings_changes
from reconciler.render.html import plan_html
from reconciler.render.markdown import plan_markdown
from reconciler.render.safe import distinguishable, isolated, safe_json, safe_text
from reconciler.render.text import plan_text
from reconciler.settings import Allow, Guards, Settings, SpaceSettings
from tests.render.plans import plan_with, saved, text, update

if TYPE_CHECKING:
    from reconciler.model import Plan
    from tests.conftest import Desk

IGNORABLE = (
    *("\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180e", "\u180f"),
    *("\u200b", "\u200d", "\u202e", "\u2060", "\u2065", "\u206f", "\u3164", "\ufe00", "\ufe0f", "\ufeff"),
    *("\uffa0", "\ufff0", "\U0001bca0", "\U0001d173", "\U000e0000", "\U000e0100", "\U000e0fff", "\u2800"),
)
"""One of each range of Default_Ignorable_Code_Point, and the Braille pattern without a dot."""


def views(plan: Plan) -> dict[str, str]:
    made = saved(plan)
    return {
        "text": plan_text(plan),
        "markdown": plan_markdown(plan, made),
        "html": plan_html(plan, made),
        "github": plan_annotations(plan),
    }


def changed(before: str, after: str) -> Plan:
    return plan_with(update(0, text(before, after)))


@pytest.mark.parametrize("sign", IGNORABLE, ids=lambda sign: f"{ord(sign):04x}")
def test_a_sign_that_no_screen_shows_is_shown_as_an_escape(sign: str) -> None:
    shown = f"\\u{ord(sign):04x}" if sign <= "\uffff" else f"\\U{ord(sign):08x}"
    assert safe_text(f"P1{sign}x") == f"P1{shown}x"
    assert sign not in safe_json(f'"P1{sign}x"')
    for name, view in views(changed("P1", f"P1{sign}")).items():
        assert sign not in view, name
        if name != "github":
            assert shown in view.replace("\\\\", "\\"), name


@pytest.mark.parametrize("shown", ["❤\ufe0f", "☎\ufe0e", "1\ufe0f\u20e3", "🏷\ufe0f done"])
def test_a_sign_with_the_selector_that_it_takes_is_left_as_it_is(shown: str) -> None:
    assert safe_text(shown) == shown


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("❤", "❤\ufe0f", "\\ufe0f"),
        ("a b", "a\u00a0b", "\\u00a0"),
        ("a b", "a\u3000b", "\\u3000"),
        ("P1", "P1\u2003", "\\u2003"),
        ("a b", "a  b", "\\u0020"),
        ("é", "e\u0301", "\\u0301"),
    ],
)
def test_two_values_that_look_alike_are_shown_by_what_tells_them_apart(
    before: str, after: str, seen: str
) -> None:
    shown = views(changed(before, after))
    assert set(shown) > {"github"}
    for name, view in shown.items():
        if name != "github":
            assert seen in view.replace("\\\\", "\\"), name


def test_a_blank_at_the_end_of_a_label_without_quotes_is_shown() -> None:
    assert distinguishable(("P1", "P1 ")) == ("P1", "P1\\u0020")


def test_odd_blanks_are_left_where_nothing_looks_alike() -> None:
    assert "支付\u3000崩溃" in plan_text(changed("支付", "支付\u3000崩溃"))


def test_values_from_right_to_left_do_not_swap_before_and_after() -> None:
    """`אבג → דהו`: without isolates a screen shows the arrow from the new value to the old one."""
    one, two = "\u05d0\u05d1\u05d2", "\u05d3\u05d4\u05d5"
    plan = changed(one, two)
    before, after = f'"{one}"', f'"{two}"'
    shown = views(plan)
    assert f"\u2068{before}\u2069 → \u2068{after}\u2069" in shown["text"]
    assert f"`\u2068{before}\u2069` → `\u2068{after}\u2069`" in shown["markdown"]
    assert f"<bdi>{before}</bdi> → <bdi>{after}</bdi>" in shown["html"].replace("&#34;", '"')
    notice = plan_annotations(plan)
    assert f"{before} → " not in notice
    assert isolated(safe_text("abc")) == "abc"


def test_an_isolate_of_a_stranger_s_own_is_shown() -> None:
    assert safe_text("a\u2069b") == "a\\u2069b"


def test_a_long_text_from_right_to_left_closes_what_it_isolates() -> None:
    long = "\u05d0\u05d1 " * 200
    text = plan_text(changed(long, long.replace("\u05d1", "\u05d2")))
    assert "\u2068" in text
    for line in text.splitlines():
        assert line.count("\u2068") == line.count("\u2069")


def settings(*allow: Allow, people: int = 0) -> Settings:
    guards = Guards(changes=10, share=Decimal("0.3"), allow=allow)
    names: dict[str, tuple[str, ...]] = {f"p{n:05}": (f"p{n}@example.com",) for n in range(people)}
    return Settings(people=names, spaces={"demo": SpaceSettings(guards=guards)})


def test_each_member_of_a_list_in_the_settings_is_a_line_of_its_own_and_none_is_cut() -> None:
    """A pull request adds `allow: [{changes: 100000}]` behind three old entries."""
    old = [Allow(changes=n, why="a migration that was reviewed long ago, by all of us") for n in (1, 2, 3)]
    new = Allow(changes=100_000, why="w" * 500)
    (line,) = settings_changes(settings(*old), settings(*old, new))
    assert line == f'spaces.demo.guards.allow: + {{"changes": 100000, "why": "{"w" * 500}"}}'
    (gone,) = settings_changes(settings(*old, new), settings(*old))
    assert gone.startswith('spaces.demo.guards.allow: − {"changes": 100000')
    plan = plan_with(update(0, text("a", "b")), settings_changes=(line,))
    for name, view in views(plan).items():
        if name != "github":
            assert "w" * 500 in view, name


def test_no_number_of_new_people_pushes_a_new_limit_out_of_the_comment() -> None:
    new = Allow(changes=100_000)
    told = tuple(settings_changes(settings(), settings(new, people=5_000)))
    assert "100000" in told[0]
    plan = plan_with(update(0, text("a", "b")), settings_changes=told)
    comment = plan_markdown(plan, saved(plan))
    assert "100000" in comment
    assert "settings changes not shown" in comment
    assert "**This text was cut to fit.**" in comment


def test_a_decision_from_right_to_left_is_shown_as_escapes() -> None:
    before, after = (Settings(people={"a": (name,)}) for name in ("\u05d0", "\u05d1"))
    told = list(settings_changes(before, after))
    assert all(unicodedata.bidirectional(sign) not in {"R", "AL"} for line in told for sign in line)


def test_a_plan_against_a_base_tells_the_new_allowance_whole(desk: Desk) -> None:
    """`plan --base HEAD`, where the change adds an entry behind a long list."""
    entry = '{{changes: {}, why: "a migration that was reviewed long ago, by all who are here"}}'
    head = "spaces:\n  demo:\n    guards:\n      allow:\n"
    lines = [f"        - {entry.format(n)}\n" for n in (11, 12, 13)]
    desk.write("state/reconciler.yaml", head + "".join(lines))
    desk.stories("{id: 6300012300, fields: {priority: P3}}")
    for command in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a"),
    ):
        subprocess.run(["git", "-C", str(desk.folder), *command], check=True, capture_output=True)  # noqa: S607
    desk.write("state/reconciler.yaml", head + "".join(lines) + f"        - {entry.format(100000)}\n")
    shown = desk.run("plan", "--base", "HEAD").out.splitlines()[0]
    assert shown.startswith('settings changed: spaces.demo.guards.allow: + {"changes": 100000, "why": ')


NAMES = """\
people:
  ana: ana@example.com
  payments: [ana, bo, bo@example.com, "7310000000000000001"]
spaces:
  demo:
    drift:
      default: report
      story: {priorty: heal, priority: heal, roles: report, RD: accept}
      stroy: {priority: heal}
      issue: heal
    fields:
      story: {cutovr: {kind: moment}}
    ignore:
      - {type: story, field: watchers, why: people subscribe themselves}
      - {type: story, field: wachers}
      - {type: stories, field: watchers}
"""


def test_names_in_the_settings_that_mean_nothing_are_told(desk: Desk) -> None:
    """`validate`, where `drift` and `ignore` look careful and name fields that there are not."""
    desk.stories("{id: 6300012300, fields: {priority: P3}}")
    desk.stories("{id: 6300013300, fields: {priority: P1}}", file="state/issues.yaml", type_="issue")
    assert desk.run("schema", "pull").code == 0
    desk.write("state/reconciler.yaml", NAMES)
    done = desk.run("validate")
    assert done.code == 1
    told = [line for line in (done.out + done.err).splitlines() if line.startswith("state/reconciler.yaml:")]
    assert [line.partition(": ")[2].partition(";")[0] for line in told] == [
        "no person 'bo' on people",
        "no field 'priorty' on story",
        "no field 'roles' on story",
        "no type 'stroy' on demo",
        "a policy for all of issue, which nothing reads",
        "no field 'cutovr' on story",
        "no field 'wachers' on story",
        "no type 'stories' on demo",
    ]
    assert "did you mean 'priority'?" in told[1]


def test_names_are_not_judged_without_pins(desk: Desk) -> None:
    desk.stories("{id: 6300012300, fields: {priority: P3}}")
    desk.write("state/reconciler.yaml", NAMES.replace("bo, ", ""))
    assert "no field" not in desk.run("validate").out
