"""Fails when the documents and the program say different things.

1. A code block in docs/ marked `<!-- from FILE: NAME -->` equals the part of FILE between `# region NAME` and
   `# endregion`, less its indentation.
2. Every region of protocol/run.py is quoted in docs/protocol.md.
3. Every `make TARGET` and `sealsum COMMAND` in the README files and guides exists.
4. Every relative link in them leads to a file, and what follows its `#` to a heading there.
5. Every decision record is in the list of docs/decisions/README.md.
"""

import importlib
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from sealsum.main import PARTS

ROOT = Path(__file__).resolve().parent.parent
QUOTE = re.compile(
    r"<!-- from (?P<file>[\w./-]+): (?P<name>[\w-]+) -->\n+```\w*\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
MARK = re.compile(r"<!-- from ")
REGION = re.compile(
    r"^[ \t]*# region (?P<name>[\w-]+)\n(?P<code>.*?)^[ \t]*# endregion", re.DOTALL | re.MULTILINE
)
CODE = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```$|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?(make|sealsum)((?: [a-z][a-z-]*(?![\w=./-]))+)")
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#]*)#?([^)]*)\)")
HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def regions(path: Path) -> dict[str, str]:
    """Named regions of a source file, dedented."""
    found = REGION.finditer(path.read_text(encoding="utf-8"))
    return {match["name"]: textwrap.dedent(match["code"]).strip("\n") for match in found}


def check_quotes(document: Path) -> Iterator[str]:
    """Problems of one document's quoted code."""  # 1
    text = document.read_text(encoding="utf-8")
    quotes = list(QUOTE.finditer(text))
    if len(quotes) != len(MARK.findall(text)):
        yield f"{document.relative_to(ROOT)}: a `<!-- from` mark is not followed by a code block"
    for quote in quotes:
        source = ROOT / quote["file"]
        code = regions(source).get(quote["name"]) if source.is_file() else None
        place = f"{document.relative_to(ROOT)}: {quote['file']}: {quote['name']}"
        if code is None:
            yield f"{place}: no such region"
        elif code != quote["code"].strip("\n"):
            yield f"{place}: the quoted code differs from the source"


def check_whole_protocol() -> Iterator[str]:
    """Regions of protocol/run.py that docs/protocol.md leaves out."""  # 2
    source, document = ROOT / "protocol/run.py", ROOT / "docs/protocol.md"
    if not source.is_file() or not document.is_file():
        yield "expected protocol/run.py and docs/protocol.md"
        return
    quotes = QUOTE.finditer(document.read_text(encoding="utf-8"))
    quoted = {quote["name"] for quote in quotes if quote["file"] == "protocol/run.py"}
    for name in regions(source).keys() - quoted:
        yield f"docs/protocol.md: region {name} of protocol/run.py is not quoted"


def commands_in(document: Path) -> Iterator[tuple[str, list[str]]]:
    """Every make and sealsum command that the document shows, as program and words."""
    for block, inline in CODE.findall(document.read_text(encoding="utf-8")):
        for line in (block or inline).splitlines():
            if match := COMMAND.match(line.strip()):
                yield match[1], match[2].split()


def is_command(words: list[str]) -> bool:
    """Whether the words after `sealsum` lead to a command or group; words after a command are its arguments."""
    part = PARTS[words[0]]
    group: Any = getattr(importlib.import_module(part.module), part.name, None)
    if group is None:
        return False
    if isinstance(group, typer.Typer):
        group = typer.main.get_command(group)
    for word in words[1:]:
        children = getattr(group, "commands", None)
        if children is None:
            return True
        if word not in children:
            return False
        group = children[word]
    return True


def check_commands(documents: list[Path]) -> Iterator[str]:
    """Commands in the documents that do not exist."""  # 3
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in documents:
        for name, words in commands_in(document):
            exists = set(words) <= targets if name == "make" else words[0] in PARTS and is_command(words)
            if not exists:
                yield f"{document.relative_to(ROOT)}: no such command: {name} {' '.join(words)}"


def anchors(document: Path) -> set[str]:
    """What a link may name after `#`: each heading in small letters, without punctuation, `-` for a space."""
    headings = HEADING.findall(FENCED.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(documents: list[Path]) -> Iterator[str]:
    """Relative links that lead nowhere."""  # 4
    for document in documents:
        for name, anchor in LINK.findall(document.read_text(encoding="utf-8")):
            target = document.parent / name if name else document
            if not target.exists():
                yield f"{document.relative_to(ROOT)}: link to a missing file: {name}"
            elif anchor and anchor not in anchors(target):
                yield f"{document.relative_to(ROOT)}: link to a missing heading: {name}#{anchor}"


def check_decisions() -> Iterator[str]:
    """Decision records that the list leaves out."""  # 5
    folder = ROOT / "docs/decisions"
    listed = {name for name, _ in LINK.findall((folder / "README.md").read_text(encoding="utf-8"))}
    for record in sorted(folder.glob("[0-9]*.md")):
        if record.name not in listed:
            yield f"docs/decisions/README.md: {record.name} is not listed"


def main() -> None:
    """Print every problem; exit with 1 when there are any."""
    documents = sorted([*ROOT.glob("*.md"), *(ROOT / "deploy").glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    problems = [problem for document in documents for problem in check_quotes(document)]
    problems += check_whole_protocol()
    problems += check_commands([document for document in documents if document.name != "CHANGELOG.md"])
    problems += check_links(documents)
    problems += check_decisions()
    if problems:
        print(*problems, sep="\n")
        raise SystemExit(1)
    print(f"documents agree with the program: {len(documents)} files")


if __name__ == "__main__":
    main()
