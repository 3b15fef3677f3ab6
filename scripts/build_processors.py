"""Build the table of rated processor powers that the meter falls back on.

    python scripts/build_processors.py RAW_FOLDER

Reads ``carbon/green_algorithms_tdp_cpu.csv`` (Green Algorithms v3, CC BY 4.0) and writes
``src/costlaw/metering/data/processors.csv``. Rows without a power, a core count or a source are
left out; so is the row "Any", which names no processor.
"""

from __future__ import annotations

import csv
import hashlib
import statistics
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src" / "costlaw" / "metering" / "data" / "processors.csv"
COLUMNS = ("name", "rated_power_w", "cores", "source", "source_url", "licence")
SOURCE = "Green Algorithms v3 (Lannelongue, Grealey, Inouye 2021), TDP_cpu"
SERVERS = ("EPYC", "Xeon", "AMD 7")


def build(raw: Path) -> list[dict[str, str]]:
    rows = []
    with (raw / "carbon" / "green_algorithms_tdp_cpu.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not (row["tdp"] and row["n_cores"] and row["source"].startswith("http")):
                continue
            name = row["model"].strip().replace("Rasberry", "Raspberry")
            if name == "AMD 7552":
                name = "AMD EPYC 7552"
            values = (name, f"{float(row['tdp']):g}", f"{float(row['n_cores']):g}", SOURCE,
                      row["source"].strip(), "CC-BY-4.0")  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return sorted(rows, key=lambda row: row["name"])


def main() -> None:
    rows = build(Path(sys.argv[1]))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    per_core = [
        float(row["rated_power_w"]) / float(row["cores"])
        for row in rows
        if any(word in row["name"] for word in SERVERS)
    ]
    digest = hashlib.sha256(TARGET.read_bytes()).hexdigest()[:16]
    print(f"{len(rows)} processors, {len(per_core)} of servers,")
    print(f"median {statistics.median(per_core):.2f} W/core, sha256 {digest}")
    print("quartiles", [round(q, 2) for q in statistics.quantiles(per_core, n=4)])


if __name__ == "__main__":
    main()
