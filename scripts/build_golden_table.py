"""Write docs/golden.md: every published cost, what its factors give, and our own estimate.

Usage: python scripts/build_golden_table.py [--check]

With --check nothing is written; the exit code says whether the page is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from costlaw.cards import own_estimate, published_figures
from costlaw.units import format_number

PAGE = Path(__file__).resolve().parent.parent / "docs" / "golden.md"
HEAD = """# Golden figures

Published costs of named systems (`costlaw.cards.published_figures()`): the figure in print, what
multiplying its own factors gives, and whether they agree (1 %, or half a unit of the last printed
digit; "more than" is a bound, "decade" a power of ten rounded down). The last two columns are ours:
the same chips and hours at the rent of their date, power and grid as `costlaw.costs` knows them,
with their 90 % interval (`costlaw.cards.own_estimate`). An empty cell is a figure that is no cost.
Ours differ where prices do: Strubell et al.'s pre-emptible rents are lower than any on-demand rent,
and the rents of a board of four chips that some count as those of one chip are four times too high.
Written by `scripts/build_golden_table.py`.

| recipe | system | published | its factors give | | ours | 90 % | how |
|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    text = HEAD
    for item in published_figures():
        sign = {"more-than": "> ", "decade": "decade of "}.get(item.relation, "")
        found = own_estimate(item)
        ours = ends = how = ""
        if found:
            low, high = found.value.interval(0.9)
            ours = format_number(found.value.value, 3)
            ends = f"{format_number(low)} to {format_number(high)}"
            how = found.how
        text += (
            f"| `{item.recipe}` | {item.system} | {sign}{format_number(item.published, 4)}"
            f" {item.unit} | {format_number(item.derived, 4)} | {'✓' if item.agrees else 'misses'}"
            f" | {ours} | {ends} | {how} |\n"
        )
    return text


def main() -> None:
    text = page()
    if "--check" in sys.argv[1:]:
        sys.exit(0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text else 1)
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"docs/golden.md: {len(text.splitlines())} lines\n")


if __name__ == "__main__":
    main()
