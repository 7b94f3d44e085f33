"""The version of the tool; the language and the JSON have versions of their own."""

__version__ = "0.1.0"
