"""Results in a notebook: card and figure, names as text, and no figure without the extra."""

import subprocess
import sys

import pytest

import costlaw
from costlaw.runs import Runs
from costlaw.showing import Shown


def test_a_forecast_shows_its_card_and_its_figure():
    answer = costlaw.forecast("imagenet", "5%")
    page = answer._repr_html_()
    assert "what an error of 5.0 % takes" in page and "<svg" in page
    assert "argue about" in page.partition("<svg")[0]


def test_a_cost_has_a_card_and_no_figure():
    page = costlaw.forecast("imagenet", "5%").cost._repr_html_()
    assert "USD" in page or "$" in page
    assert "<svg" not in page


def test_a_name_out_of_a_file_stays_text():
    rows = [
        {"name": f"<script>alert({i})</script>", "error": e, "compute_flop": 10.0 ** (16 + i)}
        for i, e in enumerate([0.4, 0.31, 0.24, 0.19, 0.15])
    ]
    page = costlaw.fit(Runs.from_records(rows))._repr_html_()
    assert "<script" not in page and "<svg" in page


def test_without_the_extra_the_card_is_still_shown(monkeypatch):
    answer = costlaw.forecast("imagenet", "5%")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    page = answer._repr_html_()
    assert "<pre" in page and "<svg" not in page


def test_a_result_of_ones_own_shows_its_words_as_text():
    class Own(Shown):
        def __str__(self):
            return "own <b>"

    assert "own &lt;b&gt;" in Own()._repr_html_()


def test_the_formatter_of_jupyter_takes_it():
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(costlaw.forecast("imagenet", "5%"))
    assert "<svg" in data["text/html"] and data["text/plain"].startswith("Forecast:")


@pytest.mark.slow
def test_marimo_exports_a_page_with_the_figure(tmp_path):
    pytest.importorskip("marimo")
    (tmp_path / "book.py").write_text(
        "import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n    import costlaw\n"
        "    costlaw.forecast('imagenet', '5%')\n    return\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "export", "html", "book.py", "-o", "book.html"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "book.html").read_text()
    assert "argue about" in page and "graphics-symbol" in page
