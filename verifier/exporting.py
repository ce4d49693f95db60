"""The verified result as a file in another format, for whoever has the certificate only. docs/exchange.md.

The one fact: nothing is written of a certificate that does not verify.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from exchange.battery_pass import say_left_out
from exchange.certified import read_certified
from exchange.formats import FORMATS, encode_certified, unknown_format
from exchange.gate import rules_of
from exchange.particulars import Particulars, parse_particulars
from method.errors import MethodError
from operation.phrases import Phrase
from protocol.certificate import Report
from protocol.errors import Refused
from verifier.files import ToldInBoth, say_existing, say_unreadable

LONGEST_PARTICULARS = 256 * 1024


@dataclass(frozen=True, slots=True)
class ExportWanted:
    """A format, where to write it, what its owner states, and the model where there are several."""

    format: str
    out: Path
    particulars: Path | None = None
    model: str | None = None


def make_wanted(
    format: str | None, out: Path | None, particulars: Path | None, model: str | None
) -> ExportWanted | None:
    """What is to be exported, None for nothing; Refused("export") when only a part of it is said."""
    if format is None and out is None and particulars is None and model is None:
        return None
    if format is None or out is None:
        raise Refused("export", "to export, name both: --export FORMAT and --out FILE")
    if format not in FORMATS:
        raise unknown_format(format, FORMATS)
    return ExportWanted(format, out, particulars, model)


def write_export(report: Report, data: bytes, wanted: ExportWanted) -> str:
    """Write the file, which must be new; returns its SHA-256. Refused says what cannot be carried or written."""
    stated = Particulars() if wanted.particulars is None else _read_particulars(wanted.particulars)
    made = encode_certified(read_certified(report, data), wanted.format, stated, wanted.model)
    try:
        with wanted.out.open("xb") as file:
            file.write(made)
    except FileExistsError as error:
        raise ToldInBoth("export", say_existing(wanted.out)) from error
    except OSError as error:
        raise Refused("export", f"{wanted.out} cannot be written: {error.strerror}") from error
    return hashlib.sha256(made).hexdigest()


def say_lacking(report: Report, data: bytes, wanted: ExportWanted) -> Phrase | None:
    """Which stages the file lacks without saying so; None where it says all or lacks none."""
    if wanted.format != "battery-pass":
        return None
    certified = read_certified(report, data)
    counted = rules_of(certified).stages_of(certified.boundary)
    return say_left_out(counted, (member.stage for member in certified.members))


def _read_particulars(path: Path) -> Particulars:
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST_PARTICULARS + 1)
        if len(data) > LONGEST_PARTICULARS:
            raise Refused("particulars", f"{path} is larger than {LONGEST_PARTICULARS} bytes")
        return parse_particulars(tomllib.loads(data.decode("utf-8-sig")))
    except OSError as error:
        raise ToldInBoth("particulars", say_unreadable(path, error)) from error
    except MethodError as error:
        raise Refused("particulars", f"{path}: {error}") from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # of TOML or UTF-8; MethodError is a ValueError, and told above
        raise Refused("particulars", f"{path} is no TOML file: {error}") from error
