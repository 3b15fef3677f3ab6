"""Published costs of named systems, derived from first principles.

Each row of ``cards/data/recipes.csv`` is one figure in print with the factors it follows from.
Tolerance: 1 % of the published value, or half a unit of its last printed digit where that is more;
"more than" is a bound; "decade" a power of ten that its source rounds down. The rows that miss are
strict expected failures and stand in docs/reproductions.md with their reasons.
"""

from pathlib import Path

import pytest

from costlaw.cards import published_figures

FIGURES = published_figures()
MISSES = [item for item in FIGURES if item.expected == "misses"]
PAGE = Path(__file__).parents[2] / "docs" / "reproductions.md"


def parameters():
    for item in FIGURES:
        reason = pytest.mark.xfail(reason=item.note, strict=True)
        yield pytest.param(item, id=item.recipe, marks=[reason] if item in MISSES else [])


@pytest.mark.parametrize("item", list(parameters()))
def test_the_published_figure_follows_from_its_factors(item):
    assert item.agrees, f"{item.derived:.6g} against {item.published:.6g} {item.unit}"


def test_the_table_holds_the_golden_systems():
    systems = {item.system for item in FIGURES}
    assert systems >= {
        "AlexNet", "NASNet-A", "AlphaGo Zero", "AlphaStar", "Noisy Student (L2)",
        "GPT-3 175B (davinci)", "T5-11B", "GShard", "Switch", "XLM",
        "Evolved Transformer (search)", "BERT-Base", "10^28 FLOP",
    }  # fmt: skip
    assert len(FIGURES) - len(MISSES) >= 60


@pytest.mark.parametrize("item", MISSES, ids=lambda item: item.recipe)
def test_every_miss_stands_in_the_docs(item):
    page = PAGE.read_text(encoding="utf-8")
    assert f"`{item.recipe}`" in page
    assert item.note.split(":")[0].split(";")[0] in page
