"""A benchmark: what is measured, what its error is, and how low that error can go.

Vocabulary: *error* is lower-is-better and a fraction unless the benchmark states another unit.
This module holds the record only; which benchmarks are published ones is the literature's business.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """One benchmark.

    Parameters
    ----------
    name : str
        Short name that a person types, such as ``imagenet``.
    title : str
        Full name for a page or a figure.
    metric : str
        What is published, such as ``top-1 accuracy``.
    error_definition : str
        How the error follows from the metric, such as ``1 - top-1 accuracy``.
    error_unit : str
        ``fraction`` (of 1), or the unit of a loss such as ``nats``.
    best_error : float
        Error below which nothing can go by definition [error_unit].
    reaches_zero : bool
        Whether an error of 0 has a meaning on this benchmark.
    caveats : tuple of str
        What a reader must know before trusting a forecast here.
    aliases : tuple of str
        Other names that people type.

    Examples
    --------
    >>> Benchmark(name="own", title="Own runs").is_fraction
    True
    """

    name: str
    title: str
    metric: str = "error"
    error_definition: str = "error as given"
    error_unit: str = "fraction"
    best_error: float = 0.0
    reaches_zero: bool = True
    caveats: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def is_fraction(self) -> bool:
        """Whether the error is a fraction of 1 (else a loss in ``error_unit``)."""
        return self.error_unit == "fraction"
