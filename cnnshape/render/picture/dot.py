"""The picture of a network in the language of Graphviz."""

from collections.abc import Iterator

from cnnshape.render.picture.colors import CARDS, FRAME, FRAME_EDGE, TEXT, WIRE
from cnnshape.render.picture.words import face_of, form_title, shape_text
from cnnshape.study.picture.model import Card, Diagram, Form, Picture


def to_dot(picture: Picture) -> str:
    """The network from left to right, and the forms of its blocks as clusters."""
    lines = [
        "rankdir=LR;",
        f"label={_quoted(picture.report.name)}; labelloc=t; labeljust=l; fontname=Helvetica;",
        f'node [shape=box, style="rounded,filled", fontname=Helvetica, fontcolor="{TEXT}"];',
        f'edge [color="{WIRE}", arrowsize=0.7];',
        *_diagram(picture.diagram, "n"),
        *(line for number, form in enumerate(picture.forms) for line in _cluster(form, number)),
    ]
    return "\n".join(["digraph network {", *(f"  {line}" for line in lines), "}"]) + "\n"


def _cluster(form: Form, number: int) -> Iterator[str]:
    yield f"subgraph cluster_{number} {{"
    yield f'  label={_quoted(form_title(form))}; style="rounded,filled"; fillcolor="{FRAME}"; color="{FRAME_EDGE}";'
    yield from (f"  {line}" for line in _diagram(form.diagram, f"f{number}_"))
    yield "}"


def _diagram(diagram: Diagram, prefix: str) -> Iterator[str]:
    for index, card in enumerate(diagram.cards):
        color = CARDS[face_of(card).color]
        yield f'{prefix}{index} [label={_quoted(_label(card))}, fillcolor="{color.fill}", color="{color.stroke}"];'
    for source, target in diagram.wires:
        yield f"{prefix}{source} -> {prefix}{target};"


def _label(card: Card) -> str:
    face = face_of(card)
    shape = [shape_text(card.shape)] if card.shape else []
    return "\n".join(dict.fromkeys([*face.title, *face.notes, *shape]))


def _quoted(text: str) -> str:
    """A text in quotes; Graphviz knows no other escapes."""
    plain = "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
