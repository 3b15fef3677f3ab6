"""Build the published results of src/costlaw/literature/data from raw public data.

Usage: python scripts/build_corpus.py DATA_FOLDER

One row = one network of one paper on one benchmark in one collection; its training phases are in
a long table beside it. Three collections: ``homepage`` (the 101 points of the authors' first home
page), ``authors-2021`` (the table behind it) and ``authors-2022`` (their second data set). Values
are kept as stated; what we derive has columns of its own. Deterministic; prints a digest.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import corpus_collections
import corpus_corrections
from costlaw.compute import COCO_2022, Device, Phase
from costlaw.exceptions import DataError

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "src" / "costlaw" / "literature" / "data"
Row = dict[str, Any]
GIGA = 1e9
BENCHMARKS_2022 = {
    "imagenet": ("imagenet", "(TOP 1 score)", ""),
    "coco": ("coco", "(BOX AP)", ""),
    "squad": ("squad_1_1", "(EM score)", "(F1 score)"),
    "conll": ("conll_2003", "(F1 score)", ""),
    "wmt14-en-de": ("wmt14_en_de", "(BLEU)", "(SACREBLEU)"),
    "wmt14-en-fr": ("wmt14_en_fr", "(BLEU)", "(SACREBLEU)"),
}
# titles that the source leaves out, by address or network
TITLES = {
    "https://github.com/albanie/convnetburden": "convnet-burden: memory and operations of networks",
    "Collobert et al": "Natural Language Processing (Almost) from Scratch",
    "GraphIE (GCN+BiLSTM)": "GraphIE: A Graph-Based Framework for Information Extraction",
}
METRIC = {"imagenet": "top-1 accuracy", "coco": "box AP", "squad": "exact match", "conll": "F1",
          "wmt14-en-de": "BLEU", "wmt14-en-fr": "BLEU"}  # fmt: skip
NAMES_2021 = {"imagenet": "imagenet", "ms_coco": "coco", "squad_1_1": "squad", "conll2003": "conll",
              "wmt2014_en_de": "wmt14-en-de", "wmt2014_en_fr": "wmt14-en-fr"}  # fmt: skip
SOURCES: list[Row] = [
    {"source": "homepage", "title": "Computer Progress, points of the first home page",
     "year": 2021, "url": "https://github.com/Computer-Progress/computerprogress.com",
     "licence": "facts cited; rows CC-BY-4.0", "obtained": "read"},
    {"source": "authors-2021", "title": "Computer Progress, benchmark tables", "year": 2021,
     "url": "https://github.com/Computer-Progress/api", "licence": "facts cited; rows CC-BY-4.0",
     "obtained": "read"},
    {"source": "authors-2022", "title": "The Computational Limits of Deep Learning, 2022 data",
     "year": 2022, "url": "https://github.com/MIT-FutureTech/TheComputationalLimitsOfDeepLearning",
     "licence": "facts cited; rows CC-BY-4.0", "obtained": "read"},
    {"source": "epoch-models", "title": "Epoch AI, Data on AI Models: notable models", "year": 2026,
     "url": "https://epoch.ai/data/ai-models", "licence": "CC-BY-4.0", "obtained": "read"},
    {"source": "epoch-systems", "title": "Epoch AI, Data on AI Models: all systems", "year": 2025,
     "url": "https://epoch.ai/data/ai-models", "licence": "CC-BY-4.0", "obtained": "read"},
]  # fmt: skip
COLUMNS = [
    "result", "collection", "benchmark", "network", "title", "url", "year", "metric", "score",
    "error", "also", "parameters", "flop_per_pass", "network_operations_flop",
    "hardware_burden_flop", "consolidated_flop", "consolidated_how", "derived_operations_flop",
    "derived_burden_flop", "paper", "lineage", "same_as", "source", "locator", "note",
    "how", "use",
]  # fmt: skip
PHASE_COLUMNS = ["result", "phase", "device", "count", "peak_flop_per_s", "duration_s", "epochs",
                 "examples", "dataset", "duration_text"]  # fmt: skip


def read(path: Path) -> list[Row]:
    """Return the rows of a raw table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str | None) -> float | None:
    """Return a positive number, None where the cell holds none."""
    try:
        value = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return value if value > 0 else None


