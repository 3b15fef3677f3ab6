"""Write docs/attributions.md out of the source tables of every room.

Usage: python scripts/build_attributions.py [--check]

One line a source: title, year, address, licence, and which table uses it. With --check nothing is
written; the exit code says whether the page is up to date.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "attributions.md"
HEAD = """# Attributions

The code is Apache-2.0. The tables are our own schema; facts in them come from the sources below,
each row naming its own. The corpus of published results is offered under CC BY 4.0. Data that ask
for attribution are attributed here. This page is written by `scripts/build_attributions.py`.
"""


def sections() -> str:
    text = HEAD
    for table in sorted(ROOT.glob("src/costlaw/*/data/sources.csv")):
        text += f"\n## {table.parent.parent.name}\n\n| source | year | licence | obtained |\n"
        text += "|---|---|---|---|\n"
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                title = row["title"].replace("|", "/")
                linked = f"[{title}]({row['url']})" if row.get("url") else title
                licence = row.get("licence") or "facts cited"
                text += (
                    f"| {linked} | {row['year']} | {licence} | {row.get('obtained', 'read')} |\n"
                )
    return text


def main() -> None:
    text = sections()
    if "--check" in sys.argv[1:]:
        sys.exit(0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text else 1)
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
