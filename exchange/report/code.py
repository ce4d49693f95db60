"""The QR code of a certificate's public form, as SVG. docs/certificate.md, "The QR code"."""

from __future__ import annotations

from protocol.errors import Refused

_QUIET = 4
"""Light modules around the code, as ISO/IEC 18004 wants them."""


def draw_code(text: str) -> str:
    """An SVG of one path; Refused where segno is not installed."""
    try:
        import segno
    except ImportError as error:
        raise Refused("report", "a report needs segno for its code: pip install 'sealsum[report]'") from error
    rows = segno.make(text, error="m", micro=False).matrix
    size = len(rows) + 2 * _QUIET
    dark = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, one in enumerate(row)
        if one
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#000" d="{dark}"/></svg>'
    )