def show(value: float | None) -> str:
    """Return a number with at most 10 significant digits, empty for None."""
    return "" if value is None else f"{value:.10g}"


def slug(title: str) -> str:
    """Return the key of a paper: its title in lower-case words."""
    words = re.sub(r"[^a-z0-9]+", "-", title.casefold().replace("\u2019", "")).strip("-")
    return words[:70].rstrip("-")


class Lineages:
    """Which results are not independent: one laboratory, or one burden listed again."""

    def __init__(self, path: Path) -> None:
        self.starts = [(row["title_starts"], row["lineage"]) for row in read(path)]

    def of(self, title: str) -> str:
        """Return the laboratory of a paper, or the paper itself where it is not known."""
        for start, lineage in self.starts:
            if title.casefold().startswith(start.casefold()):
                return lineage
        return slug(title)

    @staticmethod
    def join_reused_burdens(rows: list[Row]) -> None:
        """Give rows that list the same burden in one benchmark the lineage of the first."""
        first: dict[tuple[str, str, str], str] = {}
        for row in rows:
            if row["hardware_burden_flop"] and row["collection"] != "authors-2022":
                key = (row["collection"], row["benchmark"], row["hardware_burden_flop"])
                row["lineage"] = first.setdefault(key, row["lineage"])


def phases_2022(row: Row) -> list[tuple[Phase, str, str]]:
    """Return (phase, dataset, time as written) of a row of the 2022 data."""
    found = []
    for name in ("pretraining", "training", "finetuning"):
        devices = []
        for kind in ("gpu", "tpu", "cpu"):
            model = (row.get(f"{name}_{kind}_model") or "").strip()
            peak = number(row.get(f"{name}_{kind}_ptp_gflops"))
            if model and number(model) is None:
                devices.append(
                    Device(
                        name=model,
                        count=number(row.get(f"{name}_{kind}_amount")),
                        peak_flop_per_s=peak * GIGA if peak else None,
                    )
                )
        phase = Phase(
            name=name,
            devices=tuple(devices),
            duration_s=number(row.get(f"{name}_time_total_sec")),
            epochs=number(row.get(f"{name}_epochs")),
            examples=number(row.get(f"{name}_set_size")),
        )
        if devices or phase.duration_s or phase.epochs:
            dataset = (row.get(f"{name}_dataset") or "").strip()
            found.append((phase, dataset, (row.get(f"{name}_time_total") or "").strip()))
    return found


def phases_2021(row: Row) -> list[tuple[Phase, str, str]]:
    """Return the one phase of a row of the 2021 tables; its rate is that of all chips."""
    names = [(row[kind].strip(), number(row[f"n_{kind}"])) for kind in ("gpu", "tpu", "cpu")]
    used = [(name, count) for name, count in names if name]
    rate = number(row["hw_gflops"])
    devices = tuple(
        Device(
            name=name,
            count=count,
            peak_flop_per_s=rate * GIGA / count if rate and count and len(used) == 1 else None,
        )
        for name, count in used
    )
    phase = Phase(
        name="training",
        devices=devices,
        duration_s=number(row["training_time_s"]),
        epochs=number(row["epochs"]),
        examples=number(row["training_points"]),
    )
    if not (devices or phase.duration_s or phase.epochs):
        return []
    return [(phase, "", row["training_time_text"].strip())]


def derived(phases: list[tuple[Phase, str, str]], per_pass: float | None) -> tuple[str, str]:
    """Return what follows from the phases: (operations, burden) [FLOP], empty where neither."""
    operations = burden = 0.0
    for phase, _, _ in phases:
        try:
            operations += phase.operations(per_pass) or 0.0
            burden += phase.burden() or 0.0
        except DataError as error:
            sys.exit(f"impossible phase: {error}")
    return show(operations or None), show(burden or None)


