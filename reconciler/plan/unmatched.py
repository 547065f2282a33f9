"""Refuses a REF that selects nothing: a typo must not look like "no changes".  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from reconciler.desired.items import DesiredItem
from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.model import Ref
from reconciler.plan.selection import Selector, field_word
from reconciler.schema.catalog import Catalog


def refuse_unmatched(
    selectors: Mapping[str, Selector],
    items: Sequence[DesiredItem],
    catalog: Catalog,
    known_elsewhere: Callable[[Selector], bool],
    where: str = "the files",
) -> None:
    """Raise CannotRun for the first REF that selects nothing; `selectors` by the REFs as they were written.

    `known_elsewhere`: whether the base or the run knows what the items do not; asked only of such a REF.
    """
    for ref, selector in selectors.items():
        if not (matches_items(selector, items) or known_elsewhere(selector)):
            what, known = missing(selector, items, catalog)
            raise CannotRun(f"{quoted(ref)} selects nothing: {where} name no {what}", suggestion(ref, known))


def matches_items(selector: Selector, items: Iterable[DesiredItem]) -> bool:
    """Return True if one of the items, or one of its fields, is selected."""
    for item in items:
        if selector.keys is None and selector.takes_item(item.ref) and selector.takes_file(item.place.file):
            return True
        if any(selector.takes(item, one) for one in (*item.fields, *item.expects)):
            return True
    return False


def matches_keys(selector: Selector, keys: Iterable[tuple[Ref, str]]) -> bool:
    """Return True if one of the fields is selected; of fields whose file is not known no path selects any."""
    return selector.path is None and any(
        selector.takes_item(ref) and (selector.keys is None or key in selector.keys) for ref, key in keys
    )


def missing(selector: Selector, items: Sequence[DesiredItem], catalog: Catalog) -> tuple[str, Iterable[str]]:
    """Return what a selector looked for in vain, and the REFs that would select something."""
    if selector.path is not None:
        files = {one.place.file for item in items for one in item.fields}
        return "item in such a file or folder", files
    own = [item for item in items if selector.takes_item(item.ref)]
    if own:
        head = selector.id or catalog.names(own[0].ref.type_key).word
        keys = {(item.ref.type_key, one.key) for item in own for one in item.fields}
        return "such field of it", {f"{head}.{word_of(at, catalog)}" for at in keys}
    if selector.id is not None:
        return "such item", {str(item.ref.id) for item in items}
    return "item of this type", {catalog.names(item.ref.type_key).word for item in items}


def word_of(at: tuple[str, str], catalog: Catalog) -> str:
    """Return a field's or a role's name as a REF writes it."""
    type_key, key = at
    spec = catalog.names(type_key).by_key.get(key) or catalog.spec(type_key, key)
    return field_word(spec) if spec else key
