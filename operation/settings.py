"""Settings of a process: one typed file, the environment over it, options of the command over both.

The one fact: everything is read and checked before anything is opened, and what is wrong comes in one go, each line
with where it stands, what was found and what is expected; a secret's value is never shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from protocol.errors import Refused

FILE_BYTES = 64 * 1024
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class About:
    """Of a setting, in its annotation: what it is, what trusting its value means, and its variable."""

    meaning: str
    trust: str
    variable: str


class Settings(BaseModel):
    """What every process's settings are: closed, unchanging, each field annotated with `About`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


S = TypeVar("S", bound=Settings)
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")


def _check_address(text: str) -> str:
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match[2]) > 65535:
        raise ValueError(f"expected HOST:PORT, found {text!r}")
    return text


Address = Annotated[str, AfterValidator(_check_address)]
"""HOST:PORT; port 0 takes a free one."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """Settings, and where each value comes from: a file, a variable, "option" or "default"."""

    settings: S
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting for people."""

    name: str
    value: str
    source: str
    meaning: str
    trust: str

    def as_fields(self) -> dict[str, str]:
        """For --json."""
        return {
            "name": self.name,
            "value": self.value,
            "source": self.source,
            "meaning": self.meaning,
            "trust": self.trust,
        }


def load_settings(
    model: type[S], path: Path, environment: Mapping[str, str], options: Mapping[str, object]
) -> Loaded[S]:
    """Settings from a TOML file (absent: nothing), variables, options (None: not given); Refused("settings")."""
    values: dict[str, object] = {}
    sources = dict.fromkeys(model.model_fields, DEFAULT)
    for name, value in _read_file(path).items():
        values[name], sources[name] = value, str(path)
    for name, field in model.model_fields.items():
        variable = _about(field).variable
        if environment.get(variable):
            values[name], sources[name] = environment[variable], variable
    for name, option in options.items():
        if option is not None:
            values[name], sources[name] = option, "option"
    try:
        return Loaded(model.model_validate(values), sources)
    except ValidationError as error:
        raise Refused("settings", "; ".join(_problems(error, model, sources))) from error


def show_settings(loaded: Loaded[S]) -> list[Shown]:
    """Every setting with its value, source, meaning and trust sentence; secrets as ********."""
    return [
        Shown(
            name=name,
            value=_text(getattr(loaded.settings, name)),
            source=loaded.sources[name],
            meaning=_about(field).meaning,
            trust=_about(field).trust,
        )
        for name, field in type(loaded.settings).model_fields.items()
    ]


def _read_file(path: Path) -> dict[str, object]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Refused("settings", f"{path} cannot be read: {error.strerror}") from error
    if len(data) > FILE_BYTES:
        raise Refused("settings", f"{path} has {len(data)} bytes; settings have at most {FILE_BYTES}")
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # The parser's text says where, not what stood there.
        raise Refused("settings", f"{path} is no TOML in UTF-8: {error}") from error


def _problems(error: ValidationError, model: type[Settings], sources: Mapping[str, str]) -> Iterator[str]:
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            yield f"{name}: no such setting; there are: {', '.join(model.model_fields)}"
        else:
            yield f"{name} (from {sources[name]}): {problem['msg']}"


def _about(field: FieldInfo) -> About:
    return next(each for each in field.metadata if isinstance(each, About))


def _text(value: object) -> str:
    if value is None:
        return "-"
    return str(value) if not isinstance(value, SecretStr) else "********"
