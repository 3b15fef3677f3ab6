"""Corrections of the corpus: every known fault decided, one way or the other.

A correction is a row: result, field, stored value, corrected value, decision, reason, source. What
it moves is computed, not asserted: the exponent of the law through the same table before and after
that one correction (``moves``), or that no law reads the field. Used by ``build_corpus.py``.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

Row = dict[str, Any]
COLUMNS = ["correction", "result", "field", "stored", "corrected", "decision", "reason", "found_by",
           "source", "moves"]  # fmt: skip
NAMES = {"imagenet": "imagenet", "ms_coco": "coco", "squad_1_1": "squad", "conll2003": "conll",
         "wmt2014_en_de": "wmt14-en-de", "wmt2014_en_fr": "wmt14-en-fr"}  # fmt: skip
MEASURE_FIELDS = {"flop_per_pass", "network_operations_flop", "hardware_burden_flop", "error"}
MAXWELL, PASCAL = 6.691e12, 1.09742e13  # peak FP32 of the two Titan X [FLOP/s], hardware table
# boards that the papers name: BERT Large "16 Cloud TPUs (64 TPU chips)", BERT Base "4 Cloud TPUs
# (16 TPU chips)" (Devlin et al. 2019, appendix A.2); Evolved Transformer "16 TPU v2 chips" (So et
# al. 2019); MnasNet "64 TPUv2 devices" for the search (Tan et al. 2019, section 5)
BOARDS = {"BERT (ensemble)": 16, "BERT (single)": 16, "BERT Large": 16, "BERT Base": 4,
          "Evolved Transformer Big": 4, "Evolved Transformer Base": 4}  # fmt: skip
# found while building: rows of the 2022 data and of the 2021 tables
OWN: list[tuple[str, str, str, str, str]] = [
    ("v2/imagenet/*", "NASNET-A(6)", "hardware_burden_flop", "",
     "the burden is 500 GPUs for 4 days of architecture search on CIFAR-10 (Zoph et al. 2018, "
     "section 4), not the training of this network on ImageNet"),
    ("v2/imagenet/*", "MnasNet-A3", "hardware_burden_flop", "",
     "the burden is 4.5 days of architecture search on 64 TPU v2 devices (Tan et al. 2019, "
     "section 5), not the training of this network"),
    ("v2/conll/*", "BLSTM-CNN-CRF", "hardware_burden_flop", "maxwell",
     "counted with the Titan X of August 2016, but the paper appeared in March 2016"),
    ("v2/coco/*", "MultiPath Network", "hardware_burden_flop", "maxwell",
     "counted with the Titan X of August 2016, but the paper appeared in April 2016"),
]  # fmt: skip


def read(path: Path) -> list[Row]:
    """Return the rows of a raw table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def decide(fault: Row, row: Row) -> list[tuple[str, str, str, str]]:
    """Return (field, corrected value, decision, reason) of one known fault."""
    field, network = fault["field"], row["network"]
    if field == "params":
        value = f"{2.0 * float(fault['as_stored']):.10g}"
        found = [("parameters", "", "accepted", "the number is the multiply-adds of the paper")]
        if not row["flop_per_pass"]:
            found.append(("flop_per_pass", value, "accepted", "2 x the multiply-adds stored "
                          "under parameters"))  # fmt: skip
        return found
    if field == "training_points":
        return [("phases.examples", "1281167", "accepted", "50,000 is the validation set")]
    if field == "multiadds_stated":
        return [("flop_per_pass", "", "accepted", "100 multiply-adds cannot be; units lost")]
    if field == "hw_gflops":
        return [decide_boards(fault, row)]
    if field == "training_time_s":
        return [decide_time(fault, row)]
    return [decide_burden(fault, row, network)]


