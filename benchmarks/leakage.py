"""What totals that pass by policy say about amounts: a customer's best linear guess beside the guess from its prior.

The one fact: nothing here is a limit that a check could enforce; it is what section 9 says cannot be prevented, in
figures. The customer knows every factor, every quantity and how amounts usually spread; it sees the cells of one
calculation, guards included, and takes the posterior mean of a linear Gaussian model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.figures import Figure
from protocol.disclosure import ENOUGH_PEERS, LINES_PER_TOTAL

SPREAD = 0.25
"""Standard deviation of an amount around what is usual, as a share of it: plants differ by this much and more."""
GUARD_SHARES = (0.001, 0.03, 0.03)
TRIALS = 400
SEED = 20261120
MEMBERS, LINES = (3, 4, 6, 9, 12), (1, 2, 4, 8, 12)
SHAPES = tuple((members, lines) for lines in LINES for members in MEMBERS)
VIEWS = 3
"""Cell totals that one total gives of a supplier without biogenic amounts: total, secondary, quality."""
CLOSE, NEAR = 0.02, 0.10


@dataclass(frozen=True, slots=True)
class Share:
    """Of all amounts, how many a guess comes within 2 % and within 10 % of."""

    close: float
    near: float


def measure_disclosure() -> Sequence[Figure]:
    """One figure a shape: members in the cell (the victim's peers and itself) and lines of each declaration."""
    draw = np.random.default_rng(SEED)
    figures = []
    for members, lines in SHAPES:
        prior, posterior = try_shape(draw, members, lines)
        figures.append(
            Figure(
                f"amounts within 10 % of the truth, {members} members x {lines} lines",
                round(100 * posterior.near, 1),
                "%",
                parts={
                    "from the prior alone": round(100 * prior.near, 1),
                    "within 2 %": round(100 * posterior.close, 1),
                    "within 2 % from the prior alone": round(100 * prior.close, 1),
                },
                note="may pass by policy" if passes(members, lines) else "its owner is asked",
            )
        )
    return figures


def passes(members: int, lines: int) -> bool:
    """Whether a first total of this shape may pass without a question. Protocol section 9, People and One total."""
    peers = members - 1
    return peers >= ENOUGH_PEERS and peers * lines >= LINES_PER_TOTAL * VIEWS


def try_shape(draw: np.random.Generator, members: int, lines: int) -> tuple[Share, Share]:
    """(share from the prior, share from the totals) over many calculations with other amounts each time."""
    size = members * lines
    guesses, truths = [], []
    for _ in range(TRIALS):
        usual = draw.lognormal(0.0, 1.0, size)
        weights = draw.lognormal(0.0, 1.0, size)
        secondary = draw.random(size) < 0.5
        scores = draw.integers(3, 16, size)
        views = np.stack([weights, weights * secondary, weights * secondary * scores])
        truth = usual * np.maximum(0.05, 1 + SPREAD * draw.standard_normal(size))
        guards = np.array(GUARD_SHARES) * (views @ usual)
        totals = views @ truth + guards * draw.random(3)
        guesses.append(_posterior_mean(usual, views, totals - guards / 2, guards**2 / 12))
        truths.append((usual, truth))
    usuals, actual = (np.concatenate(column) for column in zip(*truths, strict=True))
    return _share(usuals, actual), _share(np.concatenate(guesses), actual)


def _posterior_mean(
    usual: np.ndarray, views: np.ndarray, totals: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """E[amounts | totals] for amounts ~ N(usual, (SPREAD*usual)^2) and totals = views @ amounts + noise."""
    spread = (SPREAD * usual) ** 2
    gain = (views * spread).T @ np.linalg.pinv((views * spread) @ views.T + np.diag(noise))
    found: np.ndarray = usual + gain @ (totals - views @ usual)
    return found


def _share(guess: np.ndarray, truth: np.ndarray) -> Share:
    off = np.abs(guess - truth) / truth
    return Share(float(np.mean(off <= CLOSE)), float(np.mean(off <= NEAR)))
