"""`NamedTuple` as in `typing`, but quick to define.

The `NamedTuple` of `typing` compiles code for every class, and a summary uses forty. Here the classes share their
attributes and the code of their constructors, which takes a fifth of the instructions (Python 3.11).
"""

MOST_FIELDS = 16
TYPE_CHECKING = False
"""Type checkers treat it as true, and see the `NamedTuple` that they know."""
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import namedtuple

    _Positions = namedtuple("_Positions", [f"at_{index}" for index in range(MOST_FIELDS)])
    _ATTRIBUTES = tuple(vars(_Positions)[name] for name in _Positions._fields)
    """Attributes that read the item at their index. They are implemented in C."""

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
            defined.__new__ = _constructor(defined, len(fields))
            return defined

    def _constructor(defined, size):
        defaults = tuple(defined._field_defaults.values())
        least = size - len(defaults)

        def new(cls, *values, **named):
            if named:
                values = _arguments(defined, values, named)
            elif len(values) != size:
                values += (
                    defaults[len(values) - least :] if least <= len(values) < size else _arguments(defined, values, {})
                )
            return tuple.__new__(cls, values)

        return new

    def _arguments(defined, values, named):
        """The values of all fields; raises TypeError where an argument is missing, unknown or given twice."""
        rest = defined._fields[len(values) :]
        given = {**defined._field_defaults, **named}
        wrong = [field for field in rest if field not in given] + [name for name in named if name not in rest]
        if wrong or len(values) > len(defined._fields):
            raise TypeError(f"{defined.__name__} takes {', '.join(defined._fields)}: wrong is {', '.join(wrong)}")
        return (*values, *(given[field] for field in rest))

    class NamedTuple(tuple, metaclass=_Definition):
        """The parent of named tuples: annotated names are the fields, their values in the class the defaults."""

        __slots__ = ()
        _fields = ()

        @classmethod
        def _make(cls, values):
            return tuple.__new__(cls, values)

        def _replace(self, **changes):
            return type(self)(**{**self._asdict(), **changes})

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"
