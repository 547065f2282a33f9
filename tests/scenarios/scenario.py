"""One scenario: a folder whose name is the sentence, and whose files are the world and what came of it.

What is given:

- `state.yaml`: the desired state;
- `live.json`: item id → field key → value as the API gives it, or `deleted` or `terminated`;
- `base.yaml`, `applied.yaml`: the desired state of an earlier commit, and of the last applied one;
- `edited.json`, `meanwhile.json`: edits by bo@example.com before the plan, and between plan and apply;
- `reconciler.yaml`: the settings; `given.json`: flags, switches and changes of the space.

What must come of it:

- `plan.txt`, `apply.txt`: stdout, exit code and stderr; apply without the plan that it shows again;
- `requests.json`: the write log of the sandbox; `after.json`: the live values afterwards;
- `plan.json`, where a scenario has one: every member of the saved plan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.git_repository import git

if TYPE_CHECKING:
    from reconciler.sandbox import World
    from reconciler.sandbox.state.model import Item
    from reconciler.sandbox.state.world import Made
    from tests.conftest import Desk, Done

HERE: Final = Path(__file__).parent
BO: Final = "7310000000000000002"
NOW: Final = 1_795_000_000
"""2026-11-18 11:06:40 UTC: the clock of the sandbox and of the commands."""
STATE: Final = "state/stories.yaml"
WIDTH: Final = 100
CHANGING: Final = (
    (r"\b(?:[0-9a-f]{64}|[0-9a-f]{40}|(?=[0-9]*[a-f])[0-9a-f]{12})\b", "HASH"),
    (r"log id \w+", "log id LOG"),
    (r"Oldest read trusted: [0-9.]+ s", "Oldest read trusted: … s"),
    (r"journal \.reconciler/runs/\S+", "journal RUN"),
)
"""What differs from run to run, and how it reads here."""


def folders() -> list[Path]:
    """List the scenarios by their number."""
    return sorted(path.parent for path in HERE.glob("*/state.yaml"))


def play(folder: Path, desk: Desk) -> dict[str, str]:
    """Plan and apply a scenario; returns the text of each result file by its name."""
    given = _json(folder / "given.json")
    _prepare(folder, desk, given)
    planned = desk.run("plan", "--out", "plan.json", *_commits(desk.folder), *given.get("plan", ()))
    _edit(desk.world, _json(folder / "meanwhile.json"))
    before = len(desk.world.writes)
    applied = desk.run("apply", "plan.json", "--yes", *given.get("apply", ()))
    sent = [
        {"item": made.path.split("/work_item/")[1], "fields": _fields(made.body), "answer": _answer(made)}
        # Several threads send, so the order of items means nothing.
        for made in sorted(desk.world.writes[before:], key=lambda made: made.path)
    ]
    results = {
        "plan.txt": _told(planned.out, planned, desk),
        "apply.txt": _told(applied.out.removeprefix(planned.out), applied, desk),
        "requests.json": _dump(sent),
        "after.json": _dump(dict(_after(desk.world, _json(folder / "live.json"), sent))),
    }
    if (folder / "plan.json").exists():
        saved = (desk.folder / "plan.json").read_text(encoding="utf-8")
        results["plan.json"] = _dump(json.loads(_told(saved, None, desk)))
    return results


def _fields(body: Any) -> dict[str, Any]:
    return {pair["field_key"]: pair["field_value"] for pair in body["update_fields"]}


def _answer(made: Made) -> str:
    return f"refused: {made.err_code}" if made.err_code else str(made.status)


def _prepare(folder: Path, desk: Desk, given: dict[str, Any]) -> None:
    desk.environ |= {"SOURCE_DATE_EPOCH": str(NOW), "TZ": "UTC", "NO_COLOR": "1"}
    desk.world.clock = lambda: float(NOW)
    desk.world.options.set(given.get("switches", {}))
    settings = folder / "reconciler.yaml"
    if settings.exists():
        desk.write("state/reconciler.yaml", settings.read_text(encoding="utf-8"))
    set_live(desk.world, folder)
    if given.get("pinned"):
        desk.write(STATE, (folder / "state.yaml").read_text(encoding="utf-8"))
        assert desk.run("schema", "pull").code == 0
    git(desk.folder, "init", "-q")
    for name in ("applied.yaml", "base.yaml", "state.yaml"):
        if (folder / name).exists():
            desk.write(STATE, (folder / name).read_text(encoding="utf-8"))
            git(desk.folder, "add", "state")
            git(desk.folder, "commit", "-qm", name, "--allow-empty")
            git(desk.folder, "tag", f"the-{name.removesuffix('.yaml')}")
    _change_space(desk.world, given)
    _edit(desk.world, _json(folder / "edited.json"))


def _commits(folder: Path) -> Iterator[str]:
    """Name the commits of a scenario that has them."""
    tags = git(folder, "tag").split()
    for name in ("base", "applied"):
        if f"the-{name}" in tags:
            yield from (f"--{name}", f"the-{name}")


def set_live(world: World, folder: Path) -> None:
    """Make live values what a scenario says, without a trace of who did it."""
    for item_id, values in _json(folder / "live.json").items():
        item = world.item(int(item_id))
        if values == "deleted":
            world.delete(item.id, by=BO)
        elif values == "terminated":
            world.abort(item.id, "cancel", by=BO)
        else:
            for key, value in values.items():
                _put(world, item, key, value)
            world.derive(item)
    world.records.clear()


def _put(world: World, item: Item, key: str, value: Any) -> None:
    if key == "name":
        item.name = value
    elif isinstance(value, dict) and "doc_html" in value:
        world.format(item.id, key, value["text"], value["doc_html"])
    else:
        item.values[key] = value
        item.rich.pop(key, None)


def _edit(world: World, edits: dict[str, Any]) -> None:
    """Change items as a person does in the page."""
    for item_id, values in edits.items():
        if values == "deleted":
            world.delete(int(item_id), by=BO)
        elif values == "terminated":
            world.abort(int(item_id), "cancel", by=BO)
        else:
            for key, value in values.items():
                world.edit(int(item_id), key, value, by=BO)


def _change_space(world: World, given: dict[str, Any]) -> None:
    """Change options and fields after they were pinned."""
    space = world.named_space("demo")
    story = world.type_in(space, "story")
    for field_key, changes in given.get("options", {}).items():
        field = story.by_key[field_key]
        for value, change in changes.items():
            if change is None:
                field.options = [one for one in field.options if one.value != value]
            else:
                (option,) = (one for one in field.options if one.value == value)
                for name, new in change.items():
                    setattr(option, name, new)
    for field_key, change in given.get("fields", {}).items():
        for name, new in change.items():
            setattr(story.by_key[field_key], name, new)


def _after(world: World, live: dict[str, Any], sent: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Give the live values afterwards of whatever a scenario sets or a request held."""
    keys: dict[str, list[str]] = {
        item_id: list(values) if isinstance(values, dict) else [] for item_id, values in live.items()
    }
    for request in sent:
        keys.setdefault(request["item"].rsplit("/", 1)[-1], []).extend(request["fields"])
    for item_id, names in sorted(keys.items()):
        item = world.item(int(item_id))
        values = {key: item.name if key == "name" else item.values.get(key) for key in dict.fromkeys(names)}
        yield item_id, "deleted" if item.deleted_at else values