def make_row(given: Row, lineages: Lineages) -> Row:
    """Return a row with every column, error and group keys filled in."""
    row = dict.fromkeys(COLUMNS, "") | given
    row["error"] = show(1.0 - given["score"] / 100.0)
    row["score"] = show(given["score"])
    row["title"] = row["title"] or TITLES.get(row["url"]) or TITLES[row["network"]]
    row["paper"] = given.get("paper") or slug(row["title"])
    row["lineage"] = given.get("lineage") or lineages.of(row["title"])
    return row


def uses(row: Row) -> str:
    """Return what a row of the authors may be used for."""
    law = row["network_operations_flop"] or row["hardware_burden_flop"]
    found = ["training-compute law"] if law else []
    found += ["operations per pass"] if row["flop_per_pass"] else []
    return "; ".join([*found, "trend over time"])


def results_2022(folder: Path, lineages: Lineages) -> tuple[list[Row], list[Row]]:
    """Return results and phases of the authors' second data set."""
    rows: list[Row] = []
    phases: list[Row] = []
    for benchmark, (name, column, other) in BENCHMARKS_2022.items():
        for line, raw in enumerate(read(folder / f"limits_v2/{name}.csv"), start=1):
            score, second = number(raw[column]), number(raw.get(other))
            if score is None and second is None:
                continue
            key = f"v2/{benchmark}/{line:03d}"
            vision = benchmark in {"imagenet", "coco"}
            flop, adds = number(raw.get("flops")), number(raw.get("multiadds"))
            per_pass = (flop or (2.0 * adds if adds else None)) if vision else None
            parts = phases_2022(raw)
            operations, burden = derived(parts, per_pass)
            also = f"{other.strip('()')}={second:g}" if second else ""
            title = " ".join(raw["title"].split())
            rows.append(make_row(
                {"result": key, "collection": "authors-2022", "benchmark": benchmark,
                 "network": " ".join(raw["name"].split()), "title": title,
                 "url": raw["paper_link"].strip(), "year": raw["year"], "score": score or second,
                 "metric": METRIC[benchmark] if score else other.strip("()"), "also": also,
                 "parameters": show(number(raw.get("parameters"))),
                 "flop_per_pass": show(per_pass),
                 "network_operations_flop": show(number(raw.get("network_operations"))),
                 "hardware_burden_flop": show(number(raw["hardware_burden"])),
                 "derived_operations_flop": operations, "derived_burden_flop": burden,
                 "source": "authors-2022", "locator": f"data/{name}, row {line}",
                 "note": " ".join((raw.get("comments") or "").split())[:300]}, lineages)
            )  # fmt: skip
            phases += phase_rows(key, parts)
    return rows, phases


def phase_rows(key: str, parts: list[tuple[Phase, str, str]]) -> list[Row]:
    """Return long-format rows: one per phase and kind of chip."""
    rows: list[Row] = []
    for phase, dataset, text in parts:
        for device in phase.devices or (Device(name=""),):
            rows.append(
                {"result": key, "phase": phase.name, "device": device.name,
                 "count": show(device.count), "peak_flop_per_s": show(device.peak_flop_per_s),
                 "duration_s": show(phase.duration_s), "epochs": show(phase.epochs),
                 "examples": show(phase.examples), "dataset": dataset, "duration_text": text}
            )  # fmt: skip
    return rows


def score_2021(raw: Row, benchmark: str) -> tuple[float | None, str, str]:
    """Return (score, metric, other scores) of a row of the 2021 tables."""
    if benchmark == "imagenet":
        error = number(raw["top1_error_pct"])
        return (100.0 - error if error else None), "top-1 accuracy", ""
    if benchmark == "coco":
        return number(raw["box_ap"]), "box AP", ""
    if benchmark in {"squad", "conll"}:
        match = number(raw["em"])
        return number(raw["f1"]), "F1", f"EM={match:g}" if match else ""
    plain, sacre = number(raw["bleu"]), number(raw["sacrebleu"])
    return plain or sacre, "BLEU" if plain else "SACREBLEU", ""


