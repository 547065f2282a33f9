"""The card of a chat: what it says, what it takes from strangers, and what becomes of a refusal."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import CannotRun, Place
from reconciler.forge.lark.card import drift_card, plan_card, run_card
from reconciler.forge.lark.links import links_of
from reconciler.forge.lark.webhook import REASONS, bot_from, signature, webhook_refusal
from reconciler.forge.lark.words import spoken_words
from reconciler.language import speaking
from reconciler.model import GuardResult, Held, HeldBy, RuleResult, Why
from reconciler.render.markdown import plan_markdown
from reconciler.render.safe import UNSEEN
from reconciler.render.verdict import plan_verdict
from tests.forge.chat import LARGEST, Chat, running
from tests.render.plans import HOSTILE, block, hostile_plan, plan_with, priority, saved, update

if TYPE_CHECKING:
    from tests.conftest import Desk

EN = spoken_words()
with speaking("zh-CN"):
    ZH = spoken_words()
WORDS = {"en": EN, "zh-CN": ZH}
HELD = Held(HeldBy.POLICY, "report")
OPEN_ID = "ou_0123456789abcdef"


def drifted(n: int, by: str = "bo@example.com", **more: Any) -> Any:
    return update(n, priority(why=Why.DRIFT, held=HELD, by=by, **more))


BUSY = plan_with(
    *(update(n, priority(why=Why.CHANGED_HERE)) for n in range(212)),
    update(300, priority(why=Why.CONFLICTING, base_label="P2")),
    blocks=[block(1)],
    skipped=(drifted(400), drifted(401), drifted(402, by="ana@example.com", after="P3")),
    guards=(GuardResult("changes", "100", "213", ok=False),),
)


def lines(card: dict[str, Any], tag: str = "plain_text") -> list[str]:
    texts = [one["text"] for one in card["elements"] if one["tag"] == "div"]
    return [one["content"] for one in texts if one["tag"] == tag]


def size(card: dict[str, Any]) -> int:
    body = {"timestamp": "1" * 10, "sign": "x" * 44, "msg_type": "interactive", "card": card}
    return len(json.dumps(body, ensure_ascii=False).encode())


def test_a_card_says_the_verdict_the_guards_the_conflicts_and_groups_what_is_alike() -> None:
    card = plan_card(BUSY, EN)
    assert card["header"] == {"template": "red", "title": {"tag": "plain_text", "content": "Plan for demo"}}
    said = lines(card)
    assert said[0] == plan_verdict(BUSY)
    assert said[0].startswith(
        "Plan: 213 items to update (213 fields), 1 conflicting, 3 skipped (drift), 1 blocked."
    )
    assert "changes: 213, at most 100" in said
    assert "Priority P1 → P0 on 212 items" in said
    assert [one for one in said if one.startswith("Priority P2 → P1 → P0")]
    assert lines(card, "lark_md")[:2] == [
        "**Guards stop an apply**",
        "**Changed here and in Meegle (base → live → desired)**",
    ]


def test_drift_is_told_by_person_and_only_whom_the_settings_map_is_mentioned() -> None:
    report = plan_with(skipped=(drifted(1), drifted(2), drifted(3, by="ana@example.com", after="P3")))
    card = drift_card(report, EN, people={"bo@example.com": OPEN_ID})
    assert card["header"]["title"]["content"] == "Drift in demo"
    assert lines(card, "lark_md") == [
        f"**Drift: changed in Meegle, by person** <at id={OPEN_ID}></at>",
    ]
    assert "bo@example.com: Priority P1 → P0 on 2 items" in lines(card)
    assert any(one.startswith("ana@example.com: Priority P1 → P3") for one in lines(card))
    assert "<at" not in json.dumps(drift_card(report, EN))
    assert lines(drift_card(plan_with(), ZH)) == [ZH.no_drift]


def test_each_rule_is_a_line() -> None:
    rule = RuleResult("p0", "hold", "story", ("priority = P0",), (), Place("r.yaml", 4, 9), (6300012301,))
    plan = plan_with(update(1, priority(rules=("p0",))), rules=(rule,))
    assert "rule p0 (hold): 1 selected, 1 to change" in lines(plan_card(plan, EN))
    with speaking("zh-CN"):
        assert "规则 p0（hold）：选中 1 个，1 个待变更" in lines(plan_card(plan, ZH))


def test_a_run_is_told_by_its_outcomes() -> None:
    card = run_card("demo", {"applied": 5, "conflict": 1}, "", EN)
    assert (card["header"]["template"], lines(card)) == ("red", ["applied: 5", "conflict: 1"])
    assert run_card("demo", {"applied": 5}, "", ZH)["header"]["template"] == "green"
    assert "Stopped: cut" in lines(run_card("demo", {"applied": 5}, "cut", EN))


@pytest.mark.alone
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_a_plan_of_five_thousand_changes_fits_and_counts_what_it_cuts(words: Any) -> None:
    plan = plan_with(
        *(
            update(n, priority(why=Why.CONFLICTING, after=f"P{n} 优先级很高"), title="结账" * 40)
            for n in range(5_000)
        )
    )
    begun = time.process_time()
    card = plan_card(plan, words)
    took = time.process_time() - begun
    assert took < 1
    assert size(card) <= 20_000
    shown = sum(one.startswith("Priority") for one in lines(card))
    assert shown > 5
    assert words.cut.format(rows=5_000 - shown, fields=5_000 - shown) == lines(card)[-1]
    made = saved(plan)
    begun = time.process_time()
    assert len(plan_markdown(plan, made)) <= 60_000
    assert time.process_time() - begun < 1


def test_the_largest_card_that_is_made_is_as_large_as_the_bot_takes(chat: Chat, desk: Desk) -> None:
    items = "\n".join(f"  - {{id: {6300012300 + n}, fields: {{ext_ref: {'好' * 60}{n}}}}}" for n in range(30))
    desk.write("state/a.yaml", f"space: demo\ntype: story\nitems:\n{items}\n")
    desk.run("plan", "--out", "plan.json")
    done = notify(desk, chat, "plan.json")
    assert (done.code, done.err) == (0, "")
    assert 2_000 < chat.sizes[0] < LARGEST


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_a_stranger_is_read_as_markup(payload: str) -> None:
    plan = hostile_plan(payload)
    for card in (plan_card(plan, EN), drift_card(plan, ZH), run_card(payload, {payload: 1}, payload, EN)):
        text = json.dumps(card, ensure_ascii=False)
        assert size(card) <= 20_000
        for line in lines(card, "lark_md"):
            assert re.fullmatch(r"\*\*[^*<>\[\]@]+\*\*", line), line
        for line in [*lines(card), card["header"]["title"]["content"]]:
            assert not [
                sign for sign in line if unicodedata.category(sign) in UNSEEN and sign not in "\u2068\u2069"
            ]
        assert "<at id=" not in "".join(lines(card, "lark_md"))
        assert '"url"' not in text.replace('\\"', "")


def test_links_lead_to_addresses_of_the_ci_system_alone() -> None:
    gitlab = {
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/acme/board",
        "CI_PIPELINE_URL": "https://gitlab.example.com/acme/board/-/pipelines/9",
        "RECONCILER_PAGE_URL": "javascript:alert(1)",
    }
    assert [one.url for one in links_of(gitlab, EN)] == [
        "https://gitlab.example.com/acme/board/-/merge_requests/7",
        "https://gitlab.example.com/acme/board/-/pipelines/9",
    ]
    github = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/board",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_RUN_ID": "9",
    }
    assert [one.url for one in links_of(github, EN)] == [
        "https://github.com/acme/board/pull/7",
        "https://github.com/acme/board/actions/runs/9",
    ]
    assert links_of({}, EN) == []


# -- sending ---------------------------------------------------------------------------------------


@pytest.fixture
def chat() -> Iterator[Chat]:
    with running() as chat:
        yield chat


def notify(desk: Desk, chat: Chat, *arguments: str, **more: str) -> Any:
    desk.environ |= {"RECONCILER_LARK_WEBHOOK": chat.url, **more}
    return desk.run("notify", *arguments)


@pytest.fixture
def planned(desk: Desk) -> Desk:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    desk.run("plan", "--out", "plan.json")
    return desk


def test_a_signed_card_is_sent_and_the_address_is_said_nowhere(planned: Desk, chat: Chat) -> None:
    chat.secret = "s3cret"
    done = notify(planned, chat, "plan.json", RECONCILER_LARK_SECRET="s3cret")
    assert (done.code, done.err) == (0, "")
    (card,) = chat.cards
    assert any(one.startswith("Plan: 1 item to update (1 field).") for one in lines(card))
    assert "hook" not in done.out
    assert "s3cret" not in done.out


def test_the_language_is_the_locale_of_the_settings(planned: Desk, chat: Chat) -> None:
    planned.write("state/reconciler.yaml", "locale: zh-CN\nspaces: {demo: {}}\n")
    assert notify(planned, chat, "--drift", "plan.json").code == 0
    assert chat.cards[0]["header"]["title"]["content"] == "demo 的漂移"
    planned.write("state/reconciler.yaml", "locale: de\nspaces: {demo: {}}\n")
    assert "'en', 'zh-CN'" in planned.run("validate").out


def test_a_past_run_is_told(planned: Desk, chat: Chat) -> None:
    planned.run("apply", "--yes")
    (run,) = [one.name for one in (planned.folder / ".reconciler" / "runs").iterdir() if one.is_dir()]
    assert notify(planned, chat, "--run", run).code == 0
    assert chat.cards[0]["header"]["title"]["content"] == "Apply in demo"
    assert lines(chat.cards[0]) == ["applied: 1"]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        (19021, {"secret": "other"}),
        (19022, {"closed": True}),
        (19024, {"keyword": "deploy"}),
        (11232, {"times": [time.monotonic() + 3600] * 100}),
    ],
)
def test_a_refused_card_is_a_note_that_says_which_and_no_failure(
    planned: Desk, chat: Chat, code: int, more: dict[str, Any]
) -> None:
    for name, value in more.items():
        setattr(chat, name, value)
    done = notify(planned, chat, "plan.json", RECONCILER_LARK_SECRET="s3cret")
    assert done.code == 0
    assert done.err.startswith(f"note: Lark refused the card: {code} ")
    assert REASONS[code] in done.err
    assert "hook" not in done.err
    assert chat.cards == []


def test_a_bot_that_is_gone_or_answers_oddly_is_a_note(planned: Desk, chat: Chat) -> None:
    done = notify(planned, chat, "plan.json", RECONCILER_LARK_WEBHOOK=f"{chat.url}0")
    assert "19001" in done.err
    gone = "http://127.0.0.1:9/open-apis/bot/v2/hook/x"
    done = notify(planned, chat, "plan.json", RECONCILER_LARK_WEBHOOK=gone)
    assert (done.code, "cannot be reached" in done.err) == (0, True)
    assert "hook" not in done.err
    chat.old = True
    assert notify(planned, chat, "plan.json", RECONCILER_LARK_WEBHOOK=chat.url).err == ""
    odds: tuple[object, ...] = (
        None,
        [],
        {"code": "0"},
        {"code": True},
        {"msg": "\x1b[31m::error::"},
        {"code": 7, "msg": 7},
    )
    for odd in odds:
        assert "Lark refused the card" in str(webhook_refusal(odd))
        assert "\x1b" not in str(webhook_refusal(odd))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://open.feishu.cn/open-apis/bot/v2/hook/x",
        "https://evil.example/open-apis/bot/v2/hook/x",
        "https://open.feishu.cn@evil.example/open-apis/bot/v2/hook/x",
        "https://open.feishu.cn/open-apis/bot/v2/hook/../../x",
        "https://open.feishu.cn/x",
    ],
)
def test_an_address_that_is_no_hook_of_an_allowed_host_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(CannotRun, match="RECONCILER_LARK_WEBHOOK") as refused:
        bot_from({"RECONCILER_LARK_WEBHOOK": url})
    assert not url or url not in str(refused.value)


def test_a_host_is_allowed_by_name() -> None:
    url = "https://open.lark.example/open-apis/bot/v2/hook/abc"
    environ = {"RECONCILER_LARK_WEBHOOK": url, "MEEGLE_ALLOWED_HOSTS": "x.example, open.lark.example"}
    bot = bot_from(environ)
    assert "abc" not in repr(bot)


def test_the_signature_is_the_documented_one() -> None:
    """By hand: `openssl dgst -sha256 -hmac "$(printf '1599360473\\ndemo')" -binary | base64` of nothing."""
    assert signature(1599360473, "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


def test_one_card_is_about_one_thing(planned: Desk, chat: Chat) -> None:
    assert notify(planned, chat).code == 1
    assert notify(planned, chat, "plan.json", "--drift", "plan.json").code == 1
    printed = notify(planned, chat, "plan.json", "--print")
    assert json.loads(printed.out)["header"]["template"] == "blue"
    assert chat.cards == []
