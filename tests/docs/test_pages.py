"""Every code block of every page runs, and prints what the page shows."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNNER = runpy.run_path(str(ROOT / "scripts" / "pages.py"), run_name="pages")
PAGES = [path for path in RUNNER["pages"]() if RUNNER["blocks_of"](path.read_text())]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_page_print_what_it_shows(path):
    page = RUNNER["run_page"](path)
    assert not page.troubles, "\n\n".join(map(str, page.troubles))


def run_text(tmp_path, monkeypatch, text):
    path = tmp_path / "page.md"
    path.write_text(text)
    monkeypatch.setitem(RUNNER["Page"].where.__globals__, "ROOT", tmp_path)
    return RUNNER["run_page"](path)


def test_a_wrong_output_is_seen_and_can_be_put_right(tmp_path, monkeypatch):
    text = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n\n```console\n$ echo a\nb\n```\n"
    page = run_text(tmp_path, monkeypatch, text)
    assert [trouble.got.strip() for trouble in page.troubles] == ["2", "a"]
    page.write()
    right = page.path.read_text()
    assert "```text\n2\n```" in right
    assert "$ echo a\na\n" in right
    assert not run_text(tmp_path, monkeypatch, right).troubles


def test_what_is_printed_but_not_shown_is_trouble_and_an_exit_code_is_held(tmp_path, monkeypatch):
    assert run_text(tmp_path, monkeypatch, "```python\nprint(5)\n```\n").troubles
    assert run_text(tmp_path, monkeypatch, "```console\n$ exit 3\n```\n").troubles
    fine = "<!-- leaves with 3 -->\n```console\n$ exit 3\n```\n"
    assert not run_text(tmp_path, monkeypatch, fine).troubles


def test_a_file_named_by_its_title_is_there_for_the_next_block(tmp_path, monkeypatch):
    text = '```csv title="a.csv"\nx\n1\n```\n\n```console\n$ cat a.csv\nx\n...\n```\n'
    page = run_text(tmp_path, monkeypatch, text)
    assert not page.troubles
    assert page.ran == 1


def test_a_block_is_left_out_only_with_a_reason(tmp_path, monkeypatch):
    text = "<!-- not run: needs a cluster -->\n```console\n$ false\n```\n"
    page = run_text(tmp_path, monkeypatch, text)
    assert page.ran == 0
    assert "needs a cluster" in page.left_out[0]


def test_the_page_of_misses_is_made_of_the_strict_expected_failures():
    done = subprocess.run(
        [sys.executable, "scripts/build_misses.py", "--check"], cwd=ROOT, check=False, timeout=120,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, "run: python scripts/build_misses.py"
    assert (ROOT / "docs" / "misses.md").read_text().count("\n| ") >= 5