def decide_boards(fault: Row, row: Row) -> tuple[str, str, str, str]:
    """Decide a rate of one TPU that stands for many."""
    if not row["hardware_burden_flop"]:
        return (
            "hardware_burden_flop",
            "",
            "accepted",
            "the rate is that of one board; no burden follows, for no time is stated",
        )
    stored = float(row["hardware_burden_flop"])
    if row["network"] in BOARDS:
        boards = BOARDS[row["network"]]
        return (
            "hardware_burden_flop",
            f"{stored * boards:.10g}",
            "accepted",
            f"{boards} boards of 4 chips were used; the rate is that of one board",
        )
    return (
        "hardware_burden_flop",
        "",
        "accepted",
        "the 64 TPU v2 devices ran the architecture search; no training time is stated",
    )


def decide_time(fault: Row, row: Row) -> tuple[str, str, str, str]:
    """Decide a training time."""
    stored = row["hardware_burden_flop"]
    text = fault["problem"]
    if not stored:
        return ("hardware_burden_flop", "", "rejected", "no burden follows from this time")
    if "range" in text:
        return (
            "hardware_burden_flop",
            stored,
            "rejected",
            "a midpoint of a stated range is kept: its ends lie within 0.18 dex",
        )
    if "throughput" in text:
        return (
            "hardware_burden_flop",
            "",
            "accepted",
            "no training time is stated; 46 years were computed from a throughput",
        )
    if "per-epoch" in text:
        return (
            "hardware_burden_flop",
            f"{float(stored) * 57600 / 18000:.10g}",
            "accepted",
            "24 minutes an epoch x 40 epochs = 16 h, as the authors' 2022 data state",
        )
    swapped = float(fault["suggested_value"]) / float(fault["as_stored"])
    return (
        "hardware_burden_flop",
        f"{float(stored) * swapped:.10g}",
        "accepted",
        "the seconds of the two ConvS2S rows were swapped",
    )


def decide_burden(fault: Row, row: Row, network: str) -> tuple[str, str, str, str]:
    """Decide which of two burdens of the same point holds."""
    stored = float(row["hardware_burden_flop"])
    name = "hardware_burden_flop"
    if "ratio 1.64" in fault["problem"]:
        if int(row["year"]) < 2016 or network in {"MultiPath Network", "Ma and Hovy"}:
            return (
                name,
                f"{stored:.10g}",
                "rejected",
                "the home page counts the Titan X of 2015 (Maxwell), the only one there was",
            )
        if int(row["year"]) == 2016:
            return (
                name,
                f"{stored:.10g}",
                "rejected",
                "either Titan X is possible in late 2016; the lower rate is kept",
            )
        return (
            name,
            f"{stored * PASCAL / MAXWELL:.10g}",
            "accepted",
            "both tables of the authors count the Titan X of 2016 (Pascal) for papers of 2017 "
            "and later; the paper does not say which",
        )
    if "OctResNet" in network:
        return (name, "", "accepted", "no training time is stated; neither figure has a basis")
    return (
        name,
        f"{stored:.10g}",
        "rejected",
        "neither of the two figures can be told right from what the paper states",
    )


def known(folder: Path, rows: list[Row]) -> list[Row]:
    """Return the corrections that decide the known faults."""
    by_key = {row["result"]: row for row in rows}
    found: list[Row] = []
    for number, fault in enumerate(read(folder / "computerprogress/known_faults.csv"), start=1):
        prefix = "home" if fault["file"].startswith("homepage") else "v1"
        row = by_key[f"{prefix}/{NAMES[fault['benchmark']]}/{int(fault['row']):03d}"]
        for part, (field, value, decision, reason) in enumerate(decide(fault, row)):
            stored = fault["as_stored"] if field == "phases.examples" else row[field]
            found.append({"correction": f"fault-{number:02d}{'ab'[part]}", "result": row["result"],
                          "field": field, "stored": stored, "corrected": value,
                          "decision": decision, "reason": reason,
                          "found_by": "known faults of the data", "source": row["source"]}
                         )  # fmt: skip
    return found


