"""`sealsum authority`: the commands of the enrolment authority.

The one fact: a token is printed once, by `invite`, and cannot be shown again: only its hash is stored.
Exit codes: 0 done, 1 refused, 2 wrong usage, 3 try again.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from authority import invitations
from authority.door import Door, Surroundings
from authority.enrolling import Enroller
from authority.invitations import Invitee
from authority.listing import list_invited, revoked_since, whole_id
from authority.output import show_invited, show_json, show_lines
from authority.root import Root, is_encrypted, load_root, load_root_certificate, lock_root, make_root_files
from authority.settings import ADDRESS, LISTENED, find_setting, set_setting
from authority.store import Store, make_store, open_store
from crypto.certificates import fingerprint, key_of, parse_certificate
from crypto.signing import key_id
from operation.moments import tell_moment
from operation.passphrases import choose_or_clear, read_passphrase
from operation.phrases import Phrase, find_language
from operation.refusals import say_error
from operation.told import tell
from protocol.errors import NetworkError, PeerError, Refused, SealsumError, StoreError
from protocol.payloads import Revocation
from protocol.statements import Signed
from protos.enrolment import SECRET_BYTES, EnrolmentToken, check_address, encode_token

app = typer.Typer(
    name="authority",
    help="Enrol organisations: one-time invitations, certificates, a root key apart from everything else.",
    no_args_is_help=True,
    add_completion=False,
)

Folder = Annotated[Path, typer.Argument(help="The authority's folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        envvar="SEALSUM_AUTHORITY_PASSPHRASE_FILE",
        help="File whose first line is the root key's passphrase. Without it you are asked when there is one.",
    ),
]
Address = Annotated[
    str | None, typer.Option(help="HOST:PORT that tokens carry. Default: where `serve` listens.")
]

_DURATION = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


@app.command()
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The authority's name, in its root certificate.")],
    address: Address = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a new authority: root key, root certificate, empty store."""
    with _reported():
        if address is not None:
            check_address(address)
        passphrase = None if passphrase_file is None else read_passphrase(passphrase_file)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        root = make_root_files(folder, name, passphrase, _now(), os.urandom)
        store = make_store(folder)
        if address is not None:
            with store.write() as connection:
                set_setting(connection, ADDRESS, address)
        store.close()
        _show_root(folder, root.pem, as_json)
        if not as_json:
            said = tell(
                "Next: sealsum authority serve {} --listen HOST:PORT; then invite the operator first.", folder
            )
            typer.echo(said, err=True)


@app.command("lock-key")
def lock_key(
    folder: Folder,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the new passphrase. Else you are asked.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="For demos: write the key unlocked.")] = False,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Lock the root key with a passphrase, or change it."""
    with _reported():
        root = _open_root(folder, passphrase_file)
        passphrase = choose_or_clear(f"the root key in {folder}", new_passphrase_file, clear)
        lock_root(folder, root, passphrase, os.urandom)
        if as_json:
            show_json({"locked": passphrase is not None})
        else:
            typer.echo(
                tell("the root key is locked") if passphrase else tell("the root key is in the clear"),
                err=True,
            )


@app.command()
def serve(
    folder: Folder,
    listen: Annotated[str, typer.Option(help="HOST:PORT to listen on; port 0 takes a free one.")],
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Open the enrolment door until interrupted. Prints one line once it is open; logs go to stderr."""
    with _reported(), _opened(folder) as store:
        root = _open_root(folder, passphrase_file)
        surroundings = Surroundings(_now, os.urandom, lambda line: typer.echo(line, err=True))
        door = Door(Enroller(store, root, os.urandom), listen, surroundings)
        with store.write() as connection:
            set_setting(connection, LISTENED, door.address)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        if as_json:
            show_json({"event": "open", "address": door.address, "root_sha256": root.fingerprint.hex()})
        else:
            show_lines([("enrolment door open on", door.address), ("root SHA-256", root.fingerprint.hex())])
        try:
            door.wait()
        except _Stopped:
            door.close()


@app.command()
def invite(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The organisation's name, in Chinese if it has one.")],
    legal_entity: Annotated[
        str, typer.Option(help="Registry identifier: USCC, LEI, or the registered name.")
    ],
    role: Annotated[
        list[str],
        typer.Option(
            help=f"One of {', '.join(invitations.ROLES)}; repeatable. A pack maker is a requester and a supplier: it "
            "declares what it makes itself."
        ),
    ],
    name_en: Annotated[str | None, typer.Option(help="The name in English. Default: --name.")] = None,
    parent: Annotated[str | None, typer.Option(help="Ultimate parent. Default: the entity itself.")] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(help="For an operator: host name or address its doors serve; repeatable."),
    ] = None,
    expires: Annotated[str, typer.Option(help="How long the token is good for: 30m, 12h, 14d.")] = "14d",
    address: Address = None,
    as_json: Json = False,
) -> None:
    """Invite an organisation whose identity you have checked; prints its one-time token, once."""
    invitee = Invitee(
        name, name_en or name, legal_entity, parent or legal_entity, tuple(role), tuple(host or ())
    )
    with _reported(), _opened(folder) as store:
        now = _now()
        root = parse_certificate(load_root_certificate(folder).encode())
        with store.write() as connection:
            target = address or _find_address(connection)
            check_address(target)
            secret = os.urandom(SECRET_BYTES)
            until = now + _parse_duration(expires)
            invitation = invitations.add_invitation(connection, invitee, secret, now, until)
        token = encode_token(EnrolmentToken(target, fingerprint(root), secret))
        if as_json:
            show_json({"invitation": invitation.number, "token": token, "expires_at": until})
        else:
            said = Phrase(
                f"Invitation {invitation.number} for {name}. Hand over this token privately; it works once:",
                f"第 {invitation.number} 号邀请，给{name}。请私下交给对方下面这行邀请码；它只能用一次：",
            )
            typer.echo(said.say(find_language(None, os.environ)))
            typer.echo(token)


