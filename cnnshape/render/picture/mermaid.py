"""The picture of a network as Mermaid, which GitHub and GitLab draw in comments and in Markdown files."""

from collections.abc import Iterator

from cnnshape.render.picture.colors import CARDS, TEXT
from cnnshape.render.picture.words import Face, face_of, shape_text
from cnnshape.study.picture.model import Card, Picture

MOST_CARDS = 200
"""GitHub draws at most 50,000 characters and 500 edges."""


def to_mermaid(picture: Picture) -> str:
    """The network as a flowchart from left to right, with the colors of the families. Forms of blocks are left out."""
    diagram = picture.diagram
    faces = [face_of(card) for card in diagram.cards]
    shown = range(min(len(faces), MOST_CARDS))
    nodes = [_node(index, faces[index], diagram.cards[index]) for index in shown]
    edges = [f"n{source} --> n{target}" for source, target in diagram.wires if target < MOST_CARDS]
    more = len(faces) - len(shown)
    cut = [f'more["{more:,} more"]', f"n{len(shown) - 1} --> more"] if more else []
    lines = [*nodes, *edges, *cut, *_classes([faces[index] for index in shown])]
    return "\n".join(["flowchart LR", *(f"  {line}" for line in lines)]) + "\n"


def _node(index: int, face: Face, card: Card) -> str:
    shape = [shape_text(card.shape)] if card.shape else []
    texts = dict.fromkeys([*face.title, *face.notes, *shape])
    return f'n{index}["{"<br/>".join(map(_escaped, texts))}"]:::{face.color}'


def _escaped(text: str) -> str:
    """A text as Mermaid reads it: signs with a meaning in Mermaid, HTML or Markdown by their number."""
    return "".join(
        sign if sign.isalnum() or sign in " .,/:_+-\u00d7\u00b7\u2212" else f"#{ord(sign)};" for sign in text
    )


def _classes(faces: list[Face]) -> Iterator[str]:
    """The style of each family that occurs."""
    for name in dict.fromkeys(face.color for face in faces):
        color = CARDS[name]
        yield f"classDef {name} fill:{color.fill},stroke:{color.stroke},color:{TEXT}"
