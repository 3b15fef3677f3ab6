"""Build the tables of src/costlaw/hardware/data from raw public data.

Usage: python scripts/build_hardware.py DATA_FOLDER

One row per fact, each with its source. Epoch AI's "Machine Learning Hardware" (CC BY 4.0) is the
base; older parts come from Epoch AI's chip data set, CPUs and TPU boards from the tables of the
article's authors. Deterministic; prints a digest of what it wrote.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "src" / "costlaw" / "hardware" / "data"
Row = dict[str, Any]

SOURCES: list[Row] = [
    {"source": "epoch-hardware", "title": "Epoch AI, Machine Learning Hardware", "year": 2026,
     "url": "https://epoch.ai/data/machine-learning-hardware", "licence": "CC-BY-4.0",
     "obtained": "read"},
    {"source": "epoch-chips", "title": "Epoch AI, chip data set of training-cost-trends",
     "year": 2025, "url": "https://github.com/epoch-research/training-cost-trends",
     "licence": "CC-BY-4.0", "obtained": "read"},
    {"source": "epoch-prices", "title": "Epoch AI, hardware prices of training-cost-trends",
     "year": 2025, "url": "https://github.com/epoch-research/training-cost-trends",
     "licence": "CC-BY-4.0", "obtained": "read"},
    {"source": "epoch-annual", "title": "Epoch AI, ai-chip-counts: yearly NVIDIA prices",
     "year": 2026, "url": "https://github.com/epoch-research/ai-chip-counts", "licence": "MIT",
     "obtained": "read"},
    {"source": "authors-hardware", "title": "Computer Progress, hardware tables", "year": 2021,
     "url": "https://github.com/Computer-Progress/api", "licence": "facts cited",
     "obtained": "read"},
    {"source": "authors-2022", "title": "The Computational Limits of Deep Learning, 2022 data",
     "year": 2022, "url": "https://github.com/MIT-FutureTech/TheComputationalLimitsOfDeepLearning",
     "licence": "facts cited", "obtained": "read"},
    {"source": "derived-tpu", "title": "Stated board rate divided by its chips and cores",
     "year": 2021, "url": "https://github.com/Computer-Progress/api", "licence": "facts cited",
     "obtained": "derived"},
]  # fmt: skip

# spellings that are the same part, generic rows that stand for several parts, boards of several
# processors whose stated rate is that of one of them
SKIP = {
    "NVIDIA A100", "NVIDIA V100", "NVIDIA P100", "NVIDIA GH100", "NVIDIA Tesla V100 SXM2",
    "NVIDIA P100 PCIe 16GB", "Huawei Ascend 910 (320 TFLOPS)", "Cambricon MLU370-S4/S8",
    "NVIDIA GTX Titan Black", "NVIDIA GeForce GTX Titan Black", "NVIDIA GeForce GTX TITAN Z",
    "NVIDIA GeForce GTX 690", "NVIDIA GeForce GTX 590", "NVIDIA GeForce GTX 490",
    "NVIDIA Tesla M10", "NVIDIA Tesla K10", "NVIDIA Tesla P40", "NVIDIA Tesla M40",
    "NVIDIA GeForce GTX 550", "NVIDIA TITAN V CEO Edition", "NVIDIA Tesla K40st",
    "NVIDIA Tesla V100 SXM2 16 GB*", "NVIDIA Tesla PG500-216", "NVIDIA Tesla PG503-216",
}  # fmt: skip
OLDER = re.compile(
    r"^NVIDIA (Tesla [CMKPV]\w+(?: \w+)?(?: \d+ ?GB)?|GeForce GTX [45679]\d0(?: Ti)?|"
    r"GeForce GTX 10\d0(?: Ti)?|GeForce RTX [234]0\d0(?: Ti| SUPER)?|TITAN RTX|TITAN X Pascal|"
    r"GeForce GTX TITAN(?: X| BLACK)?|Quadro GP100|A30 PCIe|L40S)$"
)
RENAME = {
    "NVIDIA H100 SXM5 80GB": "H100 SXM", "NVIDIA H800 SXM5": "H800 SXM",
    "NVIDIA GeForce RTX 2080 Ti 11GB": "RTX 2080 Ti", "NVIDIA HGX H20": "H20",
    "Google TPU v2": "TPU v2 chip", "Google TPU v3": "TPU v3 chip", "Google TPU v4": "TPU v4 chip",
    "Google TPU v6e Trillium": "TPU v6e", "Google TPU v7 Ironwood": "TPU v7",
    "NVIDIA B300 (Blackwell Ultra)": "B300", "NVIDIA GB300 (Blackwell Ultra)": "GB300",
    "NVIDIA L20 PCle": "L20 PCIe", "NVIDIA L2 PCle": "L2 PCIe", "Maia 100 (M100)": "Maia 100",
}  # fmt: skip
PRICE_NAMES = {
    "NVIDIA V100": "V100 SXM2 16 GB", "NVIDIA A100": "A100 SXM4 40 GB",
    "NVIDIA P100": "P100 PCIe 16GB", "NVIDIA A800 PCIe": "A800 PCIe 40 GB",
    "NVIDIA GeForce GTX TITAN BLACK": "GTX TITAN BLACK",
}  # fmt: skip
ANNUAL_NAMES = {"A100": "A100 SXM4 40 GB", "H100": "H100 SXM", "GB200": "GB200", "GB300": "GB300",
                "H20": "H20"}  # fmt: skip
# TPU boards, cores and pods, which papers count without saying so [GFLOP/s of the authors' table]
TPU_PARTS = [
    ("TPU v2 board", "board", "2017-05-01", 1.80e14, 1120.0, "4 chips; 180 TFLOP/s as stated",
     "authors-hardware", ("Cloud TPU v2", "TPU v2", "Cloud TPU v2-8")),
    ("TPU v3 board", "board", "2018-05-18", 4.20e14, 1800.0, "4 chips; 420 TFLOP/s as stated",
     "authors-hardware", ("Cloud TPU v3", "TPU v3", "Cloud TPU v3-8")),
    ("TPU v4 board", "board", "2021-05-20", 1.10e15, 1360.0, "4 chips of 275 TFLOP/s",
     "authors-2022", ("Cloud TPU v4",)),
    ("TPU v2 core", "core", "2017-05-01", 2.25e13, None, "one of 8 cores of a board",
     "derived-tpu", ("TPU v2",)),
    ("TPU v3 core", "core", "2018-05-18", 5.25e13, None, "one of 8 cores of a board",
     "derived-tpu", ("TPU v3",)),
    ("TPU v2 pod", "pod", "2017-05-01", 1.15e16, None, "64 boards", "authors-hardware",
     ("Cloud TPU v2 Pod",)),
    ("TPU v3 pod", "pod", "2018-05-18", 1.00e17, None, "256 boards; above 100 PFLOP/s",
     "authors-hardware", ("Cloud TPU v3 Pod",)),
]  # fmt: skip
# FP32 peak [FLOP/s] and power [W] as in the authors' rows and CPU table
CPUS = [
    ("Intel Xeon E5620", "2010", 7.68e10, 80.0, "authors-hardware"),
    ("Intel Xeon E5-1650 v2", "2013", 3.36e11, 130.0, "authors-hardware"),
    ("Intel Core i7-4790", "2014", 4.608e11, 84.0, "authors-hardware"),
    ("Intel Core i7-7700K", "", 5.376e11, None, "authors-hardware"),
    ("Intel Xeon Silver 4112", "", 3.328e11, None, "authors-2022"),
    ("Intel Xeon Platinum 8168", "", 2.07e12, None, "authors-2022"),
]  # fmt: skip
EXTRA_ALIASES = {
    "GTX TITAN X": ("Titan X", "GeForce Titan X", "Titan X Maxwell", "GTX Titan X Maxwell"),
    "TITAN X Pascal": ("Titan X", "GeForce Titan X", "Titan X (Pascal)"),
    "K20c": ("Tesla K20",), "K40c": ("Tesla K40",),
    "H100 SXM": ("H100 SXM5", "H100 SXM5 80GB", "H100 80GB HBM3"),
    "H200 SXM": ("H200", "H200 SXM5"),
    "TPU v2 chip": ("TPU v2", "TPUv2"), "TPU v3 chip": ("TPU v3", "TPUv3"),
    "TPU v4 chip": ("TPU v4", "TPUv4"), "TPU v6e": ("TPU v6", "Trillium"),
    "H800 SXM": ("H800 SXM5",), "RTX 2080 Ti": ("RTX 2080 Ti 11GB",),
    "TPU v7": ("Ironwood",), "B200": ("HGX B200", "DGX B200"),
    "Intel Xeon Silver 4112": ("Intel Silver 4112",),
    "Intel Core i7-7700K": ("Intel Core i7 i7-7700K",),
}  # fmt: skip
RATE_COLUMNS = {
    "fp64": "fp64_double_precision_performance_flop_per_s",
    "fp32": "fp32_single_precision_performance_flop_per_s",
    "tf32": "tf32_tensorfloat_32_performance_flop_per_s",
    "fp16": "fp16_half_precision_performance_flop_per_s",
    "fp8": "fp8_performance_flop_per_s",
    "fp4": "fp4_performance_flop_per_s",
    "int8": "int8_performance_op_per_s",
}
MATRIX = "tensor_fp16_bf16_performance_flop_per_s"


def read(path: Path) -> list[Row]:
    """Return the rows of a raw table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def short_name(name: str) -> str:
    """Return our name of a part: the maker's name is a column of its own."""
    if name in RENAME:
        return RENAME[name]
    return re.sub(r"^(NVIDIA|Google)\s+(Tesla |TESLA |GeForce )?", "", name)


