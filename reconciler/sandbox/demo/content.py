"""Believable content for pretend work items: the same number always gives the same words and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.sandbox.state.model import Field, Option

Json = Any
DAY_MS: Final = 86_400_000
FIRST_DAY: Final = 1774972800000
"""2026-04-01 00:00 in Shanghai, as epoch milliseconds."""

TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "story": (
        "Checkout: pay by card",
        "Checkout: keep the basket for a week",
        "结账：支持银行卡支付",
        "Refunds: pay back to the same card",
        "Refunds: partial amounts",
        "退款：原路退回",
        "Invoices: one file a month",
        "Invoices: add the tax number",
        "发票：支持电子发票下载",
        "Login: sign in with a passkey",
        "Login: lock after ten wrong codes",
        "登录：异地登录提醒",
        "Profile: change the display name",
        "Search: forgive one typo",
        "搜索：按标签筛选",
        "Reports: export to a spreadsheet",
        "Reports: compare two months",
        "Ledger: close a period",
        "Payouts: warn before the cut-off",
        "通知：合并同类消息",
        "Onboarding: import the price list",
        "Price rules: round half up",
        "Accounts: merge duplicates",
        "Checkout: split a payment in two",
        "Checkout: show delivery dates",
        "结账：记住上次的地址",
        "Refunds: tell when the money arrives",
        "Invoices: send to the accountant",
        "Login: stay signed in on this device",
        "Profile: delete my data",
        "Search: filter by price",
        "Reports: weekly mail to the team",
        "报表：自定义列",
        "Ledger: explain a difference",
        "Payouts: several bank accounts",
        "Notifications: quiet hours",
        "Onboarding: check the company number",
        "Price rules: end at midnight",
        "Accounts: hand over to a colleague",
        "权限：只读成员",
        "Audit: who saw what",
        "Webhooks: send again",
        "Imports: preview before saving",
    ),
    "issue": (
        "Basket is empty after signing in",
        "Total is off by one cent with three items",
        "Refund is shown twice in the ledger",
        "登录后购物车被清空",
        "Export stops at 65,536 rows",
        "Date picker opens on the wrong month",
        "搜索结果重复显示",
        "Push message arrives the day after",
        "Card form hides the error on small screens",
        "导出文件的中文文件名乱码",
        "Price rule ignores the end date",
        "Second page of the audit log is blank",
        "Cannot remove the last address",
        "Coupon is taken off twice",
        "付款成功后页面一直转圈",
        "Invoice shows yesterday's date west of Greenwich",
        "Reset link works only once",
        "Avatar is turned by ninety degrees",
        "Filter forgets its choice after going back",
        "报表合计与明细不一致",
        "Weekly mail goes to people who left",
        "Spreadsheet import drops empty rows",
        "Webhook is sent again after a success",
        "Quiet hours are off by one in summer",
        "Name with an apostrophe breaks the label",
        "手机号带空格时无法保存",
        "Payout is stuck in review",
        "Table header scrolls away",
        "Copied link opens the wrong tab",
        "Dark mode hides the legend",
        "Search finds deleted reports",
        "批量操作只处理第一页",
        "Keyboard focus jumps to the top",
        "Chart shows last year's colours",
        "Currency sign is missing in the mail",
        "Attachment over 20 MB never finishes",
        "Sorting by amount is alphabetical",
        "通知重复推送",
        "Tax number with spaces is refused",
        "Printing cuts off the last column",
        "Old price shows until reload",
        "Deleting a tag signs the user out",
        "Undo brings back only half",
        "Phone rings twice for one alert",
        "离线编辑后内容丢失",
        "Decimal comma is read as thousands",
        "Empty basket can be paid",
        "Login code arrives in the spam folder",
        "Map pin is in the sea",
        "Long names push the buttons out",
        "Session ends while typing",
        "Refund reason is cut at 64 letters",
        "导入时日期变成前一天",
        "Two people can take the same task",
        "Progress bar stops at 99 percent",
        "Closed accounts still get mail",
        "Search box eats the first letter",
        "Report link needs a second click",
        "缓存导致价格不更新",
        "Team list is empty for guests",
    ),
    "release": (
        "Web 8.1",
        "iOS 5.12",
        "Android 5.12",
        "Ledger 2026.04",
        "支付网关 3.2",
        "Desktop 2.0",
        "Hotfix: card form",
        "Web 8.2",
        "iOS 5.13",
        "Android 5.13",
        "Ledger 2026.05",
        "支付网关 3.3",
        "Desktop 2.1",
        "Hotfix: refunds",
        "Web 8.3",
        "iOS 5.14",
        "Android 5.14",
        "Ledger 2026.06",
        "支付网关 4.0",
        "Desktop 2.2",
        "Reports 1.0",
        "Web 9.0",
        "iOS 6.0",
        "Android 6.0",
        "Ledger 2026.07",
        "数据平台 1.4",
        "Desktop 3.0",
        "Reports 1.1",
        "Hotfix: sign-in",
        "Web 9.1",
        "iOS 6.1",
        "Android 6.1",
        "Ledger 2026.08",
        "数据平台 1.5",
        "Reports 1.2",
        "Desktop 3.1",
        "Payouts 1.0",
        "Web 9.2",
        "iOS 6.2",
        "Android 6.2",
    ),
}
REASONS: Final = (
    "Support hears about it every week.",
    "The regulator asks for it once a quarter.",
    "It is the third most common reason to leave the page.",
    "财务每月手工核对，耗时两天。",
    "Without it the partner cannot go live.",
)
STEPS: Final = (
    "First the web page, then both apps.",
    "Behind a switch, for one market at first.",
    "先灰度 5% 的用户，再全量。",
    "Nothing changes for those who do not use it.",
)
NOTES: Final = (
    "Ask legal before the text goes out",
    "Waits for the bank's test account",
    "Demo on Thursday",
    "需要和法务确认文案",
    "Numbers come from last month's report",
)
WIKI: Final = "https://wiki.example.com"
ENVIRONMENTS: Final = ("staging", "preview", "production")


@dataclass(frozen=True, slots=True)
class Ground:
    """The targets that content may point to: user keys, type key → item ids, ids of business lines."""

    people: list[str]
    items: Mapping[str, list[int]]
    businesses: list[str]


def title(kind: str, n: int) -> str:
    """Name an item; `kind` is a type's API name. The second round of the list gets a number."""
    titles = TITLES.get(kind) or TITLES["story"]
    turn, at = divmod(n, len(titles))
    return titles[at] if not turn else f"{titles[at]} ({turn + 1})"


