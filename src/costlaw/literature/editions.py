"""Editions: which rows of the corpus one answer rests on.

``v1`` is the points behind the article (the authors' first home page), ``v2`` their 2022 data, both
exactly as published; ``corrected`` reconciles both data sets of the authors with every accepted
correction; ``extended`` adds model zoos with measured or derivable compute. A combination of
edition, benchmark and measure without data is refused and the ones that exist are named.
Nothing is fitted here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from costlaw.compute import COCO_2022, IMAGENET_2022
from costlaw.exceptions import EvidenceError, UnknownName
from costlaw.literature.benchmarks import benchmark as find_benchmark
from costlaw.literature.benchmarks import benchmarks
from costlaw.literature.corrections import corrected_row
from costlaw.literature.result import MEASURES, Result, read_result
from costlaw.literature.tables import rows
from costlaw.runs import Benchmark, Runs
from costlaw.sources import Source, merge_sources

EDITIONS: dict[str, str] = {
    "v1": "the points behind the article: the authors' first home page, as published",
    "v2": "the authors' 2022 data, as published",
    "corrected": "both data sets of the authors reconciled, corrections applied",
    "extended": "corrected, and model zoos, clustered by collection",
}
DEFAULT_EDITION = "corrected"
_COLLECTION = {"v1": "homepage", "v2": "authors-2022"}
_PREDICTED = {"imagenet": IMAGENET_2022, "coco": COCO_2022}
TREND = "trend over time"
PER_PASS = "operations-per-pass"
MINIMUM = 3  # distinct computes that a law needs


def _check_edition(edition: str) -> str:
    if edition not in EDITIONS:
        raise UnknownName("edition", edition, EDITIONS)
    return edition


@lru_cache(maxsize=64)
def load(benchmark: str, edition: str = DEFAULT_EDITION) -> tuple[Result, ...]:
    """Return the published results on a benchmark.

    Parameters
    ----------
    benchmark : str
        Name or alias of a benchmark.
    edition : str
        One of ``EDITIONS``.

    Returns
    -------
    tuple of Result
        In the order of the source.

    Raises
    ------
    UnknownName
        If the benchmark or the edition does not exist.

    Examples
    --------
    >>> len(load("imagenet", "v1")), len(load("imagenet", "v2"))
    (13, 208)
    """
    _check_edition(edition)
    name = find_benchmark(benchmark).name
    return tuple(read_result(row) for row in _rows_of(edition) if row["benchmark"] == name)


def _rows_of(edition: str) -> Iterator[dict[str, str]]:
    """Yield the rows of an edition, corrected and consolidated where the edition is."""
    if edition in _COLLECTION:
        yield from (row for row in rows("results.csv") if row["collection"] == _COLLECTION[edition])
        return
    for row in rows("results.csv"):
        if row["collection"] != "homepage" and not row["same_as"]:
            yield _consolidated(corrected_row(row))
    if edition == "extended":
        yield from (_consolidated(row) for row in rows("collections.csv"))


def _consolidated(row: dict[str, str]) -> dict[str, str]:
    """Fill the consolidated burden as the authors do: stated, else predicted from operations."""
    if row["consolidated_flop"]:
        return row
    if row["hardware_burden_flop"]:
        return row | {
            "consolidated_flop": row["hardware_burden_flop"],
            "consolidated_how": "stated",
        }
    line = _PREDICTED.get(row["benchmark"])
    if line is None or not row["network_operations_flop"]:
        return row
    value = line.burden(float(row["network_operations_flop"]))
    return row | {"consolidated_flop": f"{value:.12g}", "consolidated_how": f"{line.name} line"}


@lru_cache(maxsize=1)
def available() -> dict[tuple[str, str, str], int]:
    """Return how many results each (edition, benchmark, measure) has that a law can be fitted to.

    Examples
    --------
    >>> available()["v2", "imagenet", "hardware-burden"]
    36
    """
    counts = {
        (edition, name, measure): sum(measure in result.compute for result in load(name, edition))
        for edition in EDITIONS
        for name in benchmarks()
        for measure in MEASURES
    }
    return {key: count for key, count in counts.items() if count >= MINIMUM}


def published_runs(
    benchmark: str, edition: str = DEFAULT_EDITION, measure: str = "hardware-burden"
) -> Runs:
    """Return the results that state a measure, as a table a law can be fitted to.

    Parameters
    ----------
    benchmark : str
        Name or alias of a benchmark.
    edition : str
        One of ``EDITIONS``.
    measure : str
        ``operations-per-pass``, ``network-operations``, ``hardware-burden`` or ``consolidated``:
        how ``compute_flop`` of the table was counted [FLOP].

    Returns
    -------
    Runs
        One run a result, with its paper and lineage, which intervals cluster by.

    Raises
    ------
    UnknownName
        If a name does not exist.
    EvidenceError
        If this combination has fewer than 3 results; names those that have data.

    Source
    ------
    The rows name theirs; see ``sources`` of the table.

    Examples
    --------
    >>> runs = published_runs("imagenet", "v2", "network-operations")
    >>> len(runs), runs.measure
    (77, 'network-operations')
    """
    found = find_benchmark(benchmark)
    if measure not in MEASURES:
        raise UnknownName("measure", measure, MEASURES)
    usable = [result for result in load(found.name, edition) if measure in result.compute]
    if len(usable) < MINIMUM:
        raise EvidenceError(_no_data(found.name, edition, measure=measure))
    notes = _uncounted(usable) if measure != PER_PASS else (MEASURES[measure],)
    return Runs.from_records(
        [result.to_record(measure) for result in usable],
        benchmark=_as_published(found, usable),
        origin=f"corpus edition {edition}",
        measure=measure,
        notes=notes,
        sources=merge_sources(tuple(_data_set(result) for result in usable)),
    )


def best_by_year(
    benchmark: str, edition: str = DEFAULT_EDITION, *, metric: str | None = None
) -> Runs:
    """Return the best result of each year, whether or not it states a compute.

    Parameters
    ----------
    benchmark : str
        Name or alias of a benchmark.
    edition : str
        One of ``EDITIONS``.
    metric : str, optional
        Which published metric counts; the benchmark's own by default.

    Returns
    -------
    Runs
        One run a year that has a result, oldest first.

    Raises
    ------
    EvidenceError
        If fewer than 3 years have a result in that metric.

    Examples
    --------
    >>> best = best_by_year("imagenet", "v2")
    >>> int(best.numbers("year")[0]), round(float(best.numbers("error")[-1]), 3)
    (2012, 0.09)
    """
    found = find_benchmark(benchmark)
    wanted = metric or found.metric
    best: dict[int, Result] = {}
    for result in load(found.name, edition):
        if result.metric != wanted or result.year is None or TREND not in result.uses:
            continue
        if result.year not in best or result.error < best[result.year].error:
            best[result.year] = result
    if len(best) < MINIMUM:
        raise EvidenceError(
            f"{found.name}: edition {edition} has {wanted} in {len(best)} years; a trend needs 3."
        )
    chosen = [best[year] for year in sorted(best)]
    return Runs.from_records(
        [
            {"name": result.network, "error": result.error, "year": float(year),
             "paper": result.paper, "lineage": result.lineage}
            for year, result in sorted(best.items())
        ],
        benchmark=_as_published(found, chosen),
        origin=f"corpus edition {edition}, best of each year",
        sources=merge_sources(tuple(_data_set(result) for result in chosen)),
    )  # fmt: skip


def _data_set(result: Result) -> Source:
    """Return the data set of a result without its row, so that a table names it once."""
    return replace(result.source, locator="")


def _as_published(found: Benchmark, usable: list[Result]) -> Benchmark:
    """Return the benchmark with the metric these results publish (SQuAD: F1 in v1, EM in v2)."""
    metrics = {result.metric for result in usable}
    metric = metrics.pop() if len(metrics) == 1 else found.metric
    return replace(found, metric=metric, error_definition=f"1 - {metric}")


def _uncounted(usable: list[Result]) -> tuple[str, ...]:
    """Return one sentence if results start from networks whose training they leave out."""
    leave_out = [result for result in usable if result.reuses]
    if not leave_out:
        return ()
    told = ", ".join(
        f"{result.network} ({' and '.join(one.system for one in result.reuses)})"
        for result in leave_out
    )
    return (
        f"{len(leave_out)} of {len(usable)} results start from a trained network whose training "
        f"their compute leaves out: {told}. They look cheaper than they were, and a forecast from "
        "results that count theirs promises such results too high an error.",
    )


def _no_data(name: str, edition: str, *, measure: str) -> str:
    there = [
        f"{known_edition} {known_measure} (n = {count})"
        for (known_edition, known_name, known_measure), count in available().items()
        if known_name == name
    ]
    return (
        f"{name}: edition {edition} has no results with {measure}. "
        f"There is data for: {', '.join(there)}."
    )
