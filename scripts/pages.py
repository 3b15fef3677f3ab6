"""Run every code block of the pages and hold what it prints against what the page shows.

    python scripts/pages.py                              # check every page
    python scripts/pages.py docs/tutorial.md --write     # put what was printed into the page

One folder a page, its blocks in order, one Python namespace:

* ``console``: a line that starts with ``$ `` is run; the lines behind it are what it prints;
* ``python``: run; what it prints stands in a ``text`` block right behind it;
* ``pycon``: a doctest;
* any block with ``title="NAME"`` is written to that file of the page's folder, not run.

``...`` in a shown output stands for anything. ``<!-- not run: REASON -->`` above a block leaves it
out, ``<!-- leaves with 3 -->`` states the exit code that is expected, ``<!-- needs torch -->`` the
library without which the rest of the page is left out. Nothing else is left out.
"""

import argparse
import contextlib
import doctest
import importlib.util
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN = {"console", "python", "pycon"}
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[\w+-]*)(?P<more>[^`]*)$")
_TITLE = re.compile(r'title="([^"]+)"')
_NOTE = re.compile(r"<!-- (not run|leaves with|needs):? (.+?) -->")
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_SECONDS = 120


@dataclass(kw_only=True)
class Block:
    """One fenced block of a page."""

    line: int  # of its first content line, from 1
    indent: str
    language: str
    title: str
    body: list[str]
    notes: dict[str, str] = field(default_factory=dict)
    output: "Block | None" = None  # the text block right behind a python block

    @property
    def last(self) -> int:
        """Line of the closing fence."""
        return self.line + len(self.body)


@dataclass(kw_only=True)
class Trouble:
    """What a page shows and what was printed."""

    where: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.where}\n--- the page shows\n{self.expected}\n--- printed\n{self.got}"


def pages() -> list[Path]:
    """Every page whose blocks run."""
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *found]


def blocks_of(text: str) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    found: list[Block] = []
    lines = text.split("\n")
    at, notes, plain_since = 0, {}, True
    while at < len(lines):
        start = _FENCE.match(lines[at])
        if not start:
            note = _NOTE.search(lines[at])
            if note:
                notes[note[1]] = note[2]
            elif lines[at].strip():
                notes, plain_since = {}, True
            at += 1
            continue
        indent = start["indent"]
        end = at + 1
        while end < len(lines) and lines[end].strip() != "```":
            end += 1
        title = _TITLE.search(start["more"])
        block = Block(line=at + 2, indent=indent, language=start["language"], notes=notes,
                      title=title[1] if title else "",
                      body=[line.removeprefix(indent) for line in lines[at + 1 : end]])  # fmt: skip
        follows = found and found[-1].language == "python" and not found[-1].title
        if block.language == "text" and follows and not plain_since:
            found[-1].output = block
        found.append(block)
        at, notes, plain_since = end + 1, {}, False
    return found


def commands_of(block: Block) -> list[tuple[str, int, int]]:
    """Return the commands of a console block, each with the range of the lines it prints."""
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(block.body):
        if not block.body[at].startswith("$ "):
            raise ValueError(f"line {block.line + at}: a console block starts with a '$ ' line")
        command = block.body[at][2:]
        at += 1
        while command.endswith("\\") and at < len(block.body):
            command = command[:-1] + block.body[at].removeprefix("> ").strip()
            at += 1
        start = at
        while at < len(block.body) and not block.body[at].startswith("$ "):
            at += 1
        found.append((command, start, at))
    return found


def run_command(command: str) -> tuple[int, str]:
    """Run a command as typed, ``costlaw`` in this process; return its exit code and what it prints.

    What goes to stdout and to stderr appears together, as in a terminal.
    """
    words = shlex.split(command)
    plain = not set("|&;<>$`*") & set(command)
    if words[0] == "costlaw" and plain and words[1:2] != ["meter"]:
        from costlaw.cli import main

        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                main(words[1:])
            except SystemExit as leave:
                return int(leave.code or 0), out.getvalue()
        return 0, out.getvalue()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, text=True, check=False,
                          stderr=subprocess.STDOUT, timeout=_SECONDS,
                          env={**os.environ, "PATH": path})  # fmt: skip
    return done.returncode, done.stdout


def same(expected: str, got: str) -> bool:
    """Return whether an output is the one shown; ``...`` stands for anything."""
    want = "\n".join(line.rstrip() for line in expected.strip("\n").split("\n"))
    have = "\n".join(line.rstrip() for line in got.strip("\n").split("\n"))
    if want == have:
        return True
    pieces = [re.escape(piece) for piece in want.split("...")]
    return len(pieces) > 1 and re.fullmatch(".*?".join(pieces), have, re.DOTALL) is not None


class Page:
    """One page being run in the current folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.blocks = blocks_of(self.text)
        self.namespace: dict[str, object] = {"__name__": "page"}
        self.troubles: list[Trouble] = []
        self.printed: dict[int, list[str]] = {}  # first content line of a block: new content
        self.left_out: list[str] = []
        self.ran = 0

    def run(self) -> None:
        """Run the blocks in order."""
        for block in self.blocks:
            needs = block.notes.get("needs")
            if needs and importlib.util.find_spec(needs) is None:
                self.left_out.append(f"{self.where(block)}: {needs} is not installed")
                return
            if "not run" in block.notes:
                self.left_out.append(f"{self.where(block)}: {block.notes['not run']}")
            elif block.title:
                path = Path(block.title)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(block.body) + "\n", encoding="utf-8")
            elif block.language in RUN:
                self.ran += 1
                getattr(self, f"run_{block.language}")(block)

    def where(self, block: Block, more: str = "") -> str:
        """Return page and line for messages."""
        return f"{self.path.relative_to(ROOT)}:{block.line} {more}".rstrip()

    def run_console(self, block: Block) -> None:
        """Run the commands of a console block."""
        fresh: list[str] = []
        expected_code = int(block.notes.get("leaves with", "0"))
        commands = commands_of(block)
        for number, (command, start, end) in enumerate(commands):
            code, got = run_command(command)
            shown = "\n".join(block.body[start:end])
            if code != (expected_code if number == len(commands) - 1 else 0):
                self.troubles.append(Trouble(where=self.where(block, f"$ {command}"),
                                             expected=f"exit code {expected_code}",
                                             got=f"exit code {code}\n{got}"))  # fmt: skip
            top = 0 if number == 0 else commands[number - 1][2]
            kept = same(shown, got)
            if not kept:
                self.troubles.append(Trouble(where=self.where(block, f"$ {command}"),
                                             expected=shown, got=got))  # fmt: skip
            fresh += block.body[top:start]
            fresh += block.body[start:end] if kept else got.rstrip("\n").split("\n")
        self.printed[block.line] = fresh

    def run_python(self, block: Block) -> None:
        """Run a python block; what it prints stands in the text block behind it."""
        out = io.StringIO()
        code = compile("\n" * (block.line - 1) + "\n".join(block.body), str(self.path), "exec")
        try:
            with contextlib.redirect_stdout(out):
                exec(code, self.namespace)
        except Exception:  # noqa: BLE001 - whatever a page's code raises is shown, with the page
            out.write(traceback.format_exc())
        shown = "\n".join(block.output.body) if block.output else ""
        if not same(shown, out.getvalue()):
            self.troubles.append(Trouble(where=self.where(block), expected=shown,
                                         got=out.getvalue()))  # fmt: skip
            if block.output:
                fresh = [line.rstrip() for line in out.getvalue().rstrip("\n").split("\n")]
                self.printed[block.output.line] = fresh

    def run_pycon(self, block: Block) -> None:
        """Run a doctest."""
        test = doctest.DocTestParser().get_doctest(
            "\n".join(block.body) + "\n", self.namespace, str(self.path), str(self.path), block.line
        )
        out = io.StringIO()
        doctest.DocTestRunner(optionflags=_FLAGS).run(test, out=out.write, clear_globs=False)
        self.namespace.update(test.globs)
        if out.getvalue():
            self.troubles.append(Trouble(where=self.where(block), expected="", got=out.getvalue()))

    def write(self) -> None:
        """Put what was printed into the page."""
        lines = self.text.split("\n")
        for block in reversed(self.blocks):
            if block.line in self.printed:
                fresh = [(block.indent + line).rstrip() for line in self.printed[block.line]]
                lines[block.line - 1 : block.last - 1] = fresh
        self.path.write_text("\n".join(lines), encoding="utf-8")


@contextlib.contextmanager
def own_folder():
    """Work in a fresh folder with no configuration of the user's."""
    before, variables = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder + "/.config"
        if not os.environ.get("COSTLAW_INSTALLED"):  # else the installed package is meant
            os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        os.environ.pop("COSTLAW_SITE", None)
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ.update(variables)


def run_page(path: Path) -> Page:
    """Run one page in a fresh folder."""
    page = Page(path)
    with own_folder():
        page.run()
    return page


def main() -> int:
    """Check pages, or write what was printed into them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true", help="put what was printed into the page")
    options = parser.parse_args()
    wrong = 0
    for path in [page.resolve() for page in options.pages] or pages():
        page = run_page(path)
        for trouble in page.troubles:
            sys.stdout.write(f"{trouble}\n\n")
        if options.write and page.troubles:
            page.write()
        wrong += bool(page.troubles)
        if page.ran or page.left_out:
            left = "".join(f"\n  not run: {line}" for line in page.left_out)
            sys.stdout.write(f"{path.relative_to(ROOT)}: {page.ran} blocks run{left}\n")
    return 1 if wrong and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
