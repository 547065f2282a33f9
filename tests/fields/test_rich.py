"""Rich text: plain words keep formatting, and Markdown is sent as blocks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.fields.values import Wrong, desired_value
from tests.fields import fieldspace as space
from tests.fields.fieldspace import (
    ANA,
    STORY,
    codec,
    node_of,
    rich_readings,
    yaml_of,
)


def detail(text: str, html: str, doc: Any = None, **more: Any) -> dict[str, Any]:
    return {"doc_text": text, "doc_html": html, "doc": json.dumps(doc or {}), **more}


BOLD = detail(
    "call legal\n",
    "<p><strong>call</strong> legal</p>",
    {
        "type": "doc",
        "content": [
            {
                "type": "paragraph",
                "content": [
                    {"type": "text", "text": "call", "marks": [{"type": "bold"}]},
                    {"type": "text", "text": " legal"},
                ],
            }
        ],
    },
)


PLAIN = detail("call legal\n", "<p>call legal</p>")


PICTURE = detail("call legal[图片]\n", "<p>call legal<img src='x'></p>")


MENTION = detail("call @ana\n", "<p>call <span>@ana</span></p>", notify_user_list=[ANA])


@pytest.mark.parametrize(
    ("live", "written", "outcome"),
    [
        (PLAIN, "call legal", "agrees"),
        (PLAIN, "call me", "sends"),
        (PLAIN, '{markdown: "call legal"}', "agrees"),
        (PLAIN, '{markdown: "**call** legal"}', "sends"),
        (PLAIN, "null", "sends"),
        (BOLD, "call legal", "agrees"),
        (BOLD, "call me", "plain text would destroy"),
        (BOLD, "{text: call legal, replace_formatting: true}", "agrees"),
        (BOLD, "{text: call me, replace_formatting: true}", "sends"),
        (BOLD, '{markdown: "**call** legal"}', "agrees"),
        (BOLD, '{markdown: "call legal"}', "sends"),
        (BOLD, "null", "sends"),
        (PICTURE, "call me", "plain text would destroy"),
        (PICTURE, '{markdown: "**call** me"}', "this Markdown cannot express"),
        (PICTURE, "{text: call me, replace_formatting: true}", "sends"),
        (MENTION, "call me", "plain text would destroy"),
        (MENTION, "call @ana", "agrees"),
        (None, "call me", "sends"),
        ("call legal\n", "call legal", "agrees"),
        ({"doc_text": "", "doc": "", "doc_html": "", "is_empty": True}, "null", "agrees"),
    ],
)
def test_formatting_is_never_lost_unless_its_author_says_so(live: Any, written: str, outcome: str) -> None:
    bound = codec(space.STORY)
    seen = bound.decode(live)
    after = desired_value(bound.parse(node_of(f"v: {written}\n")), seen.value)
    if after == seen.value:
        assert outcome == "agrees"
        return
    said = bound.objection(seen, after)
    assert outcome in (said or "sends")
    if said is None:
        again = bound.decode(bound.encode(after)).value
        assert again == after
        assert bound.objection(seen, again) is None


def test_what_was_live_keeps_a_form_that_a_plan_can_hold() -> None:
    bound = codec(space.STORY)
    for live in (PLAIN, BOLD, PICTURE, MENTION):
        seen = bound.decode(live)
        assert bound.decode(json.loads(json.dumps(bound.encode(seen.value)))).value == seen.value


def test_markdown_is_sent_as_the_blocks_of_the_manual() -> None:
    bound = codec(space.STORY)
    desired = bound.parse(
        node_of('v: {markdown: "# Why\\n\\nso **it** is\\n\\n- a\\n- *b*\\n\\n1. c\\n2. d\\n\\n---"}\n')
    )
    assert bound.encode(desired_value(desired, None)) == [
        {"type": "paragraph", "content": [{"type": "text", "text": "Why", "attrs": {"fontSize": "h1"}}]},
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "so "},
                {"type": "text", "text": "it", "attrs": {"bold": "true"}},
                {"type": "text", "text": " is"},
            ],
        },
        {"type": "ul", "content": [{"type": "text", "text": "a"}]},
        {"type": "ul", "content": [{"type": "text", "text": "b", "attrs": {"italic": "true"}}]},
        {"type": "ol", "content": [{"type": "text", "text": "c"}], "lineAttrs": {"list": "1"}},
        {"type": "ol", "content": [{"type": "text", "text": "d"}], "lineAttrs": {"list": "2"}},
        {"type": "horizontalLine", "content": []},
    ]


pieces = st.sampled_from(
    [
        "a",
        "b",
        "*",
        "**",
        "***",
        "~~",
        "_",
        "#",
        "##",
        "-",
        "1.",
        "!",
        "`",
        "~",
        "\\",
        "。",
        "支",
        "&nbsp;",
        "&#32;",
        "|",
        ">",
        "[",
        "](",
        ")",
    ]
)


markdown = st.lists(pieces | st.sampled_from([" ", "\n", "\n\n"]), min_size=1, max_size=12).map("".join)


@given(markdown)
def test_markdown_of_any_kind_is_refused_or_sent_read_back_and_written_again_as_the_same(
    written: str,
) -> None:
    bound = codec(STORY)
    try:
        desired = bound.parse(node_of(yaml_of({"markdown": written})))
    except Wrong:
        return
    value = desired_value(desired, None)
    answers = list(rich_readings(bound.encode(value)))
    assert answers
    for answer in answers:
        seen = bound.decode(answer)
        assert desired_value(desired, seen.value) == seen.value
        assert bound.objection(seen, value) is None
    assert desired_value(bound.parse(node_of(yaml_of(bound.dump(value)))), value) == value
