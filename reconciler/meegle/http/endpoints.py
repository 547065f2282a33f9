"""The table of all endpoints that this program can call.

Reads use POST here, so the HTTP method proves nothing: whether a request reads is a column.
Templates are those of endpoints.md (2.2 to 8); the limit of 15 a second holds for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from reconciler.errors import CannotRun, quoted

SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""One segment of a path.  A `..` in a project key would reach other endpoints."""

ITEM_ID: Final = re.compile(r"[1-9][0-9]{0,18}")
"""An item's id.  `PUT …/work_item/type/story` has the shape of an update and edits a type's settings."""


class Endpoint(Struct, frozen=True):
    """One line of the API: method, path template, whether it only reads, and its own limits."""

    name: str
    method: str
    template: str
    reads: bool = True
    per_minute: int | None = None
    per_second: int | None = None

    def path(self, values: Mapping[str, str]) -> str:
        """Fill the template; every value must be one plain path segment.

        Raises CannotRun for a value that is none, KeyError for one that is missing.
        """
        return "/".join(
            _segment(part[1:-1], values[part[1:-1]]) if part.startswith("{") else part
            for part in self.template.split("/")
        )

    def matches(self, method: str, parts: list[str]) -> bool:
        """Return True if a request with this method and these path segments is for this endpoint."""
        mine = self.template.split("/")
        return (
            method == self.method
            and len(mine) == len(parts)
            and all(
                _fits(own[1:-1], part) if own.startswith("{") else own == part
                for own, part in zip(mine, parts, strict=True)
            )
        )


PLUGIN_TOKEN = Endpoint("plugin_token", "POST", "/open_api/authen/plugin_token")
USER_QUERY = Endpoint("user_query", "POST", "/open_api/user/query")
PROJECTS = Endpoint("projects", "POST", "/open_api/projects")
PROJECTS_DETAIL = Endpoint("projects_detail", "POST", "/open_api/projects/detail")
ALL_TYPES = Endpoint("all_types", "GET", "/open_api/{project_key}/work_item/all-types")
TYPE_SETTINGS = Endpoint("type_settings", "GET", "/open_api/{project_key}/work_item/type/{type_key}")
BUSINESS_ALL = Endpoint("business_all", "GET", "/open_api/{project_key}/business/all")
TEAMS_ALL = Endpoint("teams_all", "GET", "/open_api/{project_key}/teams/all")
FIELD_ALL = Endpoint("field_all", "POST", "/open_api/{project_key}/field/all")
META = Endpoint("meta", "GET", "/open_api/{project_key}/work_item/{type_key}/meta")
FLOW_ROLES = Endpoint("flow_roles", "GET", "/open_api/{project_key}/flow_roles/{type_key}")
TEMPLATE_LIST = Endpoint("template_list", "GET", "/open_api/{project_key}/template_list/{type_key}")
RELATIONS = Endpoint("relations", "GET", "/open_api/{project_key}/work_item/relation")
QUERY = Endpoint("query", "POST", "/open_api/{project_key}/work_item/{type_key}/query")
FILTER = Endpoint("filter", "POST", "/open_api/{project_key}/work_item/filter", per_minute=450)
SEARCH_PARAMS = Endpoint(
    "search_params", "POST", "/open_api/{project_key}/work_item/{type_key}/search/params", per_minute=450
)
UNIVERSAL_SEARCH = Endpoint("universal_search", "POST", "/open_api/view_search/universal_search")
OP_RECORDS = Endpoint("op_records", "POST", "/open_api/op_record/work_item/list")
UPDATE = Endpoint("update", "PUT", "/open_api/{project_key}/work_item/{type_key}/{item_id}", reads=False)
BATCH_UPDATE = Endpoint("batch_update", "POST", "/open_api/work_item/batch_update", reads=False, per_second=1)
"""Only a probe sends it (endpoints.md 7.3)."""

ENDPOINTS: Final = (
    PLUGIN_TOKEN,
    USER_QUERY,
    PROJECTS,
    PROJECTS_DETAIL,
    ALL_TYPES,
    TYPE_SETTINGS,
    BUSINESS_ALL,
    TEAMS_ALL,
    FIELD_ALL,
    META,
    FLOW_ROLES,
    TEMPLATE_LIST,
    RELATIONS,
    QUERY,
    FILTER,
    SEARCH_PARAMS,
    UNIVERSAL_SEARCH,
    OP_RECORDS,
    UPDATE,
    BATCH_UPDATE,
)


def find_endpoint(method: str, path: str) -> Endpoint | None:
    """Return the endpoint of a request, or None for anything outside the table.

    `path` is taken as it goes over the wire: percent signs, dots, empty segments and a query
    string match nothing.
    """
    parts = path.split("/")
    return next((endpoint for endpoint in ENDPOINTS if endpoint.matches(method, parts)), None)


def _segment(name: str, value: str) -> str:
    if not _fits(name, value):
        raise CannotRun(
            f"{quoted(value)} cannot be a {name.replace('_', ' ')}",
            "a key is 1 to 64 letters, digits, '_' or '-', an item's id a number",
        )
    return value


def _fits(name: str, value: str) -> bool:
    return (ITEM_ID if name == "item_id" else SEGMENT).fullmatch(value) is not None