def rates_of(row: Row) -> dict[str, float]:
    """Return the dense peak rates of a raw row by number format [FLOP/s]."""
    rates = {
        name: float(row[column])
        for name, column in RATE_COLUMNS.items()
        if row.get(column) and float(row[column]) > 0
    }
    matrix = float(row[MATRIX]) if row.get(MATRIX) else 0.0
    if matrix:
        rates["fp16"] = max(matrix, rates.get("fp16", 0.0))
        has_bfloat = row["type"] == "TPU" or row["release_date"] >= "2020"
        if has_bfloat:
            rates["bf16"] = matrix
        if row["type"] == "TPU":
            del rates["fp16"]
    if row["hardware_name"].endswith("(Blackwell Ultra)"):
        rates.pop("int8", None)  # stated 1.6e14, a tenth of the FP8 rate: not used
    return dict(sorted(rates.items()))


def kind_of(raw: str) -> str:
    """Return GPU, TPU, CPU or ASIC for the many words of the source."""
    if raw in {"GPU", "GPGPU"} or "GPU" in raw:
        return "GPU"
    return "TPU" if raw == "TPU" else "ASIC"


def epoch_chips(folder: Path) -> tuple[list[Row], list[Row], list[Row]]:
    """Return chips, rates and launch prices out of both Epoch tables."""
    chips: list[Row] = []
    rates: list[Row] = []
    prices: list[Row] = []
    seen: set[str] = set()
    new = [(row, "epoch-hardware") for row in read(folder / "epoch/ml_hardware_2026-07.csv")]
    old = [
        (row, "epoch-chips")
        for row in read(folder / "epoch/chip_dataset_2025-08.csv")
        if OLDER.match(row["hardware_name"])
    ]
    for row, source in new + old:
        name = short_name(row["hardware_name"])
        found = rates_of(row)
        if row["hardware_name"] in SKIP or name.casefold() in seen or not found:
            continue
        seen.add(name.casefold())
        locator = row.get("link_to_datasheet") or row["hardware_name"]
        chips.append(
            {"chip": name, "maker": row["manufacturer"], "kind": kind_of(row["type"]),
             "unit": "chip", "release_date": row["release_date"], "power_w": row["tdp_w"],
             "memory_bytes": row.get("memory_bytes") or row.get("memory_size_per_board_byte", ""),
             "source": source, "locator": locator.split()[0] if "://" in locator else locator,
             "note": ""}
        )  # fmt: skip
        rates += [{"chip": name, "number_format": key, "peak_flop_per_s": f"{value:.6g}",
                   "source": source} for key, value in found.items()]  # fmt: skip
        price = row["release_price_usd"].replace("$", "").replace(",", "")
        if price and row["release_date"]:
            prices.append({"chip": name, "date": row["release_date"], "kind": "purchase",
                           "price_usd": f"{float(price):.6g}", "vendor": "", "location": "",
                           "source": source, "locator": "launch price"})  # fmt: skip
    return chips, rates, prices


