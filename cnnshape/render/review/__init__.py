"""Reviews: the designs that differ from a revision, for people, for a pull request, and for programs."""

from cnnshape.render.formats import Format, Formats
from cnnshape.render.review.data import to_csv, to_json
from cnnshape.render.review.markdown import to_markdown
from cnnshape.render.review.text import to_text
from cnnshape.study.review import Review

FORMATS: Formats[Review] = {
    "table": Format(to_text),
    "markdown": Format.fixed(to_markdown),
    "csv": Format.fixed(to_csv),
    "json": Format.fixed(to_json),
}
"""The formats of a review, with the names of those of a comparison."""
