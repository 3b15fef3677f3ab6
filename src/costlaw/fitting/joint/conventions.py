"""How parameters were counted: the convention moves the exponents of a joint law.

Kaplan et al. 2020 left embeddings and the last layer out, Hoffmann et al. 2022 counted them, and
that is part of why their exponents differ (Porian et al. 2024; Pearce and Song 2024). A convention
is stated in every joint fit; where the table holds what another one needs, the other can be asked
for. ``counted`` uses the network's operations: compute / (6 * examples) in place of parameters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costlaw.exceptions import ColumnError, UnknownName
from costlaw.runs import Runs

Array = NDArray[np.float64]
CONVENTIONS = {
    "stated": "parameters as the table states them",
    "without-embeddings": "parameters without embeddings",
    "without-embeddings-and-last-layer": "parameters without embeddings and last layer",
    "counted": "operations per example and pass over 6, from the counted compute",
}
SIX = 6.0  # FLOP per parameter and example of forward and backward pass: Kaplan et al. 2020
SAME = 0.01  # relative: within this, compute is called 6 x parameters x examples


def parameters_as(runs: Runs, convention: str = "stated") -> Array:
    """Return the parameters (n,) of each run by a convention, NaN where not known.

    Raises
    ------
    UnknownName
        If there is no such convention.
    ColumnError
        If the table lacks what it needs.
    """
    if convention not in CONVENTIONS:
        raise UnknownName("convention for parameters", convention, CONVENTIONS)
    if convention == "stated":
        column = "parameters" if runs.has("parameters") else "non_embedding_parameters"
        _need(runs, column, convention, instead="parameters")
        return runs.numbers(column)
    if convention == "counted":
        _need(runs, "compute_flop", convention)
        _need(runs, "examples", convention)
        return runs.numbers("compute_flop") / (SIX * seen_examples(runs))
    if runs.has("non_embedding_parameters"):
        bare = runs.numbers("non_embedding_parameters")
    else:
        _need(runs, "parameters", convention)
        _need(runs, "embedding_parameters", convention)
        bare = runs.numbers("parameters") - runs.numbers("embedding_parameters")
    if convention == "without-embeddings-and-last-layer":
        _need(runs, "last_layer_parameters", convention)
        bare = bare - runs.numbers("last_layer_parameters")
    if np.any(bare <= 0):
        raise ColumnError(
            f"{runs.origin}: parameters {convention.replace('-', ' ')} are not above 0 in "
            f"{int(np.sum(bare <= 0))} runs. Check what the parameters of the table include."
        )
    return bare


def _need(runs: Runs, column: str, convention: str, *, instead: str = "") -> None:
    if not runs.has(column):
        raise ColumnError(
            f"{runs.origin}: no column {instead or column}; expected one for parameters "
            f'"{convention}". Add it, or name it: --column {instead or column}="…".'
        )


def seen_examples(runs: Runs) -> Array:
    """Return examples times passes (n,): how many were seen, repeats included."""
    epochs = runs.numbers("epochs")
    return runs.numbers("examples") * np.where(np.isfinite(epochs), epochs, 1.0)


def possible(runs: Runs) -> tuple[str, ...]:
    """Return the conventions that a table holds enough for."""
    found = []
    for name in CONVENTIONS:
        try:
            values = parameters_as(runs, name)
        except ColumnError:
            continue
        if np.isfinite(values).any():
            found.append(name)
    return tuple(found)


def describe(runs: Runs, convention: str) -> str:
    """Return one sentence: how parameters and compute were counted, as far as the table says."""
    bare = convention == "stated" and not runs.has("parameters")
    words = "parameters without embeddings, as stated" if bare else CONVENTIONS[convention]
    if not (runs.has("compute_flop") and runs.has("examples")):
        return f"{words}; compute not stated, 6 × parameters × examples is assumed"
    ratio = runs.numbers("compute_flop") / (SIX * parameters_as(runs, convention)
                                            * seen_examples(runs))  # fmt: skip
    ratio = ratio[np.isfinite(ratio)]
    if not ratio.size:
        return f"{words}; no run states compute, parameters and examples together"
    if np.abs(ratio - 1).max() <= SAME:
        return f"{words}; compute is 6 × parameters × examples"
    return (
        f"{words}; compute was counted otherwise: {ratio.min():.2f} to {ratio.max():.2f} times "
        "6 × parameters × examples"
    )