def _told(text: str, done: Done | None, desk: Desk) -> str:
    """Return a text without what differs from run to run; of a command also its exit code and stderr."""
    if done:
        progress = r"(?m)^demo/.*\n"
        talk = re.sub(progress, "", done.err) + "".join(sorted(re.findall(progress, done.err)))
        text += f"exit code {done.code}\n" + (f"\nstderr:\n{talk}" if talk else "")
    text = text.replace(desk.service.url.removeprefix("http://"), "SANDBOX").replace(
        str(desk.folder), "FOLDER"
    )
    for pattern, same in CHANGING:
        text = re.sub(pattern, same, text)
    return text


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _dump(value: object) -> str:
    """Write JSON for people: what fits into a line stands in one."""
    return _laid_out(value, "") + "\n"


def _laid_out(value: object, margin: str) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if len(margin) + len(short) <= WIDTH or not isinstance(value, (dict, list)):
        return short
    inner = margin + "  "
    if isinstance(value, list):
        rows = [_laid_out(one, inner) for one in value]
    else:
        rows = [f"{json.dumps(key)}: {_laid_out(one, inner)}" for key, one in value.items()]
    start, end = "[]" if isinstance(value, list) else "{}"
    return start + ",".join(f"\n{inner}{row}" for row in rows) + f"\n{margin}{end}"
