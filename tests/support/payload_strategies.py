"""Hypothesis strategies for every payload kind, read off the models themselves, so that no field is forgotten."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel, PlainValidator, StringConstraints
from pydantic.fields import FieldInfo

from crypto.group import make_generator
from protocol import fields
from protocol.payloads import KINDS, Payload

POINTS = [make_generator(f"test/{number}") for number in range(4)]
_BY_VALIDATOR: dict[Any, st.SearchStrategy[Any]] = {
    fields._parse_integer: st.integers(-(10**80), 10**80),
    fields._parse_point_hex: st.sampled_from(POINTS),
    fields._parse_base64: st.binary(max_size=40),
}


def payloads(kind: str) -> st.SearchStrategy[Payload]:
    """Payloads of one kind, every field within its bounds."""
    return _models(KINDS[kind])


def _models(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    parts = {
        name: _values(field.annotation, _flat(field.metadata)) for name, field in model.model_fields.items()
    }
    return st.builds(model, **parts)


def _flat(metadata: Any) -> list[Any]:
    flat: list[Any] = []
    for item in metadata:
        flat += _flat(item.metadata) if isinstance(item, FieldInfo) else [item]
    return flat


def _values(annotation: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    for item in metadata:
        if isinstance(item, PlainValidator):
            return _BY_VALIDATOR[item.func]
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _values(args[0], _flat(args[1:]))
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_values(arg, []) for arg in args))
    if origin is tuple:
        low, high = _bounds(metadata)
        return st.lists(_values(args[0], []), min_size=low, max_size=min(high, low + 2)).map(tuple)
    if origin is dict:
        return st.dictionaries(_values(args[0], []), _values(args[1], []), max_size=4)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _models(annotation)
    return _scalars(annotation, metadata)


def _bounds(metadata: list[Any]) -> tuple[int, int]:
    low = next((item.min_length for item in metadata if isinstance(item, MinLen)), 0)
    return low, next((item.max_length for item in metadata if isinstance(item, MaxLen)), 3)


def _scalars(annotation: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    if annotation is type(None):
        return st.none()
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        low = next((item.ge for item in metadata if isinstance(item, Ge)), 0)
        return st.integers(low, next(item.le for item in metadata if isinstance(item, Le)))
    assert annotation is str, annotation
    constraints = next(item for item in metadata if isinstance(item, StringConstraints))
    letters = st.characters(codec="utf-8")
    if constraints.pattern is not None:
        assert isinstance(constraints.pattern, str)
        # Python's $ matches before a last newline, the validator's does not.
        return st.from_regex(constraints.pattern.removesuffix("$") + r"\Z", alphabet=letters)
    return st.text(letters, min_size=constraints.min_length or 0, max_size=20)
