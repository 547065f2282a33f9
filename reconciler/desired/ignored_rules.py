"""Refuses a rule about a field that the settings leave to the space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.clock import now
from reconciler.desired.claims import Desire
from reconciler.desired.item_rules import ItemRule
from reconciler.errors import Mistake
from reconciler.schema.catalog import Catalog
from reconciler.settings import SpaceSettings


def ignored_fields(desire: Desire, file: str, settings: SpaceSettings) -> list[Mistake]:
    """Return the mistakes in the rules of one file: fields that the settings ignore today."""
    mine = (rule for rule in desire.rules if rule.place.file == file)
    return list(in_rules(mine, desire.catalog, settings))


def in_rules(rules: Iterable[ItemRule], catalog: Catalog, settings: SpaceSettings) -> Iterator[Mistake]:
    """Yield a mistake for each field that a rule sets and the settings ignore today."""
    today = now().astimezone(settings.clock).date()
    for rule in rules:
        kind = catalog.names(rule.type_key)
        for one in rule.fields:
            field = kind.by_key[one.key]
            for entry in settings.ignore:
                over = entry.until is not None and entry.until < today
                about = kind.answers_to(entry.type) and field.answers_to(entry.field)
                if about and not over and not entry.stores:
                    what = f"the settings ignore {field.label}, which the rule {rule.name} sets"
                    yield Mistake(one.place, what, "delete one of the two")
