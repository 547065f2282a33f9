"""Small plots as SVG: lines over axes that grow by powers of ten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 420, 260, 56, 34, 12, 40
COLOURS = ("#1f6feb", "#bc4c00", "#6e7781")

Points = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Axis:
    """Powers of ten from `low` to `high`, spread from `start` to `end` in pixels."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Axis:
        """Return the axis that holds all values."""
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return cls(low, max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        """Return where a value lies."""
        share = (log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def svg(panels: Sequence[tuple[str, str, str, Mapping[str, Points]]]) -> str:
    """Draw panels side by side; each is a title, the names of its axes, and points by their label."""
    width = WIDTH * len(panels)
    body = "".join(
        f'<g transform="translate({WIDTH * at} 0)">{"".join(panel(*one))}</g>'
        for at, one in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}"'
        f' font-family="sans-serif" font-size="11"><rect width="{width}" height="{HEIGHT}" fill="#fff"/>'
        f"{body}</svg>\n"
    )


def panel(title: str, across: str, upwards: str, lines: Mapping[str, Points]) -> Iterator[str]:
    """Yield the parts of one panel."""
    every = [point for points in lines.values() for point in points]
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    x = Axis.over([point[0] for point in every], LEFT, right)
    y = Axis.over([point[1] for point in every], bottom, TOP)
    yield f'<text x="{LEFT}" y="18" font-size="13">{title}</text>'
    yield f'<text x="{right}" y="{HEIGHT - 6}" text-anchor="end">{across}</text>'
    yield f'<text x="{LEFT}" y="{TOP - 4}" fill="#57606a">{upwards}</text>'
    for tick in x.ticks:
        yield f'<path d="M{x.at(tick)} {TOP}V{bottom}" stroke="#d0d7de"/>'
        yield f'<text x="{x.at(tick)}" y="{bottom + 14}" text-anchor="middle">{tick:,.0f}</text>'
    for tick in y.ticks:
        yield f'<path d="M{LEFT} {y.at(tick)}H{right}" stroke="#d0d7de"/>'
        yield f'<text x="{LEFT - 6}" y="{y.at(tick) + 4}" text-anchor="end">{tick:,g}</text>'
    for at, (label, points) in enumerate(lines.items()):
        colour = COLOURS[at]
        way = "L".join(f"{x.at(one)} {y.at(two)}" for one, two in points)
        yield f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (
            f'<circle cx="{x.at(one)}" cy="{y.at(two)}" r="3" fill="{colour}"/>' for one, two in points
        )
        yield f'<text x="{LEFT + 10}" y="{TOP + 16 + 14 * at}" fill="{colour}">{label}</text>'
