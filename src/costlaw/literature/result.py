"""A published result: one network of one paper on one benchmark, as its source states it.

Stated and derived compute stand side by side per measure; what is not stated is absent. The
phases of training are kept one by one. Where a network starts from another whose training its
compute leaves out, and that was looked up, the result says so. This module holds the record and how
it is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from costlaw.compute import Device, Phase
from costlaw.literature.tables import number, rows, source
from costlaw.sources import Source

Measure = Literal["operations-per-pass", "network-operations", "hardware-burden", "consolidated"]
MEASURES: dict[str, str] = {
    "operations-per-pass": "operations of one forward pass, not of a training",
    "network-operations": "training operations counted from the network",
    "hardware-burden": "chips × peak rate × time",
    "consolidated": "hardware burden where stated, else predicted from the operations",
}
_COLUMN = {
    "operations-per-pass": "flop_per_pass",
    "network-operations": "network_operations_flop",
    "hardware-burden": "hardware_burden_flop",
    "consolidated": "consolidated_flop",
}


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """A trained network that a result starts from and does not count.

    Parameters
    ----------
    system : str
        Its name.
    hardware_burden_flop : float
        Chips × peak rate × time of its training [FLOP].
    counting, note : str
        How that was counted; what to know.
    title, url, locator : str
        Where it is said that the result starts from it.
    """

    system: str
    hardware_burden_flop: float
    counting: str
    title: str
    url: str
    locator: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One network of one paper on one benchmark.

    Parameters
    ----------
    key : str
        Key of the row.
    collection : str
        Data set the row comes from.
    benchmark, network, title, url : str
        Which benchmark, which network, of which paper.
    year : int or None
        Year of publication as the source states it.
    metric, score : str, float
        Metric and score as published [percent or points].
    error : float
        1 - score/100.
    parameters : float or None
        Weights of the network (count).
    compute : Mapping of str to float
        Stated compute by measure [FLOP].
    derived : Mapping of str to float
        Compute that follows from the phases, by measure [FLOP].
    paper, lineage : str
        Groups of results that are not independent.
    source : Source
        Where the row was read.
    also, note, how : str
        Other scores; comment of the source; how its compute was derived.
    uses : tuple of str
        What it may be used for: ``training-compute law``, ``operations per pass``,
        ``trend over time``.
    """

    key: str
    collection: str
    benchmark: str
    network: str
    title: str
    url: str
    year: int | None
    metric: str
    score: float
    error: float
    parameters: float | None
    compute: Mapping[str, float]
    derived: Mapping[str, float]
    paper: str
    lineage: str
    source: Source
    also: str = ""
    note: str = ""
    how: str = ""
    uses: tuple[str, ...] = ()

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of its training, as stated."""
        return _phases().get(self.key, ())

    @property
    def reuses(self) -> tuple[Reuse, ...]:
        """Trained networks it starts from whose training its compute leaves out, as looked up."""
        return _reuses().get(self.key, ())

    def to_record(self, measure: str) -> dict[str, Any]:
        """Return the result as one record of ``Runs`` whose compute is ``measure``."""
        record = {
            "name": self.network,
            "error": self.error,
            "compute_flop": self.compute[measure],
            "flop_per_pass": self.compute.get("operations-per-pass"),
            "hardware_burden_flop": self.compute.get("hardware-burden"),
            "parameters": self.parameters,
            "year": None if self.year is None else float(self.year),
            "paper": self.paper,
            "lineage": self.lineage,
        }
        return {key: value for key, value in record.items() if value is not None}


def read_result(row: Mapping[str, str]) -> Result:
    """Return one row of ``results.csv`` as a record."""
    compute = {name: float(row[column]) for name, column in _COLUMN.items() if row[column]}
    pairs = (
        ("network-operations", row["derived_operations_flop"]),
        ("hardware-burden", row["derived_burden_flop"]),
    )
    return Result(
        key=row["result"],
        collection=row["collection"],
        benchmark=row["benchmark"],
        network=row["network"],
        title=row["title"],
        url=row["url"],
        year=int(row["year"]) if row["year"] else None,
        metric=row["metric"],
        score=float(row["score"]),
        error=float(row["error"]),
        parameters=number(row["parameters"]),
        compute=compute,
        derived={name: float(value) for name, value in pairs if value},
        paper=row["paper"],
        lineage=row["lineage"],
        source=source(row["source"], row["locator"]),
        also=row["also"],
        note=row["note"],
        how=row["how"],
        uses=tuple(row["use"].split("; ")) if row["use"] else (),
    )


@lru_cache(maxsize=1)
def _phases() -> dict[str, tuple[Phase, ...]]:
    grouped: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows("phases.csv"):
        grouped[row["result"], row["phase"]].append(row)
    found: dict[str, list[Phase]] = defaultdict(list)
    for (key, name), parts in grouped.items():
        first = parts[0]
        devices = tuple(
            Device(
                name=part["device"],
                count=number(part["count"]),
                peak_flop_per_s=number(part["peak_flop_per_s"]),
            )
            for part in parts
            if part["device"]
        )
        found[key].append(
            Phase(
                name=name,
                devices=devices,
                duration_s=number(first["duration_s"]),
                epochs=number(first["epochs"]),
                examples=number(first["examples"]),
            )
        )
    return {key: tuple(phases) for key, phases in found.items()}


@lru_cache(maxsize=1)
def _reuses() -> dict[str, tuple[Reuse, ...]]:
    found: dict[str, list[Reuse]] = defaultdict(list)
    for row in rows("reuse.csv"):
        told = {key: text for key, text in row.items() if key != "result"}
        burden = float(told.pop("hardware_burden_flop"))
        found[row["result"]].append(Reuse(hardware_burden_flop=burden, **told))
    return {key: tuple(some) for key, some in found.items()}
