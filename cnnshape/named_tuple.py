"""Named tuples as those of `typing`, whose definition takes a fifth of the time: a start defines dozens of them."""

from functools import cache
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    # Reads a field in half of the time that a property takes; `collections.namedtuple` uses it where there is one.
    try:
        from _collections import _tuplegetter as field_getter
    except ImportError:
        from operator import itemgetter

        def field_getter(index, doc):
            """A property that reads a field."""
            return property(itemgetter(index), doc=doc)

    class _NamedTuple(tuple):
        """What all named tuples share; see `collections.namedtuple`."""

        __slots__ = ()
        _fields = ()

        @classmethod
        def _make(cls, values):
            return tuple.__new__(cls, values)

        def _replace(self, /, **values):
            replaced = self._make(map(values.pop, self._fields, self))
            if values:
                raise ValueError(f"no fields: {list(values)!r}")
            return replaced

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({values})"

    class _Definition(type):
        """Makes a class from the body of a definition, of `tuple` and of plain type, as `typing.NamedTuple` does."""

        def __new__(mcs, name, bases, namespace):
            """The class; of `NamedTuple` itself, the metaclass."""
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            # From Python 3.14 on, annotations are worked out when a class is asked for them.
            annotations = namespace.get("__annotations__") or type(name, (), dict(namespace)).__annotations__
            fields = tuple(annotations)
            defaults = tuple(namespace[field] for field in fields if field in namespace)
            namespace.update({field: field_getter(index, field) for index, field in enumerate(fields)})
            constructor = FunctionType(_constructor_code(fields), {"make": tuple.__new__}, "__new__", defaults)
            namespace.update(__slots__=(), __new__=constructor, __match_args__=fields, _fields=fields)
            return type(name, (_NamedTuple,), namespace)

    class NamedTuple(metaclass=_Definition):
        """The base of a named tuple: each annotation in its body is a field, each value the field's default."""


def _constructor_code(fields: tuple[str, ...]) -> CodeType:
    """The code of a constructor that takes these fields."""
    return _shared_code(len(fields)).replace(co_varnames=("cls", *fields))


@cache
def _shared_code(count: int) -> CodeType:
    """The code of all constructors with so many fields: compiling it anew would take most of a definition's time."""
    names = "".join(f"field{index}, " for index in range(count))
    constructor: Any = eval(f"lambda cls, {names}: make(cls, ({names}))")
    code: CodeType = constructor.__code__
    return code


__all__ = ["NamedTuple"]