def results_2021(folder: Path, lineages: Lineages) -> tuple[list[Row], list[Row]]:
    """Return results and phases of the authors' first data set."""
    rows: list[Row] = []
    phases: list[Row] = []
    for raw in read(folder / "computerprogress/benchmarks_seeder.csv"):
        benchmark = NAMES_2021[raw["benchmark"]]
        score, metric, also = score_2021(raw, benchmark)
        if score is None:
            continue
        key = f"v1/{benchmark}/{int(raw['row_in_source']):03d}"
        stated, adds = number(raw["flops_stated"]), number(raw["multiadds_stated"])
        total = stated if stated and stated > 1e15 else None  # three WMT rows: whole training
        per_pass = None if total else stated or (2.0 * adds if adds else None)
        parts = phases_2021(raw)
        operations, burden = derived(parts, per_pass)
        gflop = number(raw["derived_hw_burden_gflop"])
        rows.append(make_row(
            {"result": key, "collection": "authors-2021", "benchmark": benchmark,
             "network": " ".join(raw["model"].split()), "title": " ".join(raw["title"].split()),
             "url": raw["url"].strip(), "year": raw["year"], "score": score, "metric": metric,
             "also": also, "parameters": show(number(raw["params"])),
             "flop_per_pass": show(per_pass), "network_operations_flop": show(total),
             "hardware_burden_flop": show(gflop * GIGA if gflop else None),
             "derived_operations_flop": operations, "derived_burden_flop": burden,
             "source": "authors-2021", "locator": f"{raw['benchmark']}, row {raw['row_in_source']}",
             "note": " ".join(raw["comments"].split())[:300]}, lineages)
        )  # fmt: skip
        phases += phase_rows(key, parts)
    return rows, phases


def homepage(folder: Path, table: list[Row], lineages: Lineages) -> list[Row]:
    """Return the 101 points of the first home page, with the paper each belongs to."""
    by_name: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in table:
        by_name[row["benchmark"], row["network"]].append(row)
    rows: list[Row] = []
    for line, raw in enumerate(read(folder / "computerprogress/homepage_points.csv"), start=1):
        benchmark = NAMES_2021[raw["benchmark"]]
        index = int(raw["source_index"])
        found = by_name[benchmark, " ".join(raw["model"].split())]
        if not found:
            sys.exit(f"home page point without a paper: {raw}")
        offsets = [index + 1, index, index - 31]
        match = min(found, key=lambda row: min(abs(int(row["locator"].split()[-1]) - offset)
                                               for offset in offsets))  # fmt: skip
        rows.append(make_row(
            match | {"result": f"home/{benchmark}/{index:03d}", "collection": "homepage",
                     "paper": "", "lineage": "",
                     "score": 100.0 * float(raw["accuracy"]), "year": raw["year"],
                     "metric": "F1" if benchmark == "squad" else METRIC[benchmark], "also": "",
                     "hardware_burden_flop": show(float(raw["hardware_burden_gflop"]) * GIGA),
                     "network_operations_flop": "", "flop_per_pass": "",
                     "derived_operations_flop": "", "derived_burden_flop": "",
                     "source": "homepage", "note": f"row {match['result']} of the tables",
                     "locator": f"{raw['benchmark']}, point {line}"}, lineages)
        )  # fmt: skip
    return rows


def reconcile(rows: list[Row]) -> None:
    """Mark results of the 2021 tables that the 2022 data hold too, and re-listed ones.

    The same result has the same benchmark and paper and a score within 0.11 points. The
    convnet-burden page re-lists networks of other papers under its own date.
    """
    later: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["collection"] == "authors-2022":
            later[row["benchmark"]].append(row)
    for row in rows:
        if row["collection"] != "authors-2021":
            continue
        if row["url"] == "https://github.com/albanie/convnetburden":
            row["same_as"] = "re-listing"
        for other in later[row["benchmark"]]:
            score = score_in(other, row["metric"])
            near = score is not None and abs(score - float(row["score"])) <= 0.11
            if near and same_paper(row["paper"], other["paper"]):
                row["same_as"] = other["result"]
                break


