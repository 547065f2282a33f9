"""The switches of the pretend service: one for each open question of the pages, and the faults."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "unknown_ids": ("refuse", "omit"),
    "projects_detail": ("strict", "lenient"),
    "ceiling": ("error", "truncate"),
    "filter_fields": ("manual", "builtin", "all"),
    "refused_put": ("none", "before"),
    "duplicates": ("refuse", "last"),
    "required_clear": ("accept", "refuse"),
    "roles_at_create": ("optional", "required"),
    "locked_role_member": ("deletable", "allow_delete"),
    "removed_roles": ("null", "missing"),
    "forms_by_endpoint": ("alike", "live"),
    "stateflow_abort": ("refuse", "accept"),
    "unsaved_texts": ("unfilled", "filled"),
    "people_rows": ("refuse", "drop_new"),
    "empty_forms": ("missing", "null", "text", "list", "zero", "object"),
    "normalise": ("trim", "newline", "upper", "lower", "round", "reverse"),
    "faults": (
        *("lost", "gateway", "page", "content_type", "garbage", "cut", "empty", "list", "no_code"),
        *("throttle", "bare_429", "busy", "busy_after", "moving", "seen", "expired", "redirect"),
        *("db", "db_after", "quota", "not_installed", "gateway_code", "file_code"),
        *("slow", "slow_after"),
    ),
    "connection_faults": (
        *("reset", "reset_after", "no_answer", "stall", "stall_after", "cut", "drip"),
        *("latency", "bandwidth", "half_close"),
    ),
}
"""The words that a switch takes: itself, as the values of its map, or as `kind` in its rows."""


@dataclass(slots=True)
class Options:
    """Mutable switches; the defaults are what the pages say, or the likelier reading.

    Times are milliseconds. Lists of rules hold plain mappings so that a YAML or JSON file can say them.
    """

    # The answer as a whole (endpoints.md 1.3, 7.2, 7.3)
    status_always_200: bool = False
    put_data: bool = True
    task_result_wrapped: bool = True
    latency_ms: int = 0
    # Tokens and limits: pages 2.2, 2.4, 3
    token_life_s: int = 7200
    expired_token_code: int = 10022
    token_calls: int = 0
    """A token ends after this many calls; 0: only by time."""
    throttle: bool = True
    per_second: int = 15
    per_minute: int = 450
    slack_ms: int = 50
    """The limiter's windows slide and are this much shorter than said: the jitter of an even pace passes."""
    idem: bool = True
    idem_at_once: bool = False
    """True: a key counts as seen even when the token or the limiter refused the call."""
    # Spaces and reads: pages 4.2, 6
    projects_detail: str = "strict"
    """`strict` (1000052063) or `lenient`: `projects/detail` with a wrong entry in `project_keys`."""
    time_zone: str | None = None
    """Where days are midnights: turning it moves them; None: where the space of the seed says."""
    unknown_ids: str = "refuse"
    """`refuse` (30005) or `omit`: what a `query` with one bad id among good ones does."""
    ceiling: str = "error"
    """`error` or `truncate`: a search beyond its ceiling."""
    search_ceiling: int = 5000
    filter_ceiling: int = 200_000
    relation_ceiling: int = 2000
    filter_fields: str = "manual"
    """`all` or `builtin`: which `fields[]` the filters give (6.4)."""
    hidden: list[dict[str, str]] = field(default_factory=list)
    """Items that a user may not see: rows with any of `user`, `type`, `item`; for x-auth-mode 1."""
    empty_forms: dict[str, str] = field(default_factory=dict)
    """field_type_key → `missing`, `null`, `text`, `list`, `zero`, `object`: how an empty value reads."""
    forms_by_endpoint: str = "alike"
    """`alike` or `live`: whether `query` and `filter` give one item in two forms, as was recorded once."""
    stale_reads_ms: int = 0
    search_lag_ms: int = 0
    # Writes: page 7
    refused_put: str = "none"
    """`none` or `before`: what is stored of a refused PUT: nothing, or what stood before the bad field."""
    duplicates: str = "refuse"
    """`refuse` (20083) or `last`: a key named twice in one PUT."""
    clear_by: dict[str, list[str]] = field(default_factory=dict)
    """field_type_key → accepted forms of emptiness (`null`, `text`, `list`); others are dropped silently."""
    drops: list[dict[str, str]] = field(default_factory=list)
    """Silent drops: rows with any of `field`, `type`, `user`; what matches all of a row is not kept."""
    normalise: dict[str, str] = field(default_factory=dict)
    """field key or type → a word of WORDS: what storing does to a value."""
    late_writes_ms: int = 0
    noop_put_touches: bool = True
    """Return whether a PUT that changes nothing moves `updated_at` and `updated_by` all the same."""
    required_clear: str = "accept"
    """`accept` or `refuse` (20038): emptying a field that the layout requires."""
    roles_at_create: str = "optional"
    """`optional` or `required` (20041): a create without role_owners (7.1, 7.2)."""
    task_delay_ms: int = 0
    """Duration of a batch update."""
    locked_role_member: str = "deletable"
    """Member of a role that carries "users may add or remove": `deletable` or `allow_delete`."""
    removed_roles: str = "null"
    """`null` or `missing`: how a role off the item reads; one without members reads `owners: null`."""
    stateflow_abort: str = "refuse"
    """`refuse` (20056) or `accept`: terminating and restoring an item of a state flow."""
    unsaved_texts: str = "unfilled"
    """`unfilled` or `filled`: what a transition form takes a text for that nobody saved in the page."""
    people_rows: str = "refuse"
    """`refuse` (20029) or `drop_new`: a `multi_user_compound_field`; new people's rows are lost silently."""
    text_limit: int = 20_000
    multi_text_limit: int = 200_000
    forbidden: list[dict[str, str]] = field(default_factory=list)
    """Permissions: rows with any of `user`, `field`, `type`, `item`; a field row gives 50006, else 10001."""
    intercepted: list[dict[str, str]] = field(default_factory=list)
    """Plugin vetoes (20090): rows like those of `forbidden`."""
    automations: list[dict[str, Any]] = field(default_factory=list)
    """Rows `{when: field key, set: {field key: wire value}, by: rule id}`: rules that answer a write."""
    template_defaults_ms: int | None = None
    """Delay after create at which template defaults overwrite select values; None: never."""
    # Faults of the answer: rows `{kind, method?, path?, nth?, times?, …}` (see `faults.py`)
    faults: list[dict[str, Any]] = field(default_factory=list)
    # Faults of the connection, by the TCP front: rows of the same form (see `front.py`)
    connection_faults: list[dict[str, Any]] = field(default_factory=list)
    front: bool = False
    """Put the TCP front before the service even when no connection fault is set at the start."""

    def set(self, values: dict[str, Any]) -> None:
        """Set several switches; an unknown name, word or shape raises ValueError."""
        known = {each.name for each in fields(self)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"no such switch: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        try:
            told = TypeAdapter(Options).validate_python(asdict(self) | values)
        except ValidationError as wrong:
            rows = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors()]
            raise ValueError("; ".join(rows)) from None
        for name in values:
            _worded(name, getattr(told, name))
            if name == "time_zone" and told.time_zone:
                _zone(told.time_zone)
            setattr(self, name, getattr(told, name))


def _worded(name: str, value: Any) -> None:
    """Refuse a word that the switch does not know."""
    words = WORDS.get(name)
    if words is None:
        return
    said = [each.get("kind") for each in value] if isinstance(value, list) else value
    said = list(value.values()) if isinstance(value, dict) else said if isinstance(said, list) else [said]
    wrong = [str(each) for each in said if each not in words]
    if wrong:
        raise ValueError(f"{name}: no such word: {', '.join(wrong)}; there are {', '.join(words)}")


def _zone(name: str) -> None:
    """Refuse a time zone that this machine does not know."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"time_zone: no time zone {name!r}; write an IANA name such as Asia/Tokyo") from None


def load_options(path: Path) -> Options:
    """Read switches from a YAML or JSON file (JSON is YAML)."""
    options = Options()
    told = read_yaml(path) or {}
    if not isinstance(told, dict):
        raise ValueError(f"{path}: a map of switches is wanted")
    options.set(told)
    return options


def read_yaml(path: Path) -> Any:
    """Read one plain YAML document."""
    with path.open(encoding="utf-8") as stream:
        return YAML(typ="safe").load(stream)
