"""Random files of desired state: every shape of value, comments on lines and above them."""

from __future__ import annotations

from hypothesis import strategies as st

from reconciler.manifest.decoding import BAD_SIGN
from reconciler.manifest.edit.spans import Source
from reconciler.manifest.edit.yaml_text import Plain, Section, Text, behind

SIGNS = st.sampled_from([*"ab1 :#-'\"[]{},&*!|>%@`~\\\n\t=<?é支🙂.", "null", "true", " #", ": ", "- ", "1.0"])
TEXTS = st.lists(SIGNS, max_size=8).map("".join).filter(lambda text: not BAD_SIGN.search(text))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000)
SCALARS: st.SearchStrategy[Plain] = st.one_of(
    TEXTS, TEXTS.map(Text), st.none(), st.booleans(), st.integers(-(10**6), 10**9), NUMBERS, st.dates()
)
WORDS = ["id", "a", "b", "no", "支付", "x y", "it's", "1.10", "a: b"]
VALUES: st.SearchStrategy[Plain] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
    ),
    max_leaves=6,
)
FILLED = st.dictionaries(st.sampled_from(WORDS[1:]), VALUES, min_size=1, max_size=4)


@st.composite
def files(draw: st.DrawFn) -> str:
    """Draw a file whose lines bear comments, each of them another."""
    items: list[Plain] = []
    for item_id in range(1, draw(st.integers(2, 4))):
        sections = draw(st.lists(st.sampled_from(["fields", "roles", "expect"]), unique=True))
        made: dict[str, Plain] = {name: draw(st.one_of(FILLED, FILLED.map(Section))) for name in sections}
        keys = draw(st.permutations(["id", *made])) if draw(st.booleans()) else ["id", *made]
        items.append(Section({key: made.get(key, item_id) for key in keys}) if sections else item_id)
    text = "\n".join(["space: demo", "type: story", *behind("items:", items, 0)]) + "\n"
    lines = text.split("\n")
    source = Source(text.encode(), "f")
    free = [number for number, line in enumerate(lines) if line and not in_text(source, number)]
    for count, number in enumerate(free):
        if draw(st.booleans()):
            lines[number] += f"{' ' * draw(st.integers(1, 3))}# c{count}"
        if draw(st.integers(0, 3)) == 0:
            indent = len(lines[number]) - len(lines[number].lstrip(" "))
            lines[number] = f"{' ' * indent}# above {count}\n{lines[number]}"
    made_text = "\n".join(lines)
    return made_text.removesuffix("\n") if draw(st.integers(0, 3)) == 0 else made_text


def in_text(source: Source, number: int) -> bool:
    """Whether a line lies in a text of several lines, where a comment would be a part of it."""
    start = source.offset(number + 1, 1)
    return any(
        parent.parts[at].is_block_scalar
        and parent.parts[at].start <= source.line_end(start)
        and parent.parts[at].end > start
        for _, parent, at in source.walk(source.root, ())
    )


def comments(text: str) -> list[str]:
    """Return the comments that the drawing put there."""
    return [
        line[at:]
        for line in text.replace("\r", "").split("\n")
        if (at := max(line.rfind("# c"), line.rfind("# above"))) >= 0
    ]
