"""Live items, with the people and the related items that their values name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.fields.people import USER_KEY
from reconciler.fields.related import RelatedCodec, RelatedItemsCodec
from reconciler.fields.spec import Items
from reconciler.model import Item, Ref
from reconciler.schema.types import strings

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.schema.catalog import Catalog


def read_live(
    reader: Reader,
    keys: Mapping[Ref, Sequence[str]],
    also: Mapping[str, Iterable[int]] | None = None,
) -> dict[Ref, Item]:
    """Read items by change keys; look up everybody and everything that their values name.

    `also`: ids of other items, by the key of their type, whose names are needed too.
    """
    live = reader.items(keys)
    reader.meet(user_keys_of(live.values(), reader.catalog))
    found = relatives(live.values(), reader.catalog)
    for type_key, ids in (also or {}).items():
        found.setdefault(type_key, set()).update(ids)
    name_relatives(reader, found)
    return live


def user_keys_of(items: Iterable[Item], catalog: Catalog) -> set[str]:
    """Return every user key in the values of fields that name people."""
    return {
        text
        for item in items
        for key, seen in item.values.items()
        if (codec := catalog.codec(item.ref.type_key, key)).names_people
        for text in strings(codec.encode(seen.value))
        if USER_KEY.fullmatch(text)
    }


def relatives(items: Iterable[Item], catalog: Catalog) -> dict[str, set[int]]:
    """Return the ids of related items, by their type; fields that may point to several types are left out."""
    found: dict[str, set[int]] = {}
    for item in items:
        for key, seen in item.values.items():
            codec = catalog.codec(item.ref.type_key, key)
            if isinstance(codec, RelatedCodec | RelatedItemsCodec) and len(codec.spec.targets) == 1:
                ids = codec.encode(seen.value)
                some = ids if isinstance(ids, list) else [ids]
                found.setdefault(codec.spec.targets[0], set()).update(one for one in some if one)
    return found


def name_relatives(reader: Reader, found: Mapping[str, Iterable[int]]) -> None:
    """Read the names of related items, by type key and ids; files show them as comments beside the ids."""
    catalog = reader.catalog
    others = {
        Ref(type_key, item_id): list[str]()
        for type_key, ids in found.items()
        if type_key in catalog.types
        for item_id in ids
    }
    known = {ref.id: (ref.type_key, item.name) for ref, item in reader.items(others).items()}
    items = Items(catalog.words(), catalog.items.by_name, {**catalog.items.known, **known})
    reader.use(replace(catalog, items=items))
