"""Generates docs/field-types.md from the tables of codecs and refusals; a test adds its last section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.fields import CODECS, KINDS
from reconciler.fields.certainty import CERTAINTY
from reconciler.fields.codec import Codec
from reconciler.fields.prose import KEPT
from reconciler.fields.refusals import CALCULATED, REFUSED_KEYS, REFUSED_TYPES
from reconciler.fields.sets import SetCodec

PAGE = """# Field types

*Made from the tables of `reconciler/fields`; a test holds it to them. To make it anew:*
`python -m tests.editor.test_corpus > docs/field-types.md`

A value is read by its field's type and not by YAML's guess: `no` is the option *no*, `1.10` is a
text, `2026-12-01` is a day only in a date field. The type is the `field_type_key` of the field's
metadata.

## Managed

{managed}

**How sure the form is.** Nobody who works on this has a space, so what is sent and read rests on what
others left. *Seen live*: in a recorded answer or write of a real deployment. *Documented*: in the vendor's
manual, and nowhere else. *Assumed*: neither, only other programs or likeness. `doctor --probe` tries each
type in your space; send its `probe-report.json`, and a row moves up.

**Emptying.** Only the written word `null` empties a field; `[]` empties a set, a list or a role too.
An absent line leaves the value alone. "Emptied by" is what is sent.

**Sets** take an exact list, or `contains` and `excludes`, which leave all other members alone. Order
never matters, a member named twice is refused. They are {sets}.

**Options, cascades and business lines** are named by label, or by `{{id: …}}` where a label is not
enough. A cascade is a path: `Region / City`, or `[Region, City]` where a label has a slash in it; the
last label alone does where it is unique. What the space has removed or disabled is kept where it
already stands and `blocked` where it would be newly chosen.

**People** are named by e-mail, by user key, or by a name or group of `people` in the settings. Who has
left stays where they already stand and is `blocked` where they would be newly named.

**Dates** hold days unless the settings say `kind: moment`. A moment needs its zone. A day is a midnight
in the `time_zone` of the space in `state/reconciler.yaml`. Only feishu.cn has one by default,
Asia/Shanghai, and so has the sandbox under 127.0.0.1, where it plays feishu.cn (under `localhost` it
has none, as any other host). Without a zone, fields of days are `blocked` and left out of `pull`;
`init` takes the zone in which all live days are midnights, or `--time-zone`, and `doctor` says whether
they are. A day that never was there is refused (2011-12-30 in Pacific/Apia).

**Rich text** written plainly is compared by its words, and never overwrites formatting: the row is
`blocked`. `{{text: …, replace_formatting: true}}` overwrites it. `{{markdown: …}}` compares words and
formatting, and knows these:
{markdown}.
A live text beyond them is `blocked`.

**Rows** of a compound field replace all rows, in their order. Where the settings name a sub-field as
`key`, rows are found by it: sub-fields that are not named keep their values, and
`{{contains: [rows]}}` leaves other rows alone.

**A live value in another form** than the API's pages have is `blocked`, with its shape in the message, and
is never taken for empty: nothing is written over what nobody could read. So is every role of an item whose
`role_owners` are in another form, list a role twice, or hold a role that the space does not list.

**Related items** are named by id, or by name: `{{name: "26-12"}}`, with `type` where the field takes
several types. An item may not point to itself.

## Managed elsewhere

These types cannot be written through the update of a work item; a file that names one is told so.

{refused_types}

So are these fields, whatever their type:

{refused_keys}

So are calculated fields: {calculated}. So are compound fields with a sub-field of those types, since
a write of the rows would lose what stands in it.
"""


def guide() -> str:
    """Return the whole page as Markdown."""
    sets = [f"`{name}`" for name, codec in CODECS.items() if issubclass(codec, SetCodec) and name != "role"]
    head = ("type", "holds", "in YAML", "compared", "emptied by", "form")
    return PAGE.format(
        managed=markdown_table(head, [row(*each) for each in managed()]),
        sets=", ".join([*sets, "roles"]),
        markdown=f"`{KEPT.removeprefix('write ').removesuffix(' only')}`",
        refused_types=markdown_table(
            ("type", "where instead", "form"),
            [(code_span(name), reason, CERTAINTY[name]) for name, reason in sorted(REFUSED_TYPES.items())],
        ),
        refused_keys=two(REFUSED_KEYS, "field"),
        calculated=CALCULATED,
    )


def managed() -> Iterator[tuple[str, type[Codec], str]]:
    """Yield each managed type as the page names it, with its codec and the certainty of its form."""
    for name, codec in CODECS.items():
        if name != "role":
            yield code_span(name), codec, CERTAINTY[name]
    for (name, kind), codec in KINDS.items():
        yield f"{name}, `kind: {kind}`", codec, CERTAINTY[name]
    yield "roles, below `roles:`", CODECS["role"], CERTAINTY["role"]


def row(shown: str, codec: type[Codec], sure: str) -> tuple[str, ...]:
    """Return the cells of one managed type."""
    return (
        shown,
        codec.desired_shape,
        code_span(codec.example),
        codec.compared,
        code_span(codec.cleared_by),
        sure,
    )


def code_span(text: str) -> str:
    """Return a text as code, between two backticks if it holds one."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def two(reasons: Mapping[str, str], head: str) -> str:
    """Return a table of refused names and the reasons."""
    return markdown_table(
        (head, "where instead"), [(f"`{name}`", reason) for name, reason in sorted(reasons.items())]
    )


def markdown_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    print(guide(), end="")  # noqa: T201 - the page is made by running this module