def other_chips() -> tuple[list[Row], list[Row]]:
    """Return TPU boards, cores and pods, and the CPUs that papers name."""
    chips: list[Row] = []
    rates: list[Row] = []
    blank: Row = {"memory_bytes": "", "locator": "", "note": ""}
    for name, unit, date, rate, power, note, source, _ in TPU_PARTS:
        chips.append(blank | {"chip": name, "maker": "Google", "kind": "TPU", "unit": unit,
                              "release_date": date, "power_w": power or "", "source": source,
                              "locator": "TPU table", "note": note})  # fmt: skip
        rates.append({"chip": name, "number_format": "bf16", "peak_flop_per_s": f"{rate:.6g}",
                      "source": source})  # fmt: skip
    for name, date, rate, power, source in CPUS:
        chips.append(blank | {"chip": name, "maker": "Intel", "kind": "CPU", "unit": "chip",
                              "release_date": date, "power_w": power or "", "source": source,
                              "locator": "CPU table"})  # fmt: skip
        rates.append({"chip": name, "number_format": "fp32", "peak_flop_per_s": f"{rate:.6g}",
                      "source": source})  # fmt: skip
    return chips, rates


def observed_prices(folder: Path, names: set[str]) -> list[Row]:
    """Return dated prices of known chips, exact duplicates once."""
    columns = {
        "price_per_chip_hour_on_demand": "on-demand", "price_per_chip_hour_1_year_cud": "1-year",
        "price_per_chip_hour_3_year_cud": "3-year", "price_hardware_purchase": "purchase",
    }  # fmt: skip
    found: list[Row] = []
    for row in read(folder / "epoch/hardware_prices_2025-03.csv"):
        raw = row["hardware_model"]
        name = PRICE_NAMES.get(raw, short_name(raw))
        if name not in names or "second" in row["notes"].lower():
            continue
        for column, kind in columns.items():
            value = row[column].replace("$", "").replace(",", "")
            if value and float(value) > 0:
                found.append({"chip": name, "date": row["price_date"], "kind": kind,
                              "price_usd": f"{float(value):.6g}", "vendor": row["vendor"],
                              "location": row["location"],
                              "source": "epoch-prices", "locator": row["price_source"]}
                             )  # fmt: skip
    for row in read(folder / "epoch/nvidia_chip_annual_prices.csv"):
        for end in ("low", "high"):
            found.append({"chip": ANNUAL_NAMES[row["chip"]], "date": row["year"],
                          "kind": "purchase", "price_usd": row[f"price_{end}_usd"],
                          "vendor": f"{end} end of the year", "location": "",
                          "source": "epoch-annual",
                          "locator": row["chip"]})  # fmt: skip
    return list({tuple(row.values()): row for row in found}.values())


