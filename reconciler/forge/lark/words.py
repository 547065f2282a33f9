"""The words of a card, in each language that there is: to add one is to add a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Words(NamedTuple):
    """The phrases of a card; `{…}` are counts, names and values."""

    plan: str
    drift: str
    run: str
    in_sync: str
    no_drift: str
    to_update: str
    to_clear: str
    drifted: str
    conflicting: str
    blocked: str
    failed: str
    joined: str
    guards: str
    guard: str
    guard_alone: str
    conflicts: str
    blocks: str
    clears: str
    drifts: str
    changes: str
    errors: str
    settings: str
    somebody: str
    on_items: str
    cut: str
    base_live_desired: str
    outcomes: str
    outcome: str
    stopped: str
    nothing_sent: str
    request: str
    page: str
    job: str
    names: Mapping[str, str]
    """Outcomes and guards as this language calls them, where it does not as JSON does."""


EN: Final = Words(
    plan="Plan for {space}",
    drift="Drift in {space}",
    run="Apply in {space}",
    in_sync="No changes. Live work items match the desired state.",
    no_drift="Nothing moved in Meegle since the last apply.",
    to_update="items to update: {items}, fields: {fields}",
    to_clear="fields to empty: {count}",
    drifted="drifted: {count}",
    conflicting="conflicting: {count}",
    blocked="blocked: {count}",
    failed="Nothing was planned. Errors: {count}",
    joined="; ",
    guards="Guards stop an apply",
    guard="{name}: {actual}, at most {limit}",
    guard_alone="{name}: {actual}",
    conflicts="Changed here and in Meegle",
    blocks="Blocked",
    clears="Fields to empty",
    drifts="Drift: changed in Meegle, by person",
    changes="Changes",
    errors="Errors",
    settings="Settings changed",
    somebody="unknown",
    on_items="{change} on {count} items",
    cut="… not shown here: {rows} rows, {fields} fields",
    base_live_desired="base → live → desired",
    outcomes="Outcomes, by field",
    outcome="{word}: {count}",
    stopped="Stopped: {why}",
    nothing_sent="Nothing was sent.",
    request="Request",
    page="Page",
    job="CI run",
    names={},
)
ZH: Final = Words(
    plan="{space} 的变更计划",
    drift="{space} 的漂移",
    run="{space} 的执行结果",
    in_sync="没有变更：线上工作项与期望状态一致。",
    no_drift="自上次执行以来，飞书项目中没有改动。",
    to_update="待更新工作项：{items}（字段 {fields} 个）",
    to_clear="将清空的字段：{count}",
    drifted="漂移：{count}",
    conflicting="冲突：{count}",
    blocked="受阻：{count}",
    failed="未生成计划，错误 {count} 个",
    joined="；",
    guards="守卫阻止执行",
    guard="{name}：{actual}，上限 {limit}",
    guard_alone="{name}：{actual}",
    conflicts="两边都改了（仓库与飞书项目）",
    blocks="受阻",
    clears="将清空的字段",
    drifts="漂移：飞书项目中的改动，按人员",
    changes="变更",
    errors="错误",
    settings="设置有改动",
    somebody="未知",
    on_items="{change}，共 {count} 个工作项",
    cut="… 另有 {rows} 行（{fields} 个字段）未在此显示",
    base_live_desired="基线 → 线上 → 期望",
    outcomes="结果（按字段）",
    outcome="{word}：{count}",
    stopped="已停止：{why}",
    nothing_sent="没有发送任何内容。",
    request="合并请求",
    page="网页",
    job="CI 运行",
    names={
        "applied": "已应用",
        "already": "已是期望值",
        "blocked": "受阻",
        "conflict": "冲突",
        "ignored": "被忽略",
        "rejected": "被拒绝",
        "unknown": "未知",
        "not tried": "未尝试",
        "changes": "变更的工作项",
        "share": "变更占比",
        "clears": "清空的字段",
        "both": "冲突的字段",
        "invisible": "新增不可见",
    },
)
WORDS: Final = {"en": EN, "zh-CN": ZH}
"""By the `locale` of the settings."""
