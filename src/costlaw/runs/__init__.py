"""The room of runs: what a benchmark, a run and a checked table of runs are.

The one record shared by papers, trackers, the meter and the lab, and the one place where columns
are recognised by name and unit.
"""

from costlaw.runs.benchmark import Benchmark
from costlaw.runs.columns import ColumnChoice
from costlaw.runs.reading import read_runs
from costlaw.runs.run import Run
from costlaw.runs.table import Runs

__all__ = ["Benchmark", "ColumnChoice", "Run", "Runs", "read_runs"]
