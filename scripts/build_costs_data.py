"""Build the tables of ``costs`` from the folder of raw public data.

    python scripts/build_costs_data.py RAW_FOLDER

Writes ``src/costlaw/costs/data/*.csv`` in our own schema, one sourced row at a time, and prints a
digest. Deterministic: the same raw files give the same bytes. Tables kept by hand (``sources.csv``,
``constants.csv``, ``places.csv``, ``codebook.csv``) are checked against the others here,
not written. Share-alike and copyleft compilations in the raw folder are not read.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean

DATA = Path(__file__).parents[1] / "src" / "costlaw" / "costs" / "data"
Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def write(name: str, rows: list[Row]) -> None:
    with (DATA / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def number(text: str) -> str:
    return f"{float(text):.6g}"


def is_rounded_away(grams: str) -> bool:
    """Whether a grid is stated as 0 g/kWh: whole grams, so anything below half of one.

    No grid on record is free of carbon, and a site's grid must be above 0; the neighbouring years
    of the same region (27 and 2 g/kWh in Montréal) stand in its place.
    """
    return grams != "" and float(grams) == 0.0


def grids(raw: Path) -> list[Row]:
    """Yearly mean carbon intensity of countries, US states, Nordic zones and Google regions."""
    rows: list[Row] = []

    def add(kind: str, source: str, *facts: str) -> None:
        code, name, year, grams, twh = facts
        rows.append({
            "code": code, "name": name, "kind": kind, "year": year,
            "kg_co2e_per_kwh": number(str(float(grams) / 1000)), "generation_twh": twh,
            "accounting": "location-average", "source_id": source,
        })  # fmt: skip

    for row in read(raw / "carbon/codecarbon_country_mix.csv"):
        if float(row["carbon_intensity_gco2_per_kwh"] or 0) > 0:
            add("country", "owid-energy", row["iso"], row["country_name"], row["year"],
                row["carbon_intensity_gco2_per_kwh"], row["total_TWh"])  # fmt: skip
    owid = {(row["code"], row["year"]) for row in rows}
    for row in read(raw / "carbon/eu_carbon_intensity_by_year.csv"):
        if len(row["code"]) == 3 and row["gco2_per_kwh"] and (row["code"], row["year"]) not in owid:
            add("country", "eea", row["code"], row["entity"], row["year"],
                row["gco2_per_kwh"], "")  # fmt: skip
    for row in read(raw / "carbon/codecarbon_subnational.csv"):
        if row["country"] == "USA" and row["derived_gco2_per_kwh"]:
            add("us-state", "egrid-2016", f"US-{row['region_code']}", row["region"].title(),
                row["year"], row["derived_gco2_per_kwh"], "")  # fmt: skip
    for row in read(raw / "carbon/google_cloud_region_carbon.csv"):
        if is_rounded_away(row["grid_gco2eq_per_kwh"]):
            print(f"left out: {row['region']} {row['year']}: 0 g/kWh, rounded by the source")
        elif row["grid_gco2eq_per_kwh"]:
            add("cloud-region", "google-regions", f"gcp/{row['region']}", row["location"],
                row["year"], row["grid_gco2eq_per_kwh"], "")  # fmt: skip
    return sorted(rows, key=lambda row: (row["kind"], row["code"], row["year"]))


IMPOSSIBLE = {"GPT3-2.7B (FlashAttention-2)"}  # stated as 72.0: a percentage typed as a fraction


def utilization(raw: Path) -> list[Row]:
    """Model FLOP utilization of published training runs (recomputation not counted)."""
    rows: dict[str, Row] = {}
    for file, source in (
        ("epoch/notable_ai_models_2026-07.csv", "epoch-models-2026"),
        ("epoch/all_ml_systems_2025-06.csv", "epoch-models-2025"),
    ):
        for row in read(raw / file):
            share = row["hardware_utilization_mfu"]
            if not share or row["model"] in IMPOSSIBLE:
                continue
            name = row["model"].split(" (")[0]
            rows.setdefault(f"{name}:{row['publication_date'][:4]}", {
                "system": row["model"], "date": row["publication_date"],
                "utilization": number(share), "chip": row["training_hardware"],
                "number_format": row["numerical_format"].lower(),
                "kind": "language" if "Language" in row["domain"] else "other",
                "paper": row["reference"], "source_id": source,
            })  # fmt: skip
    return sorted(rows.values(), key=lambda row: (row["date"], row["system"]))


def carbon_free(raw: Path) -> list[Row]:
    """What Google claims to be carbon-free, hour by hour, in its regions: market-based."""
    return [
        {"code": f"gcp/{row['region']}", "year": row["year"],
         "fraction": number(row["google_cfe_fraction"]), "accounting": "market-based",
         "source_id": "google-regions"}
        for row in sorted(read(raw / "carbon/google_cloud_region_carbon.csv"),
                          key=lambda row: (row["region"], row["year"]))
        if row["google_cfe_fraction"]
    ]  # fmt: skip


def price_index(raw: Path) -> list[Row]:
    """Yearly mean of the US producer price index for data processing and hosting."""
    months = defaultdict(list)
    for row in read(raw / "epoch/us_ppi_data_processing_hosting.csv"):
        if row["pcu518210518210"] not in {"", "."}:
            months[row["observation_date"][:4]].append(float(row["pcu518210518210"]))
    return [
        {"year": year, "index": f"{mean(values):.4f}", "months": str(len(values)),
         "source_id": "fred-ppi"}
        for year, values in sorted(months.items()) if len(values) >= 6
    ]  # fmt: skip


def check_sources() -> None:
    known = {row["source_id"] for row in read(DATA / "sources.csv")}
    for path in sorted(DATA.glob("*.csv")):
        for row in read(path):
            if "source_id" in row and row["source_id"] not in known:
                raise SystemExit(f"{path.name}: unknown source {row['source_id']!r} in {row}")


def main(raw: Path) -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    write("grids.csv", grids(raw))
    write("utilization.csv", utilization(raw))
    write("carbon_free.csv", carbon_free(raw))
    write("price_index.csv", price_index(raw))
    check_sources()
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(DATA.glob("*.csv"))))
    print("digest", digest.hexdigest()[:16])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