@app.command("list")
def list_(folder: Folder, as_json: Json = False) -> None:
    """Show invitations and what became of them."""
    with _reported(), _opened(folder) as store:
        with store.read() as connection:
            invited = list_invited(connection, _now())
        if as_json:
            show_json({"invitations": [item.fields() for item in invited]})
        else:
            show_invited(invited)


@app.command()
def cancel(
    folder: Folder,
    number: Annotated[int, typer.Argument(help="The invitation's number, from `list`.")],
    as_json: Json = False,
) -> None:
    """Cancel an invitation that nobody has used."""
    with _reported(), _opened(folder) as store:
        with store.write() as connection:
            invitations.cancel_invitation(connection, number, _now())
        if as_json:
            show_json({"invitation": number, "state": "cancelled"})
        else:
            typer.echo(tell("Invitation {} is cancelled; its token no longer works.", number))


@app.command()
def revoke(
    folder: Folder,
    enrolment: Annotated[
        str, typer.Argument(help="The enrolment's id, from `list`, or 8 of its first digits or more.")
    ],
    reason: Annotated[str, typer.Option(help="Why, in words that everyone will read.")],
    out: Annotated[Path, typer.Option(help="Where to write the signed revocation.")],
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """End an enrolment: writes the revocation statement, which counts once it is submitted to the log."""
    with _reported(), _opened(folder) as store:
        root = _open_root(folder, passphrase_file)
        with store.read() as connection:
            chosen = whole_id(connection, enrolment)
            since = revoked_since(connection, chosen)
        signed = Enroller(store, root, os.urandom).revoke(chosen, reason, _now())
        if since is not None:
            _say_revoked(signed, since)
        if since is None or not (out.is_file() and out.read_bytes() == signed.data):
            _write(out, signed.data)
        if as_json:
            show_json({"revocation": signed.id, "file": str(out), "revoked_already": since})
        elif since is None:
            typer.echo(
                tell(
                    "Revocation {} is in {}. Hand it to the operator to submit it to the log.", signed.id, out
                )
            )
        else:
            typer.echo(tell("The statement of then is in {}.", out))


def _say_revoked(signed: Signed, since: int) -> None:
    """That this is the end of an enrolment that had ended, on stderr."""
    assert isinstance(signed.payload, Revocation)
    told = tell_moment(since, find_language(None, os.environ))
    sentence = tell("It was revoked already, {}: {}. Nothing new was signed.", told, signed.payload.reason)
    typer.echo(sentence, err=True)


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise StoreError(f"cannot write {out}: {error.strerror}; run the command again") from error


@app.command()
def root(folder: Folder, as_json: Json = False) -> None:
    """Show the root certificate, its fingerprint, and the id that the authority signs under."""
    with _reported():
        _show_root(folder, load_root_certificate(folder), as_json)


class _Stopped(Exception):
    """The process was asked to end."""


def _stop(_number: int, _frame: Any) -> None:
    # One is enough: a second would interrupt the closing.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _pass)
    raise _Stopped


def _pass(_number: int, _frame: Any) -> None:
    """A further signal: Python says of one that is ignored meanwhile that it was lost."""


def _now() -> int:
    return int(time.time())


@contextmanager
def _reported() -> Iterator[None]:
    """The one table from our errors to exit codes, told in the machine's language."""
    try:
        yield
    except (PeerError, Refused) as error:
        typer.echo(say_error(error), err=True)
        raise typer.Exit(1) from error
    except (StoreError, NetworkError) as error:
        typer.echo(say_error(error), err=True)
        raise typer.Exit(3) from error
    except SealsumError as error:
        typer.echo(say_error(error), err=True)
        raise typer.Exit(1) from error


@contextmanager
def _opened(folder: Path) -> Iterator[Store]:
    store = open_store(folder)
    try:
        yield store
    finally:
        store.close()


def _open_root(folder: Path, passphrase_file: Path | None) -> Root:
    passphrase = None
    if is_encrypted(folder):
        if passphrase_file is not None:
            passphrase = read_passphrase(passphrase_file)
        else:
            passphrase = typer.prompt(tell("Passphrase of the root key"), hide_input=True, err=True)
    return load_root(folder, passphrase, _now())


def _find_address(connection: Connection) -> str:
    target = find_setting(connection, ADDRESS) or find_setting(connection, LISTENED)
    if target is None:
        raise Refused("address", "where is the door? Give --address HOST:PORT, or run `serve` first")
    if target.startswith(("0.0.0.0:", "[::]:")):
        raise Refused(
            "address", f"the door listens on {target}, which is no place to go; give --address HOST:PORT"
        )
    return target


def _parse_duration(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise Refused("expires", f"found {text!r}; expected minutes, hours or days: 30m, 12h, 14d")
    return int(match[1]) * _SECONDS[match[2]]


def _show_root(folder: Path, pem: str, as_json: bool) -> None:
    certificate = parse_certificate(pem.encode())
    signer, digest = key_id(key_of(certificate)).hex(), fingerprint(certificate).hex()
    if as_json:
        show_json({"root_pem": pem, "root_sha256": digest, "root_key_id": signer})
        return
    show_lines([("folder", str(folder)), ("root SHA-256", digest), ("signs as", signer)])
    typer.echo(pem, nl=False)
