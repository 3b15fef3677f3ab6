"""Build the table of named systems, src/costlaw/literature/data/systems.csv.

Usage: python scripts/build_systems.py DATA_FOLDER

Epoch AI's notable models and its wider table (CC BY 4.0), each row with its own paper; plus the
systems that the article names, with what their papers state. Rows without compute and without
parameters are left out: no answer could use them. Deterministic; prints a digest.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "src" / "costlaw" / "literature" / "data"
Row = dict[str, Any]
COLUMNS = ["system", "organization", "date", "domain", "parameters", "training_compute_flop",
           "examples", "labelled_examples", "epochs", "duration_hours", "chip", "chip_count",
           "utilization", "cost_2023_usd", "power_w", "confidence", "aliases", "title", "url",
           "source", "note"]  # fmt: skip
# compute that includes a base model while chips and time are those of the fine-tuning
FINE_TUNED = {
    "LLaVA",
    "LLaVA 1.5",
    "FinGPT-13B",
    "U-PaLM (540B)",
    "Flan-PaLM 540B",
    "Minerva (540B)",
    "OpenVLA",
    "nekomata-14b",
    "SPHINX (Llama 2 13B)",
    "StyleGAN",
}
FINE_TUNED_NOTE = (
    "compute includes the base model; chips and time are those of the fine-tuning alone"
)
# systems that the article names: what their papers say where it differs from the table
ARTICLE: dict[str, Row] = {
    "Perceptron Mark I": {
        "aliases": "Perceptron|Perceptron 1958",
        "note": "the machine of 1958 that the article opens with",
    },
    "AlexNet": {
        "chip_count": "2",
        "labelled_examples": "1200000",
        "examples": "1200000",
        "note": "2 GTX 580 for five to six days (Krizhevsky et al. 2012)",
    },
    "NASNet-A": {
        "chip": "NVIDIA Tesla P100",
        "chip_count": "500",
        "duration_hours": "96",
        "labelled_examples": "1280000",
        "note": "500 GPUs for 4 days are the architecture search on CIFAR-10 (Zoph et al. "
        "2018, section 4), not a training on ImageNet",
    },
    "Noisy Student (L2)": {
        "aliases": "Noisy Student|NoisyStudent",
        "chip_count": "1024",
        "labelled_examples": "1200000",
        "examples": "81000000",
        "note": "480 million parameters; 1.2 million labelled images; the "
        "unlabelled images (81 million after filtering 300 million) are left "
        "out of the article's count; 2,048 TPU v3 cores for 6 days",
    },
    "AlphaGo Zero": {"aliases": "AlphaGo Zero 20 block"},
    "AlphaGo Lee": {"aliases": "AlphaGo"},
    "GPT-3 175B (davinci)": {"aliases": "GPT-3|GPT3"},
}
RENAME = {"model": "system", "organization": "organization", "publication_date": "date",
          "domain": "domain", "parameters": "parameters",
          "training_compute_flop": "training_compute_flop", "epochs": "epochs",
          "training_time_hours": "duration_hours", "training_hardware": "chip",
          "hardware_quantity": "chip_count", "hardware_utilization_mfu": "utilization",
          "training_compute_cost_2023_usd": "cost_2023_usd", "training_power_draw_w": "power_w",
          "confidence": "confidence", "reference": "title", "link": "url"}  # fmt: skip
NUMBERS = {"parameters", "training_compute_flop", "examples", "epochs", "duration_hours",
           "chip_count", "utilization", "cost_2023_usd", "power_w"}  # fmt: skip


def read(path: Path) -> list[Row]:
    """Return the rows of a raw table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> str:
    """Return a cell as a positive number, empty where it holds none."""
    try:
        value = float(text)
    except ValueError:
        return ""
    return f"{value:.6g}" if value > 0 else ""


def make(raw: Row, source: str, size_column: str) -> Row:
    """Return a raw row in our schema."""
    row = dict.fromkeys(COLUMNS, "")
    for theirs, ours in RENAME.items():
        row[ours] = " ".join((raw.get(theirs) or "").split())
    row["examples"] = raw.get(size_column) or ""
    for column in NUMBERS:
        row[column] = number(row[column])
    row["organization"] = row["organization"][:80]
    row["title"] = row["title"][:160] or row["system"]
    row["url"] = row["url"].split()[0].split(",")[0] if row["url"] else ""
    row["source"] = source
    if row["system"] in FINE_TUNED:
        row["note"] = FINE_TUNED_NOTE
    if row["system"] in ARTICLE:
        row |= ARTICLE[row["system"]]
    return row


def main(folder: Path) -> None:
    """Build the table; print counts and a digest."""
    tables = [
        ("epoch/notable_ai_models_2026-07.csv", "epoch-models", "training_dataset_size_total"),
        ("epoch/all_ml_systems_2025-06.csv", "epoch-systems", "training_dataset_size_datapoints"),
    ]
    found: dict[str, Row] = {}
    for name, source, size_column in tables:
        for raw in read(folder / name):
            row = make(raw, source, size_column)
            key = re.sub(r"[^a-z0-9]+", "", row["system"].casefold())
            usable = row["training_compute_flop"] or row["parameters"]
            if key and usable and row["date"] and row["url"] and key not in found:
                found[key] = row
    missing = set(ARTICLE) - {row["system"] for row in found.values()}
    if missing:
        sys.exit(f"systems of the article that the tables lack: {sorted(missing)}")
    rows = sorted(found.values(), key=lambda row: (row["date"], row["system"]))
    path = OUT / "systems.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    counts = {
        column: sum(bool(row[column]) for row in rows)
        for column in ("training_compute_flop", "parameters", "chip", "cost_2023_usd")
    }
    print(f"{len(rows)} systems, {counts}")
    print(f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