def own(rows: list[Row]) -> list[Row]:
    """Return corrections found while building the corpus."""
    found: list[Row] = []
    for where, network, field, value, reason in OWN:
        matches = [row for row in rows if row["result"].startswith(where.rstrip("*"))
                   and row["network"] == network and row[field]]  # fmt: skip
        if len(matches) != 1:
            raise SystemExit(f"correction of {network}: {len(matches)} rows match, expected one")
        stored = matches[0][field]
        new = f"{float(stored) * MAXWELL / 1.1e13:.10g}" if value == "maxwell" else value
        found.append({"result": matches[0]["result"], "field": field, "stored": stored,
                      "corrected": new, "decision": "accepted", "reason": reason,
                      "found_by": "ours", "source": matches[0]["source"]})  # fmt: skip
    return found + copied_burdens(rows)


def copied_burdens(rows: list[Row]) -> list[Row]:
    """Return corrections of burdens that one paper lists for several networks.

    A paper that states one training time has it copied to every network of its table; only the
    best network of the paper can have it, and none where the 2022 data state the paper's burden.
    """
    stated = {(row["benchmark"], row["paper"]) for row in rows
              if row["collection"] == "authors-2022" and row["hardware_burden_flop"]}  # fmt: skip
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["collection"] == "authors-2021" and row["hardware_burden_flop"]:
            groups[row["benchmark"], row["paper"]].append(row)
    found: list[Row] = []
    for key, group in sorted(groups.items()):
        best = max(group, key=lambda row: float(row["score"]))
        for row in group:
            if len(group) > 1 and (row is not best or key in stated):
                found.append({"result": row["result"], "field": "hardware_burden_flop",
                              "stored": row["hardware_burden_flop"], "corrected": "",
                              "decision": "accepted", "found_by": "ours", "source": row["source"],
                              "reason": f"one training time of the paper is listed for "
                              f"{len(group)} networks; it can be that of one"})  # fmt: skip
    return found


def line(points: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return (cost exponent, log10 FLOP at 5 %) of log10(1/error) on log10 compute."""
    if len({x for x, _ in points}) < 3:
        return None
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    intercept = mean_y - slope * mean_x
    return 1.0 / slope, (math.log10(20.0) - intercept) / slope


def moves(rows: list[Row], correction: Row) -> str:
    """Return what one correction moves in the law of its own table and measure."""
    field = correction["field"]
    if field not in MEASURE_FIELDS:
        return "no law: none reads this field"
    if correction["stored"] == correction["corrected"]:
        return "nothing: the stored value is kept"
    target = next(row for row in rows if row["result"] == correction["result"])
    same = [row for row in rows if row["collection"] == target["collection"]
            and row["benchmark"] == target["benchmark"]]  # fmt: skip

    def points(changed: bool) -> list[tuple[float, float]]:
        found = []
        for row in same:
            value = correction["corrected"] if changed and row is target else row[field]
            if value:
                found.append((math.log10(float(value)), -math.log10(float(row["error"]))))
        return found

    before, after = line(points(False)), line(points(True))
    label = f"{target['collection']} {target['benchmark']} {field.removesuffix('_flop')}"
    if before is None or after is None:
        return f"{label}: fewer than 3 computes"
    return (f"{label}: cost exponent {before[0]:.2f} -> {after[0]:.2f}, "
            f"log10 FLOP at 5 % {before[1]:.2f} -> {after[1]:.2f}")  # fmt: skip


def corrections(folder: Path, rows: list[Row]) -> list[Row]:
    """Return every correction with its number and what it moves."""
    found = known(folder, rows)
    decided = {(item["result"], item["field"]) for item in found if item["decision"] == "accepted"}
    for number, item in enumerate(own(rows), start=1):
        if (item["result"], item["field"]) not in decided:
            found.append({"correction": f"ours-{number:03d}", **item})
    return [item | {"moves": moves(rows, item)} for item in found]
