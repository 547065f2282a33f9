"""`link_cloud_doc`: a list of documents, in the order in which the page shows them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from reconciler.errors import Mistake, WrongShape
from reconciler.fields.codec import Codec, describe_node
from reconciler.fields.json_schema import Schema, set_schema
from reconciler.fields.text import LINK, WEB_ADDRESS
from reconciler.fields.unread import Unreadable, is_nothing
from reconciler.fields.values import EMPTY_LABEL, Desired, Seen, Wrong
from reconciler.manifest.nodes import AuthoredList, Node, Scalar


class DocumentsCodec(Codec):
    """`link_cloud_doc`: an array of addresses both ways (field-formats.md section 4.5)."""

    desired_shape = "a list of web addresses"
    example = '["https://…"]'
    cleared_by = "[]"
    compared = "address by address, in their order"
    empty: Hashable = ()

    def read(self, node: Node) -> Desired:
        """Read a list; each address once."""
        if not isinstance(node, AuthoredList):
            raise self.misshapen(node)
        wrong: list[Mistake] = []
        links: list[str] = []
        for one in node:
            link = one.text.strip() if isinstance(one, Scalar) else ""
            if not WEB_ADDRESS.fullmatch(link):
                wrong.append(
                    WrongShape(
                        one.place, f"a web address in {self.spec.label}", describe_node(one), '"https://…"'
                    )
                )
            elif link in links:
                wrong.append(Mistake(one.place, f"the same address twice in {self.spec.label}", "keep one"))
            links.append(link)
        if wrong:
            raise Wrong(*wrong)
        return tuple(links)

    def shapes(self) -> Iterator[Schema]:
        """Describe a list of addresses."""
        yield set_schema([LINK])

    def decode(self, wire: Any) -> Seen:
        """Read an array, one string (section 18, point 4), or an empty form."""
        if is_nothing(wire):
            return Seen(())
        links = wire if isinstance(wire, list) else [wire]
        if not all(isinstance(link, str) and link.strip() for link in links):
            raise Unreadable("a list of addresses", wire)
        return Seen(tuple(link.strip() for link in links))

    def encode(self, value: Any) -> Any:
        """Send the array."""
        return list(value)

    def show(self, value: Any) -> str:
        """Show the addresses."""
        return ", ".join(value) if value else EMPTY_LABEL

    def dump(self, value: Any) -> Any:
        """Write the list."""
        return list(value)
