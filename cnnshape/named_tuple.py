"""`NamedTuple` as in `typing`, but quick to define.

The `NamedTuple` of `typing` compiles code for every class, and a summary uses forty. Here the classes share their
attributes and the code of their constructors, which takes a fifth of the instructions (Python 3.11).
"""

MOST_FIELDS = 18
TYPE_CHECKING = False
"""Type checkers treat it as true, and see the `NamedTuple` that they know."""
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import namedtuple
    from types import FunctionType

    _Positions = namedtuple("_Positions", [f"at_{index}" for index in range(MOST_FIELDS)])
    _ATTRIBUTES = tuple(vars(_Positions)[name] for name in _Positions._fields)
    """Attributes that read the item at their index. They are implemented in C."""

    make = tuple.__new__
    # fmt: off
    _CONSTRUCTORS = (
        lambda cls: make(cls, ()),
        lambda cls, a: make(cls, (a,)),
        lambda cls, a, b: make(cls, (a, b)),
        lambda cls, a, b, c: make(cls, (a, b, c)),
        lambda cls, a, b, c, d: make(cls, (a, b, c, d)),
        lambda cls, a, b, c, d, e: make(cls, (a, b, c, d, e)),
        lambda cls, a, b, c, d, e, f: make(cls, (a, b, c, d, e, f)),
        lambda cls, a, b, c, d, e, f, g: make(cls, (a, b, c, d, e, f, g)),
        lambda cls, a, b, c, d, e, f, g, h: make(cls, (a, b, c, d, e, f, g, h)),
        lambda cls, a, b, c, d, e, f, g, h, i: make(cls, (a, b, c, d, e, f, g, h, i)),
        lambda cls, a, b, c, d, e, f, g, h, i, j: make(cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k: make(cls, (a, b, c, d, e, f, g, h, i, j, k)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m: make(cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n: make(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o: make(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p: make(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q: make(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r: make(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s: make(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s)),
    )
    # fmt: on
    """A constructor for every number of fields. A class takes its code, with the names of its own fields."""

    class _Definition(type):
        def __new__(cls, name, bases, body):
            if not any(type(base) is _Definition and not base._fields for base in bases):
                return super().__new__(cls, name, bases, body)
            defined = super().__new__(cls, name, bases, {**body, "__slots__": ()})
            # The class body has no annotations from Python 3.14 on: they are evaluated on first use.
            fields = tuple(defined.__annotations__)
            if len(fields) > MOST_FIELDS:
                raise TypeError(f"{name} has more than {MOST_FIELDS} fields")
            defined._fields = defined.__match_args__ = fields
            defined._field_defaults = {field: body[field] for field in fields if field in body}
            for field, attribute in zip(fields, _ATTRIBUTES, strict=False):
                setattr(defined, field, attribute)
            code = _CONSTRUCTORS[len(fields)].__code__.replace(
                co_name="__new__", co_qualname=f"{name}.__new__", co_varnames=("cls", *fields)
            )
            defined.__new__ = FunctionType(code, globals(), "__new__", tuple(defined._field_defaults.values()))
            return defined

    class NamedTuple(tuple, metaclass=_Definition):
        """The parent of named tuples: annotated names are the fields, their values in the class the defaults."""

        __slots__ = ()
        _fields = ()

        _make = classmethod(tuple.__new__)

        def _replace(self, **changes):
            return type(self)(**{**self._asdict(), **changes})

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"
