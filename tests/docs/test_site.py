"""The site builds without a warning, holds every page, and asks no other host for anything."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mkdocs")
pytest.importorskip("material")
pytest.importorskip("mkdocstrings")

ROOT = Path(__file__).parents[2]
LOADS = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=[\"'](https?:)?//[^\"']+"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


def test_every_page_is_built_and_linked(site):
    for path in sorted((ROOT / "docs").rglob("*.md")):
        page = path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert (site / page).exists(), page
        assert page.rpartition("/")[2] in (site / "index.html").read_text(), f"{page} is not linked"


def test_nothing_is_loaded_from_another_host(site):
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found = [match[0] for match in LOADS.finditer(text) if 'rel="canonical"' not in match[0]]
        assert not found, f"{path.name}: {found[:3]}"
    for path in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", path.read_text(encoding="utf-8")), path


def test_the_reference_holds_every_public_name_and_every_command(site):
    import costlaw
    from costlaw.cli import COMMANDS

    python = (site / "reference" / "python.html").read_text()
    for name in costlaw.__all__:
        if name != "__version__":
            assert re.search(rf'id="costlaw[\w.]*\.{name}"', python), name
    commands = (site / "reference" / "command-line.html").read_text()
    for name in COMMANDS:
        assert f"costlaw {name}" in commands
