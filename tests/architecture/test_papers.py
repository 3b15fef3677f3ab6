"""The papers that go with the house: attributions, citation, changelog, README."""

import re
import subprocess
import sys
from pathlib import Path

import costlaw

ROOT = Path(__file__).parents[2]


def test_the_page_of_attributions_is_up_to_date():
    done = subprocess.run(
        [sys.executable, "scripts/build_attributions.py", "--check"], cwd=ROOT, check=False
    )
    assert done.returncode == 0, "run: python scripts/build_attributions.py"


def test_one_version_everywhere():
    assert f"version: {costlaw.__version__}" in (ROOT / "CITATION.cff").read_text()
    assert f"[{costlaw.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_shows_what_the_command_prints():
    shown = re.search(r"```text\n(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-m", "costlaw", "forecast", "imagenet", "--error", "5%"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert shown and shown[1].strip() == done.stdout.strip()


def test_every_file_that_the_papers_point_to_exists():
    for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text()
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{name}: {target}"


def test_no_file_holds_the_marks_of_a_merge():
    tracked = subprocess.run(
        ["git", "grep", "-lE", "^(<{7}|>{7}) "], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert tracked.stdout == ""
