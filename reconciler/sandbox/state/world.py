"""The state of the pretend service and what changing it means; knows nothing of HTTP."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from reconciler.sandbox.http.admission import Credentials, Gate
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.state import richtext
from reconciler.sandbox.state.differences import content, differences, note_unsaved, same_beside
from reconciler.sandbox.state.model import Field, Item, ItemType, Person, Space
from reconciler.sandbox.state.switches import Options
from reconciler.sandbox.state.values import Dropped, Ground, check

Json = Any
Object = dict[str, Json]

DEMO_CREDENTIALS: Final = Credentials(
    "MII_6650A1B2C3D4E5F6", "0123456789abcdef0123456789abcdef", "7310000000000000001"
)
MOST_CALLS: Final = 100_000
"""Calls that are remembered before the older half is forgotten."""
HEX_KEY: Final = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change, and its channel: `page`, `openapi` or `automation`."""

    key: str
    channel: str = "openapi"


@dataclass(slots=True)
class Made:
    """A call that was made: its path template, when (epoch seconds), and, once answered, how it ended."""

    method: str
    path: str
    template: str
    at: float
    user_key: str = ""
    idem: str = ""
    body: Json = None
    write: bool = False
    status: int = 0
    err_code: int = 0

    def line(self) -> Object:
        """Make the line of the write log."""
        return {
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "user_key": self.user_key,
            "idem": self.idem,
            "body": self.body,
            "status": self.status,
            "err_code": self.err_code,
        }


class Store(Protocol):
    """Storage for changes, written before the answer is sent."""

    def save(self, items: Iterable[Item], records: Iterable[Object]) -> None:
        """Keep items and operation records, all or none."""

    def save_space(self, world: World) -> None:
        """Keep people and spaces as they are now."""


