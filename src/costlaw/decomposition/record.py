"""A decomposition: where the growth and the progress at a benchmark came from, in one record.

One idea: two questions that look alike stand side by side and are not mixed: how compute grew
(exact, by chips, count and time) and why error fell (estimated, by compute, algorithms and data).
Either may have no answer; the reason then stands in its place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlaw.decomposition.corpus import CorpusGrowth, growth_of
from costlaw.decomposition.hardware_trends import HardwareTrends, hardware_trends
from costlaw.decomposition.shapley import Progress, progress_of
from costlaw.decomposition.tables import rows
from costlaw.exceptions import EvidenceError
from costlaw.literature import benchmark as find_benchmark
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_share
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, kw_only=True, eq=False)
class Decomposition(Shown):
    """Where growth and progress at a benchmark came from.

    Parameters
    ----------
    benchmark, title : str
        Which.
    growth : CorpusGrowth or None
        Of the hardware burden, per year and factor.
    progress : Progress or None
        Of the error, by compute, algorithms and data.
    hardware : HardwareTrends
        Of chips in general, per year.
    refusals : tuple of str
        Why a part is missing.
    """

    benchmark: str
    title: str
    growth: CorpusGrowth | None
    progress: Progress | None
    hardware: HardwareTrends
    refusals: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of all parts."""
        parts = [part.sources for part in (self.growth, self.progress) if part]
        return merge_sources(*parts, self.hardware.sources)

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: quantity, estimate, low, high, level, unit."""
        import polars as pl

        records: list[tuple[str, float, float, float, float, str]] = []
        if self.growth:
            for item in (self.growth.total, *self.growth.factors):
                records.append((item.name, item.slope, *item.interval(level), level, "dex/year"))
        for share in self.progress.shares if self.progress else ():
            name = f"share of {share.factor}"
            records.append((name, share.share, share.low, share.high, share.level, ""))
        schema = ["quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(records, schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values, with schema and version."""
        return {
            "schema": "costlaw.decomposition/1",
            "version": __version__,
            "benchmark": self.benchmark,
            "growth": self.growth.to_dict(level) if self.growth else None,
            "progress": self.progress.to_dict() if self.progress else None,
            "hardware": self.hardware.to_dict(level),
            "refusals": list(self.refusals),
            "sources": [cited.to_dict() for cited in self.sources],
        }

    def __repr__(self) -> str:
        shares = ", ".join(map(str, self.progress.shares)) if self.progress else "no shares"
        return f"Decomposition of {self.benchmark}: {shares}"

    def __str__(self) -> str:
        lines = [f"{self.title}: where growth and progress came from"]
        if self.growth:
            held = self.growth.total
            lines.append(f"  burden      {held} ({held.n} results, {self.growth.edition})")
            for item in self.growth.factors:
                share = self.growth.shares[item.name]
                lines.append(f"    {item.name:<9} {item}; {format_share(share)} of the spread")
        if self.progress:
            lines += _progress_lines(self.progress)
        lines += [f"  refused     {text}" for text in self.refusals]
        return "\n".join(lines)


def _progress_lines(found: Progress) -> list[str]:
    """Return the lines of the card about progress."""
    fell = 1 - math.pow(10.0, -found.observed)
    others = "; ".join(
        f"{row['study']} ({row['subject']}) {row['factor']} {_range(row)}"
        for row in rows("published_shares.csv")
        if row["factor"] == "compute"
    )
    lines = [
        f"  progress    {found.start} → {found.end}: error fell by {format_share(fell)}",
        f"    shares    {'; '.join(map(str, found.shares))}",
        f"    evidence  {found.n} results in {found.clusters} clusters, {found.measure}; year and"
        f" log compute correlate at {found.correlation:.2f}",
        f"    published {others}",
    ]
    if found.left_out:
        lines.append(f"    data      left out: {found.left_out}")
    return lines


def _range(row: dict[str, str]) -> str:
    low, high = float(row["low"]), float(row["high"])
    return format_share(low) if low == high else f"{format_share(low)} to {format_share(high)}"


def decompose(
    benchmark: str, edition: str = "corrected", *, measure: str = "hardware-burden"
) -> Decomposition:
    """Return where the growth of compute and the progress at a benchmark came from.

    Parameters
    ----------
    benchmark : str
        Name or alias of a benchmark.
    edition : str
        Edition of the corpus.
    measure : str
        How compute is counted for the shares of progress.

    Returns
    -------
    Decomposition

    Raises
    ------
    UnknownName
        If the benchmark, edition or measure does not exist.
    EvidenceError
        If neither growth nor progress can be taken apart.

    Source
    ------
    Shapley (1953); Erdil, Besiroglu (2022), arXiv 2212.05153.

    Examples
    --------
    >>> found = decompose("imagenet")
    >>> [item.name for item in found.growth.factors], found.progress.shares[0].factor
    (['chip rate', 'count', 'time'], 'compute')
    """
    about = find_benchmark(benchmark)
    refusals = []
    growth: CorpusGrowth | None = None
    progress: Progress | None = None
    try:
        growth = growth_of(about.name, edition)
    except EvidenceError as error:
        refusals.append(str(error))
    try:
        progress = progress_of(about.name, edition, measure=measure)
    except EvidenceError as error:
        refusals.append(str(error))
    if growth is None and progress is None:
        raise EvidenceError(" ".join(refusals))
    return Decomposition(
        benchmark=about.name, title=about.title, growth=growth, progress=progress,
        hardware=hardware_trends(), refusals=tuple(refusals),
    )  # fmt: skip
