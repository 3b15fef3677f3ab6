"""The corpus: published results per benchmark, every row cited.

Own schema, one row = one network of one paper on one benchmark; the build script is
``scripts/build_corpus.py``. Follows the data of "The Computational Limits of Deep Learning"
(arXiv 2007.05558), both versions. This room fits nothing.
"""

from costlaw.literature.benchmarks import benchmark, benchmarks
from costlaw.literature.corrections import Correction, corrections
from costlaw.literature.editions import (
    DEFAULT_EDITION,
    EDITIONS,
    available,
    best_by_year,
    load,
    published_runs,
)
from costlaw.literature.result import MEASURES, Measure, Result
from costlaw.literature.systems import System, system, systems

__all__ = [
    "DEFAULT_EDITION",
    "EDITIONS",
    "MEASURES",
    "Correction",
    "Measure",
    "Result",
    "System",
    "available",
    "benchmark",
    "benchmarks",
    "best_by_year",
    "corrections",
    "load",
    "published_runs",
    "system",
    "systems",
]
