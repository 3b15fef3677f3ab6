"""Simulated own runs for the tests of this room."""

import numpy as np
import pytest

from costlaw.laws import law
from costlaw.runs import Runs


def table(compute, error, **columns):
    rows = [
        {"name": f"run {i}", "compute_flop": float(c), "error": float(e),
         **{key: values[i] for key, values in columns.items()}}
        for i, (c, e) in enumerate(zip(compute, error, strict=True))
    ]  # fmt: skip
    return Runs.from_records(rows, origin="runs.csv")


def simulated(name="power-irreducible", *, runs=10, noise=0.02, seed=0, span=(17.0, 20.0)):
    subject = law(name)
    compute = np.logspace(*span, runs)
    error = subject.error(subject.example, compute_flop=compute)
    return table(compute, error * np.exp(noise * np.random.default_rng(seed).normal(size=runs)))


@pytest.fixture
def make_table():
    """Return a function that makes a table of runs from compute and error."""
    return table


@pytest.fixture
def simulate():
    """Return a function that simulates runs of a law's own example along compute."""
    return simulated
