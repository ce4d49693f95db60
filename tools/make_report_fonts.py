"""Subset the report's fonts: `python -m tools.make_report_fonts FOLDER`, FOLDER holding package/ of the npm package
@expo-google-fonts/noto-sans-sc (`npm pack @expo-google-fonts/noto-sans-sc && tar xzf *.tgz`).

The one fact: what stays is what `exchange/report/font.py` says, so the report knows which characters it cannot draw.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset

from exchange.report.font import kept_characters

FONTS = Path(__file__).resolve().parent.parent / "exchange/report/files/fonts"
WEIGHTS = {"400Regular": "Regular", "700Bold": "Bold"}


def make_font(source: Path, target: Path) -> None:
    """Write one subset, without hints and without what a report does not use."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["kern", "tnum", "lnum", "locl"]
    options.name_IDs = ["*"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=kept_characters())
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def main() -> None:
    """Write both weights and their licence."""
    package = Path(sys.argv[1]) / "package"
    FONTS.mkdir(parents=True, exist_ok=True)
    for weight, name in WEIGHTS.items():
        target = FONTS / f"NotoSansSC-{name}.ttf"
        make_font(package / weight / f"NotoSansSC_{weight}.ttf", target)
        print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB")
    shutil.copyfile(package / "LICENSE_FONT", FONTS / "LICENSE-OFL.txt")


if __name__ == "__main__":
    main()
