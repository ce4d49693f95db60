"""Commitments of one kind: value*G + blinding*H.

The one fact: they add, so the commitment to any linear result follows from the commitments to its inputs.
Protocol 4.
"""

from crypto.errors import WrongOpening
from crypto.group import G, H, MaybePoint, Random, multi_multiply, multi_multiply_secret


def commit(value: int, blinding: int, random: Random) -> MaybePoint:
    """Return value*G + blinding*H for secret integers of any sign; `random` only splits them. Protocol 4."""
    return multi_multiply_secret([(value, G), (blinding, H)], random)


def check_opening(commitment: MaybePoint, value: int, blinding: int) -> None:
    """Raise WrongOpening unless `commitment` opens to `value` under `blinding`. Protocol 4.

    For openings that were published or handed over: its time depends on them.
    """
    if multi_multiply([(value, G), (blinding, H)]) != commitment:
        raise WrongOpening("the commitment does not open to this value; ask its owner for its opening")