def score_in(row: Row, metric: str) -> float | None:
    """Return a row's score in a metric, None where it does not state it."""
    if row["metric"] == metric:
        return float(row["score"])
    match = re.search(rf"{metric}[^=]*=([\d.]+)", row["also"])
    return float(match[1]) if match else None


def same_paper(left: str, right: str) -> bool:
    """Return whether two titles are spellings of one."""
    alike = difflib.SequenceMatcher(None, left, right).ratio() > 0.85
    return left[:35] == right[:35] or alike


def consolidate(rows: list[Row]) -> None:
    """Fill the consolidated burden of the 2022 data as its authors did: stated, else predicted.

    ImageNet's line is fitted here to the rows that state both measures; COCO's notebook carries
    the coefficients of an older fit.
    """
    import numpy as np

    both = [row for row in rows if row["benchmark"] == "imagenet" and row["hardware_burden_flop"]
            and row["network_operations_flop"] and row["collection"] == "authors-2022"]  # fmt: skip
    logs = np.log10([[float(row["network_operations_flop"]), float(row["hardware_burden_flop"])]
                     for row in both])  # fmt: skip
    slope, intercept = np.polyfit(logs[:, 0], logs[:, 1], 1)
    lines = {"imagenet": (float(intercept), float(slope)),
             "coco": (COCO_2022.intercept, COCO_2022.slope)}  # fmt: skip
    for row in rows:
        if row["collection"] != "authors-2022" or row["benchmark"] not in lines:
            continue
        if row["hardware_burden_flop"]:
            row["consolidated_flop"], row["consolidated_how"] = (
                row["hardware_burden_flop"],
                "stated",
            )
        elif row["network_operations_flop"]:
            start, rise = lines[row["benchmark"]]
            value = 10.0 ** (start + rise * np.log10(float(row["network_operations_flop"])))
            row["consolidated_flop"] = f"{value:.12g}"
            row["consolidated_how"] = f"predicted: {start:.4f} + {rise:.4f} log10 operations"


def write(name: str, rows: list[Row], columns: list[str]) -> bytes:
    """Write one table and return its bytes."""
    path = OUT / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path.read_bytes()


def main(folder: Path) -> None:
    """Build every table; print counts and one digest."""
    lineages = Lineages(ROOT / "scripts" / "lineages.csv")
    second, second_phases = results_2022(folder, lineages)
    first, first_phases = results_2021(folder, lineages)
    rows = homepage(folder, first, lineages) + first + second
    Lineages.join_reused_burdens(rows)
    reconcile(rows)
    consolidate(rows)
    fixes = corpus_corrections.corrections(folder, rows)
    for row in rows:
        row["how"], row["use"] = "as its source states it", uses(row)
    zoo = [make_row(row, lineages) for row in corpus_collections.collections(folder)]
    SOURCES.extend(corpus_collections.SOURCES)
    digest = hashlib.sha256()
    digest.update(write("results.csv", rows, COLUMNS))
    digest.update(write("collections.csv", zoo, COLUMNS))
    digest.update(write("phases.csv", first_phases + second_phases, PHASE_COLUMNS))
    digest.update(write("corrections.csv", fixes, corpus_corrections.COLUMNS))
    digest.update(write("sources.csv", SOURCES, list(SOURCES[0])))
    for collection in ("homepage", "authors-2021", "authors-2022"):
        print(collection, sum(row["collection"] == collection for row in rows))
    for name in sorted({row["collection"] for row in zoo}):
        print(name, sum(row["collection"] == name for row in zoo))
    distinct = sum(row["collection"] != "homepage" and not row["same_as"] for row in rows)
    print(f"{distinct} distinct results, {len(fixes)} corrections")
    print(f"{len(first_phases) + len(second_phases)} phases\nsha256 {digest.hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
