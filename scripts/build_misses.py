"""Write ``docs/misses.md``: every published value that is not reproduced, out of the strict xfails.

python scripts/build_misses.py          # write
python scripts/build_misses.py --check  # exit 1 if the page is not up to date
"""

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "misses.md"
HEAD = """# Every miss

Published values that costlaw does not reproduce. Each is a strict expected failure of the tests:
if it were reproduced one day, the tests would fail until it is taken off. This page is made out of
the tests by `python scripts/build_misses.py`; [reproductions](reproductions.md) says more.

| where | what | why |
|---|---|---|
"""


class Collector:
    """A pytest plugin that keeps the items marked as expected failures."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def pytest_collection_modifyitems(self, items):
        for item in items:
            for mark in item.iter_markers("xfail"):
                name = item.originalname.removeprefix("test_").replace("_", " ")
                case = f" ({item.callspec.id})" if hasattr(item, "callspec") else ""
                where = Path(item.nodeid.split("::")[0]).as_posix()
                self.rows.append((f"`{where}`", name + case, mark.kwargs.get("reason", "")))


def page() -> str:
    """Return the page."""
    found = subprocess.run(
        ["git", "grep", "-l", "mark.xfail", "--", "tests/*.py"], cwd=ROOT, capture_output=True,
        text=True, check=True,
    ).stdout.split()  # fmt: skip
    plugin = Collector()
    options = ["--collect-only", "-qq", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    with contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main([*options, *(str(ROOT / name) for name in found)], plugins=[plugin])
    if code != pytest.ExitCode.OK:
        raise SystemExit(f"the tests could not be collected ({code})")
    rows = sorted({tuple(" ".join(cell.split()).replace("|", "\\|") for cell in row)
                   for row in plugin.rows})  # fmt: skip
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> int:
    """Write or check the page."""
    made = page()
    if "--check" in sys.argv:
        return int(made != PAGE.read_text())
    PAGE.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
