"""The face of a picture: its SVG."""

from cnnshape.render.faces.face import Face
from cnnshape.render.html import block
from cnnshape.render.picture.svg import to_svg

FACES = {"Picture": Face(to_svg, lambda picture: block(to_svg(picture)))}
