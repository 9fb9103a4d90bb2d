"""Charts as SVG, written by hand: axes, lines, bars, words. Sizes are pixels, y grows downwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

FONT = "font-family='system-ui, sans-serif'"
INK, GREY, PALE = "#1f2430", "#57606a", "#d5d9e0"
RED, BLUE, VIOLET, GREEN = "#d1242f", "#0969da", "#8250df", "#1a7f37"

Point = tuple[float, float]


@dataclass(slots=True)
class Drawing:
    """A picture in the making."""

    width: int
    height: int
    parts: list[str] = field(default_factory=list)

    def text(self, at: Point, said: str, *, size: int = 12, anchor: str = "start", colour: str = INK, weight: int = 400) -> None:  # fmt: skip
        self.parts.append(
            f"<text x='{at[0]:.1f}' y='{at[1]:.1f}' font-size='{size}' font-weight='{weight}' "
            f"text-anchor='{anchor}' fill='{colour}'>{escape(said)}</text>"
        )

    def line(self, points: Iterable[Point], colour: str, *, width: float = 1.0, dashed: bool = False) -> None:  # fmt: skip
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = " stroke-dasharray='4 3'" if dashed else ""
        self.parts.append(
            f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='{width:g}' "
            f"stroke-linejoin='round'{dashes}/>"
        )

    def box(self, at: Point, width: float, height: float, colour: str) -> None:
        self.parts.append(
            f"<rect x='{at[0]:.1f}' y='{at[1]:.1f}' width='{width:.1f}' height='{height:.1f}' fill='{colour}'/>"
        )

    def dot(self, at: Point, colour: str) -> None:
        self.parts.append(f"<circle cx='{at[0]:.1f}' cy='{at[1]:.1f}' r='5' fill='{colour}'/>")

    def svg(self) -> str:
        """The whole, as a file."""
        head = (
            f"<svg xmlns='http://www.w3.org/2000/svg' width='{self.width}' height='{self.height}' "
            f"viewBox='0 0 {self.width} {self.height}' {FONT}>"
        )
        ground = f"<rect width='{self.width}' height='{self.height}' fill='#ffffff'/>"
        return "\n".join([head, ground, *self.parts, "</svg>", ""])


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels. What lies beyond its ends is drawn at them."""

    low: float
    high: float
    first: float
    last: float
    log: bool = False

    def __call__(self, value: float) -> float:
        bend: Callable[[float], float] = math.log if self.log else float
        clipped = min(max(value, self.low), self.high)
        part = (bend(clipped) - bend(self.low)) / (bend(self.high) - bend(self.low))
        return self.first + part * (self.last - self.first)


@dataclass(frozen=True, slots=True)
class Chart:
    """A frame in a drawing, with an axis on the left and one below."""

    drawing: Drawing
    x: Scale
    y: Scale

    def title(self, said: str, below: str) -> None:
        left, top = self.x.first - 50, min(self.y.first, self.y.last)
        self.drawing.text((left, top - 30), said, size=14, weight=600)
        self.drawing.text((left, top - 14), below, colour=GREY)

    def across(self, values: Sequence[tuple[float, str]]) -> None:
        """Ticks of the axis below."""
        bottom = max(self.y.first, self.y.last)
        for value, said in values:
            self.drawing.text((self.x(value), bottom + 17), said, anchor="middle", size=11)

    def up(self, values: Sequence[tuple[float, str]]) -> None:
        """Ticks of the axis on the left, each with a line across."""
        for value, said in values:
            y = self.y(value)
            self.drawing.line([(self.x.first, y), (self.x.last, y)], PALE)
            self.drawing.text((self.x.first - 6, y + 4), said, anchor="end", size=11)

    def curve(self, points: Sequence[Point], colour: str, *, dashed: bool = False) -> None:
        """The points that are finite: it ends where a value is never reached."""
        known = [(self.x(x), self.y(y)) for x, y in points if y < math.inf]
        self.drawing.line(known, colour, width=1.2 if dashed else 2.4, dashed=dashed)

    def legend(self, names: Sequence[tuple[str, str]], at: Point) -> None:
        """Name and colour of each curve, one below the other."""
        for number, (name, colour) in enumerate(names):
            x, y = at[0], at[1] + 17 * number
            self.drawing.line([(x, y - 4), (x + 18, y - 4)], colour, width=2.4)
            self.drawing.text((x + 24, y), name)