def write(name: str, rows: list[Row], key: tuple[str, ...]) -> bytes:
    """Write one table sorted by its key and return its bytes."""
    rows = sorted(rows, key=lambda row: tuple(str(row[column]) for column in key))
    path = OUT / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path.read_bytes()


def main(folder: Path) -> None:
    """Build every table and print counts and one digest."""
    OUT.mkdir(parents=True, exist_ok=True)
    chips, rates, prices = epoch_chips(folder)
    more_chips, more_rates = other_chips()
    chips, rates = chips + more_chips, rates + more_rates
    names = {row["chip"] for row in chips}
    prices += observed_prices(folder, names)
    aliases = [{"alias": alias, "chip": name, "source": "authors-hardware"}
               for name, given in EXTRA_ALIASES.items() for alias in given]  # fmt: skip
    aliases += [{"alias": alias, "chip": part[0], "source": part[6]}
                for part in TPU_PARTS for alias in part[7]]  # fmt: skip
    unknown = {row["chip"] for row in aliases} - names
    if unknown:
        sys.exit(f"aliases of chips that do not exist: {sorted(unknown)}")
    digest = hashlib.sha256()
    digest.update(write("sources.csv", SOURCES, ("source",)))
    digest.update(write("chips.csv", chips, ("chip",)))
    digest.update(write("rates.csv", rates, ("chip", "number_format")))
    digest.update(write("prices.csv", prices, ("chip", "date", "kind", "vendor", "price_usd")))
    digest.update(write("aliases.csv", aliases, ("alias", "chip")))
    print(f"{len(chips)} chips, {len(rates)} rates, {len(prices)} prices, {len(aliases)} aliases")
    print(f"sha256 {digest.hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
