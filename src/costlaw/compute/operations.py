"""Operation count: compute counted from the network itself.

A training step costs one forward and about two backward passes (Hernandez & Brown 2020; Kaplan et
al. 2020), so operations = operations per forward pass × 3 × examples seen. One multiply-add is two
operations. This says what the network needed, not what the hardware that ran it could have done.
"""

from __future__ import annotations

from costlaw.exceptions import DataError

FLOP_PER_MULTIPLY_ADD = 2.0  # one multiplication and one addition
PASSES_PER_STEP = 3.0  # forward 1 + backward 2 (Kaplan et al. 2020, section 2.1)


def flop_per_pass(*, flop: float | None = None, multiply_adds: float | None = None) -> float:
    """Return the operations of one forward pass of one example.

    Parameters
    ----------
    flop : float, optional
        Operations as stated [FLOP]; wins where both are stated.
    multiply_adds : float, optional
        Multiply-adds as stated; each is two operations.

    Returns
    -------
    float
        Operations per pass [FLOP].

    Raises
    ------
    DataError
        If neither is given, or one is not positive.

    Examples
    --------
    >>> flop_per_pass(multiply_adds=4.1e9)
    8200000000.0
    """
    if flop is not None:
        return _positive("flop", flop)
    if multiply_adds is None:
        raise DataError("operations per pass: expected flop or multiply_adds, got neither.")
    return FLOP_PER_MULTIPLY_ADD * _positive("multiply_adds", multiply_adds)


def operation_count(
    *,
    flop_per_pass: float,
    examples: float,
    epochs: float,
    passes_per_step: float = PASSES_PER_STEP,
) -> float:
    """Return the operations of one training phase.

    Parameters
    ----------
    flop_per_pass : float
        Operations of one forward pass of one example [FLOP].
    examples : float
        Training examples of one epoch (count).
    epochs : float
        Passes over them (count).
    passes_per_step : float
        Forward and backward work in units of a forward pass.

    Returns
    -------
    float
        Compute [FLOP].

    Raises
    ------
    DataError
        If a factor is not a positive finite number.

    Examples
    --------
    >>> operation_count(flop_per_pass=1.79e11, examples=1.28e6, epochs=300)
    2.06208e+20
    """
    return (
        _positive("flop_per_pass", flop_per_pass)
        * _positive("passes_per_step", passes_per_step)
        * _positive("examples", examples)
        * _positive("epochs", epochs)
    )


def _positive(name: str, value: float) -> float:
    if not 0.0 < value < float("inf"):
        raise DataError(f"{name} = {value}: expected a positive finite number.")
    return float(value)
