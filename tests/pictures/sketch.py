"""Small pictures drawn by hand, which keep the contract of `cnnshape draw` or break it at one place."""

from collections.abc import Iterable

INK = "#111827"
FILL = "#dbeafe"
DARK_MODE = "@media (prefers-color-scheme: dark) {.ground {fill: #0d1117} .fill {fill: #1e3a5f} .ink {fill: #f3f4f6}}"


def picture(*parts: str, width: int = 400, height: int = 200, style: str = DARK_MODE) -> str:
    ground = f'<rect class="ground" width="{width}" height="{height}" fill="#ffffff"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="Helvetica, Arial">'
    return f"{head}<style>{style}</style>{ground}{''.join(parts)}</svg>"


def text(x: float, y: float, words: str, size: float = 12, fill: str = INK, kind: str = "ink") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" font-size="{size}" fill="{fill}">{words}</text>'


def card(name: str, x: float, y: float, *extra: str, words: str | None = None, fill: str = FILL) -> str:
    """A card of 80 x 40 with its name in it."""
    outline = f'<rect class="fill" x="{x}" y="{y}" width="80" height="40" fill="{fill}" stroke="#1e40af"/>'
    label = text(x + 6, y + 24, name if words is None else words)
    return f'<g class="card" data-card="{name}"><title>{name}</title>{outline}{label}{"".join(extra)}</g>'


def disc(name: str, x: float, y: float, words: str = "+") -> str:
    """A round card with a radius of 12 around a point."""
    outline = f'<circle class="fill" cx="{x}" cy="{y}" r="12" fill="{FILL}" stroke="#1e40af"/>'
    return f'<g class="card" data-card="{name}"><title>{name}</title>{outline}{text(x - 3.5, y + 4, words)}</g>'


def caption(x: float, y: float, words: str) -> str:
    return text(x, y, words, size=10, kind="shape ink")


def wire(source: str, target: str, path: str, stroke: str = "#64748b") -> str:
    return f'<path class="wire" data-from="{source}" data-to="{target}" d="{path}" fill="none" stroke="{stroke}"/>'


def head(x: float, y: float) -> str:
    """The head of a wire that goes to the right, with its tip at a point."""
    return f'<polygon class="head" points="{x - 6},{y - 3} {x},{y} {x - 6},{y + 3}" fill="#64748b"/>'


def inset(name: str, x: float, y: float, parts: Iterable[str]) -> str:
    """A frame of 180 x 90 around some parts."""
    frame = f'<rect class="frame" x="{x}" y="{y}" width="180" height="90" fill="none" stroke="#94a3b8"/>'
    return f'<g class="inset" data-inset="{name}">{frame}{"".join(parts)}</g>'