def description(n: int) -> str:
    """Write two sentences and the line end that a page adds."""
    return f"{REASONS[n % len(REASONS)]}\n{STEPS[(n // 3) % len(STEPS)]}\n"


def _pick(options: list[Option], n: int) -> Option | None:
    enabled = [each for each in options if not each.disabled]
    return enabled[n % len(enabled)] if enabled else None


def _choice(field: Field, n: int, _ground: Ground) -> Json:
    option = _pick(field.options, n)
    return {"value": option.value} if option else None


def _choices(field: Field, n: int, _ground: Ground) -> Json:
    picked = [_pick(field.options, n), _pick(field.options, n + 1 + n % 2)]
    return [{"value": each} for each in dict.fromkeys(o.value for o in picked if o)]


def _path(field: Field, n: int, _ground: Ground) -> Json:
    top = _pick(field.options, n)
    if top is None:
        return None
    below = _pick(top.children, n // 2)
    return {"value": top.value, "children": {"value": below.value, "children": None} if below else None}


def _paths(field: Field, n: int, ground: Ground) -> Json:
    made = [_path(field, n, ground), _path(field, n + 1, ground)]
    return [each for each in made[: 1 + n % 2] if each]


def _text(field: Field, n: int, _ground: Ground) -> Json:
    return NOTES[n % len(NOTES)] if field.kind == "multi" else f"EXT-{1000 + n}"


def _date(field: Field, n: int, _ground: Ground) -> Json:
    day = FIRST_DAY + n % 200 * DAY_MS
    return day + (9 * 60 + n % 8 * 30) * 60_000 if field.kind == "moment" else day


def _schedule(_field: Field, n: int, _ground: Ground) -> Json:
    start = FIRST_DAY + n % 150 * DAY_MS
    return {"start_time": start, "end_time": start + (3 + n % 11) * DAY_MS - 1}


def _users(_field: Field, n: int, ground: Ground) -> Json:
    people = ground.people
    return list(dict.fromkeys([people[n % len(people)], people[(n * 3 + 1) % len(people)]]))


def _related(field: Field, n: int, ground: Ground) -> Json:
    ids = [each for key in field.targets for each in ground.items.get(key, ())]
    return ids[n % len(ids)] if ids else None


def _related_many(field: Field, n: int, ground: Ground) -> Json:
    found = _related(field, n, ground)
    return [] if found is None else [found]


def _file(n: int) -> Json:
    uid = f"7ac51ca6-2a7b-4123-9970-{n:012}"
    return {
        "name": f"screen-{n}.png",
        "type": "image/png",
        "size": f"{100 + n % 900}.{n % 10}KB",
        "uid": uid,
        "url": f"https://example.com/files/{uid}",
    }


def _rows(field: Field, n: int, ground: Ground) -> Json:
    rows = []
    for at in range(1 + n % 3):
        cells = {sub.key: _cell(sub, n + at, at, ground) for sub in field.compound}
        rows.append(
            [{"field_key": key, "field_value": value} for key, value in cells.items() if value is not None]
        )
    return rows


def _cell(sub: Field, n: int, at: int, ground: Ground) -> Json:
    if sub.type == "text":
        return ENVIRONMENTS[at % len(ENVIRONMENTS)]
    if sub.type == "link":
        return f"https://{ENVIRONMENTS[at % len(ENVIRONMENTS)]}.example.com"
    if sub.type == "date" and n % 2:
        return None
    return value(sub, n, ground)


MAKERS: Final[Mapping[str, Callable[[Field, int, Ground], Json]]] = {
    "text": _text,
    "multi_text": lambda _field, n, _ground: description(n),
    "number": lambda _field, n, _ground: n % 13 + (0.5 if n % 4 == 0 else 0),
    "bool": lambda _field, n, _ground: n % 2 == 0,
    "link": lambda _field, n, _ground: f"{WIKI}/prd/{1000 + n}",
    "link_cloud_doc": lambda _field, n, _ground: [f"{WIKI}/docx/D{1000 + n + k}" for k in range(1 + n % 2)],
    "telephone": lambda _field, n, _ground: f"+86-400-{100 + n % 900}-{1000 + n % 9000}",
    "email": lambda _field, n, _ground: f"team-{n % 7}@example.com",
    "date": _date,
    "schedule": _schedule,
    "select": _choice,
    "radio": _choice,
    "multi_select": _choices,
    "tree_select": _path,
    "tree_multi_select": _paths,
    "user": lambda _field, n, ground: ground.people[n % len(ground.people)],
    "multi_user": _users,
    "business": lambda _f, n, g: g.businesses[n % len(g.businesses)] if g.businesses else None,
    "signal": lambda _field, n, _ground: (True, False, None)[n % 3],
    "work_item_related_select": _related,
    "work_item_related_multi_select": _related_many,
    "compound_field": _rows,
    "multi_file": lambda _field, n, _ground: [_file(n)],
    "group_type": lambda _field, _n, _ground: "disabled",
}


def value(field: Field, n: int, ground: Ground) -> Json:
    """Make a stored value for a field; None where nothing fits or the service itself keeps the field."""
    make = MAKERS.get(field.type)
    return None if make is None or field.computed or field.formula else make(field, n, ground)


__all__ = ["DAY_MS", "FIRST_DAY", "Ground", "description", "title", "value"]