class World:
    """A pretend tenant: people, spaces, items, records, and all that a call may do to them.

    For tests, in-process:
    - `options`: the mutable switches;
    - `item(id)`, `edit(id, key, value, by=)`, `delete(id, by=)`: look, or change as a person in the page;
    - `writes`: the log of calls that would change state, `calls`: all calls, both as `Made`;
    - `before_call`, `after_call`: callables given each `Made`, outside the lock, to interleave writes;
    - `gate`: tokens and limits (`gate.expire_tokens()`, `gate.code(user_key)`).
    """

    def __init__(
        self,
        spaces: Iterable[Space],
        people: Iterable[Person],
        items: Iterable[Item] = (),
        *,
        options: Options | None = None,
        credentials: Credentials = DEMO_CREDENTIALS,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.options = options or Options()
        self.clock, self.sleep = clock, sleep
        self.credentials = credentials
        self.gate = Gate(credentials, self.options, clock)
        self.own_plugins: dict[str, Credentials] = {}
        """Space key → its own plugin, the only one installed in it; the others share `credentials`."""
        self.lock = threading.RLock()
        self.spaces: dict[str, Space] = {space.key: space for space in spaces}
        self.people = {person.key: person for person in people}
        self.items = {item.id: item for item in items}
        self.records: dict[int, list[Object]] = {}
        self.tasks: dict[str, Object] = {}
        self.calls: list[Made] = []
        self.writes: list[Made] = []
        self.before_call: Callable[[Made], None] | None = None
        self.after_call: Callable[[Made], None] | None = None
        self.store: Store | None = None
        self.admin_token = secrets.token_urlsafe(18)
        self.write_log: Path | None = None
        self.pages: dict[int, tuple[Item, str]] | None = None
        """Whole items as JSON text, kept while nobody but calls changes anything: in a process of its own."""
        self._due: list[tuple[int, Callable[[], object]]] = []
        self._past: dict[int, list[tuple[int, Item | None]]] = {}
        self._tables: dict[tuple[str, str], ItemType] = {}
        for space in self.spaces.values():
            self.add_space(space)

    def add_space(self, space: Space) -> None:
        """Add a space with its types."""
        self.spaces[space.key] = space
        self._tables |= {(space.key, each.key): each for each in space.types}

    # -- looking ------------------------------------------------------------------------------------------

    def now(self) -> int:
        """Read the service's clock in epoch milliseconds."""
        return int(self.clock() * 1000)

    def item(self, item_id: int) -> Item:
        """Take an item as it is; KeyError when there never was one."""
        return self.items[item_id]

    def has_space(self, key: str) -> bool:
        """Return True if there is a space of this hex key or simple name."""
        return key in self.spaces or any(each.simple_name == key for each in self.spaces.values())

    def named_space(self, key: str) -> Space:
        """Find a space by its hex key or simple name, else 1000052062."""
        found = self.spaces.get(key) or next((s for s in self.spaces.values() if s.simple_name == key), None)
        if found is None:
            raise Refusal("no_simple_name", f"not found simple name: {key}")
        return found

    def space(self, key: str) -> Space:
        """Find the space of a path: an unknown hex key stops at the token layer (10301), a name does not."""
        if HEX_KEY.fullmatch(key) and key not in self.spaces:
            raise Refusal("token_permission", f"project {key} does not exist or the plugin is not installed")
        return self.named_space(key)

    @staticmethod
    def ruled(rules: Iterable[Mapping[str, Json]], user: str, item: Item, field: str = "") -> bool:
        """Return True if a rule (`user`, `type`, `item`, `field`) is about this user, item and field."""
        facts = {"user": user, "type": item.type_key, "item": str(item.id), "field": field}
        return any(all(facts[key] == str(value) for key, value in rule.items()) for rule in rules)

    def next_id(self) -> int:
        """Give the next free item id."""
        return max(self.items, default=6300000000) + 1

    def type_of(self, item: Item) -> ItemType:
        """Tell the type of an item."""
        return self._tables[item.project, item.type_key]

    def type_in(self, space: Space, key: str) -> ItemType:
        """Find a type of a space, else 30014."""
        found = self._tables.get((space.key, key))
        if found is None:
            raise Refusal("no_type", f"work item type {key} not found in project {space.key}")
        return found

    def seen(self, item_id: int, lag_ms: int) -> Item | None:
        """Show an item as it was `lag_ms` ago, as lagging reads see it; None when it was not there."""
        current = self.items.get(item_id)
        if lag_ms <= 0:
            return current
        moment = self.now() - lag_ms
        return next((old for at, old in self._past.get(item_id, ()) if at > moment), current)

    # -- changing -----------------------------------------------------------------------------------------

    def edit(self, item_id: int, key: str, value: Json, *, by: str = "") -> None:
        """Change one field as a person does in the page: wire value in, operation record out."""
        with self.lock:
            before = self.items[item_id]
            after = before.copy()
            self.put_value(after, self._field(before, key), value)
            after.unsaved = [each for each in after.unsaved if each != key]
            self.commit(before, after, Actor(by or self.credentials.user_key, "page"))

    def format(self, item_id: int, key: str, text: str, html: str, *, by: str = "") -> None:
        """Write formatted text as a person does in the page."""
        with self.lock:
            before = self.items[item_id]
            after = before.copy()
            after.values[key] = text
            after.rich[key] = {"doc": json.dumps({"type": "doc", "text": text}), "doc_html": html}
            after.unsaved = [each for each in after.unsaved if each != key]
            self.commit(before, after, Actor(by or self.credentials.user_key, "page"))

    def delete(self, item_id: int, *, by: str = "", channel: str = "page") -> None:
        """Delete an item (softly: endpoints.md 7.4)."""
        with self.lock:
            before = self.items[item_id]
            after = before.copy()
            after.deleted_at, after.deleted_by = self.now(), by or self.credentials.user_key
            self.commit(before, after, Actor(after.deleted_by, channel), "delete")

    def abort(self, item_id: int, reason: str | None, *, by: str = "", channel: str = "page") -> None:
        """Terminate an item, or with None restore it (7.5)."""
        with self.lock:
            before = self.items[item_id]
            after = before.copy()
            after.aborted = reason
            after.values["aborted"] = {"is_aborted": reason is not None, "reason": reason or ""}
            self.commit(
                before,
                after,
                Actor(by or self.credentials.user_key, channel),
                "restore" if reason is None else "terminate",
            )

    def keep(self, item: Item) -> None:
        """Replace the item without a record: for data other than values."""
        self.items[item.id] = item
        if self.store is not None:
            self.store.save([item], [])

    def _field(self, item: Item, key: str) -> Field:
        return self.type_of(item).by_key[key]

    def ground(self, item: Item) -> Ground:
        """Gather what value checks may look at."""
        businesses = frozenset(_ids(self.spaces[item.project].businesses))
        return Ground(self.people, self.items, businesses, self.type_of(item), item.id, self.options)

    def put_value(self, after: Item, field: Field, value: Json) -> None:
        """Check a wire value and store it in `after`; raises Refusal, keeps the old one on a silent no."""
        try:
            stored = check(field, value, self.ground(after))
        except Dropped:
            return
        if field.key == "name":
            after.name = str(stored)
            return
        if field.key == "issue_operator":
            self._mirror(after, "operator", stored)
        after.values[field.key] = self._with_locked(after, stored) if field.type == "role_owners" else stored
        after.rich.pop(field.key, None)
        if field.type == "multi_text" and isinstance(value, list) and richtext.formatted(value):
            after.rich[field.key] = {"doc": richtext.doc_of(value), "doc_html": richtext.html_of(value)}
        if field.type == "compound_field":
            after.rows[field.key] = [str(uuid.uuid4()) for _ in stored or ()]

    @staticmethod
    def _mirror(after: Item, role: str, owners: list[str] | None) -> None:
        held = [each for each in after.values.get("role_owners") or [] if each["role"] != role]
        after.values["role_owners"] = [*held, {"role": role, "owners": owners or None}]

    def locked(self, item_type: ItemType) -> list[str]:
        """Ids of the roles that users may not add or remove."""
        return [role.id for role in item_type.roles if not role.deletable]

    def _with_locked(self, item: Item, sent: list[Object]) -> list[Object]:
        """Bring a locked role that the list leaves out back to its defaults (7.2 rule 3)."""
        item_type = self.type_of(item)
        named = {each["role"] for each in sent}
        added = [
            {"role": role.id, "owners": list(role.members) or None}
            for role in item_type.roles
            if not role.deletable and role.id not in named
        ]
        return [*sent, *added]

    def recompute_roles(self, after: Item) -> None:
        """Do what a write without role_owners does to locked roles (7.2 rule 3)."""
        locked = set(self.locked(self.type_of(after)))
        if locked:
            kept = [each for each in after.values.get("role_owners") or [] if each["role"] not in locked]
            after.values["role_owners"] = self._with_locked(after, kept)

    def derive(self, item: Item) -> None:
        """Bring computed fields up to date: sums, mirrors of roles, current operators."""
        item_type = self.type_of(item)
        for field in item_type.fields:
            if field.type == "compound_field":
                self._identify(item, field.key)
            if field.formula:
                numbers = [item.values.get(key) for key in field.formula]
                told = [each for each in numbers if isinstance(each, (int, float))]
                item.values[field.key] = sum(told) if told else None
        held = {each["role"]: each["owners"] for each in item.values.get("role_owners") or []}
        for key, role in (("issue_operator", "operator"), ("issue_reporter", "reporter")):
            if key in item_type.by_key:
                item.values[key] = held.get(role) or None
        known = {
            "template": {"id": item.template, "version": item_type.template_version(item.template)},
            "is_frozen": item.frozen,
            "deleted": bool(item.deleted_at),
            "finish_time": item.state_at if item_type.state(item.state).final else None,
        }
        item.values.update({key: value for key, value in known.items() if key in item_type.by_key})
        if "current_status_operator" in item_type.by_key:
            first = next((held[role.id] for role in item_type.roles if held.get(role.id)), None)
            item.values["current_status_operator"] = None if item.aborted is not None else first

    @staticmethod
    def _identify(item: Item, key: str) -> None:
        """Give each compound row an id, when a seed brought rows without."""
        rows, ids = item.values.get(key) or [], item.rows.get(key, [])
        if len(rows) != len(ids):
            item.rows[key] = [
                str(uuid.uuid5(uuid.NAMESPACE_OID, f"{item.id}/{key}/{n}")) for n in range(len(rows))
            ]

    def commit(
        self,
        before: Item | None,
        after: Item,
        actor: Actor,
        operation: str = "modify",
        *,
        touch: bool = False,
        node: tuple[str, list[str], list[str]] | None = None,
    ) -> bool:
        """Make `after` the item, with records, automations and storage; says whether anything changed.

        `touch`: a change of nothing moves `updated_at` all the same. `node`: what was said of a node, as
        its key, the value before and the value now.
        """
        self.derive(after)
        contents = differences(before, after, self.type_of(after))
        if actor.channel == "openapi":
            note_unsaved(after, self.type_of(after), contents.get("field_mod", ()))
        if node is not None and node[1] != node[2]:
            contents["node_mod"] = [content("node", node[0], old=node[1], new=node[2])]
        idle = operation == "modify" and not contents and before is not None and same_beside(before, after)
        if idle and not touch:
            return False
        now = self.now()
        after.updated_at = max(now, (before.updated_at + 1) if before else now)
        after.updated_by = actor.key
        if self.options.stale_reads_ms or self.options.search_lag_ms:
            self._past.setdefault(after.id, []).append((now, before))
        self.items[after.id] = after
        records = [self._record(after, actor, operation, module, rows) for module, rows in contents.items()]
        if not records and not idle:
            records = [self._record(after, actor, operation, "work_item_mod", [])]
        self.records.setdefault(after.id, []).extend(records)
        if self.store is not None:
            self.store.save([after], records)
        self._automate(after, contents, actor)
        return True

    def move(self, before: Item, after: Item, state: str, actor: Actor, operation: str) -> None:
        """Bring an item to another state of its flow; the state before goes into the history (6.1)."""
        item_type, now = self.type_of(after), self.now()
        old = item_type.state(before.state)
        row = {
            "state_key": old.key,
            "is_archived_state": old.final,
            "is_init_state": item_type.states[0].key == old.key,
            "updated_at": before.state_at or before.created_at,
            "updated_by": before.state_by or before.created_by,
        }
        after.history = [*before.history, row]
        after.state, after.state_at, after.state_by = state, now, actor.key
        self.commit(before, after, actor, operation, node=(state, [old.key], [state]))

    def store_late(self, sent: Item, keys: Iterable[str], actor: Actor) -> None:
        """Store the named values of a late write into the item as it is by then."""
        before = self.items[sent.id]
        after = before.copy()
        for key in keys:
            if key == "name":
                after.name = sent.name
            else:
                after.values[key] = sent.values.get(key)
            for held, new in ((after.rich, sent.rich), (after.rows, sent.rows)):
                held.pop(key, None)
                if key in new:
                    held[key] = new[key]  # type: ignore[assignment] # the two maps are of one kind each
        if "role_owners" not in keys:
            self.recompute_roles(after)
        self.commit(before, after, actor, touch=self.options.noop_put_touches)

    def apply_defaults(self, item_id: int) -> None:
        """Overwrite option values with the template's defaults, as happens some time after a create (7.1)."""
        before = self.items[item_id]
        after = before.copy()
        for field in self.type_of(before).fields:
            if field.type in ("select", "multi_select") and field.default is not None:
                after.values[field.key] = field.default
        self.commit(before, after, Actor("template", "automation"))

    def _automate(self, item: Item, contents: Mapping[str, list[Object]], actor: Actor) -> None:
        if actor.channel == "automation":
            return
        touched = {row["object"]["object_value"] for rows in contents.values() for row in rows}
        for rule in self.options.automations:
            if rule["when"] in touched:
                before = self.items[item.id]
                after = before.copy()
                for key, value in rule["set"].items():
                    self.put_value(after, self._field(item, key), value)
                self.commit(before, after, Actor(rule.get("by", "rule-1"), "automation"))

    def _record(self, item: Item, actor: Actor, operation: str, module: str, rows: list[Object]) -> Object:
        record: Object = {
            "project_key": item.project,
            "work_item_type_key": item.type_key,
            "work_item_id": item.id,
            "operation_type": operation,
            "op_record_module": module,
            "operation_time": item.updated_at // 1000 * 1000,
            "operator_type": "auto" if actor.channel == "automation" else "user",
            "operator": actor.key,
            "record_contents": rows,
        }
        if actor.channel == "openapi":
            plugin = self.own_plugins.get(item.project, self.credentials)
            record |= {"source_type": "plugin", "source": plugin.plugin_id}
        if actor.channel == "automation":
            record |= {"source_type": "auto", "source": actor.key}
        return record

    # -- time ---------------------------------------------------------------------------------------------

    def later(self, delay_ms: int, act: Callable[[], object]) -> None:
        """Do something once the clock has moved on; looked at on each call."""
        self._due.append((self.now() + delay_ms, act))

    def settle(self) -> None:
        """Do all that has fallen due."""
        now = self.now()
        due = [act for at, act in self._due if at <= now]
        self._due = [(at, act) for at, act in self._due if at > now]
        for act in due:
            act()

    # -- the log ------------------------------------------------------------------------------------------

    def log(self, made: Made) -> None:
        """Keep a call that has its answer; a call that would change state also in the write log."""
        self.calls.append(made)
        if len(self.calls) > MOST_CALLS:
            del self.calls[: MOST_CALLS // 2]
        if made.write:
            self.writes.append(made)
            if self.write_log is not None:
                with self.write_log.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(made.line(), ensure_ascii=False) + "\n")


def _ids(tree: Iterable[Object]) -> Iterable[str]:
    for each in tree:
        yield each["id"]
        yield from _ids(each.get("children") or [])
