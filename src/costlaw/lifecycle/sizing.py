"""The best size of a network that will be used: training and running together, at equal quality.

One idea: many networks reach the same error, small ones trained long and large ones trained short;
counting the uses to come moves the cheapest one towards the small. Follows Sardana et al. (2024) on
the joint law of Hoffmann et al. (2022): training takes 6·N·D operations, a use 2·N a token. The
quality is that of a stated network; it forecasts no error on a task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError, UnknownName
from costlaw.lifecycle.tables import rows, source
from costlaw.sources import Source
from costlaw.units import format_number, format_percent
from costlaw.version import __version__

TRAINING_FLOP = 6.0  # per parameter and token: forward 2, backward 4 (Kaplan et al. 2020)
RUNNING_FLOP = 2.0
_PLACES = 4001  # sizes tried, then refined by a parabola; the optimum is good to about 1e-7
_COLUMNS = ("irreducible_error", "parameters_scale", "examples_scale", "parameters_exponent",
            "examples_exponent")  # fmt: skip
Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sized:
    """One network: parameters, tokens it is trained on, and what it takes [FLOP].

    ``running_flop`` is weighed by the price of running over that of training.
    """

    parameters: float
    examples: float
    training_flop: float
    running_flop: float

    @property
    def total_flop(self) -> float:
        """Training and running together [FLOP]."""
        return self.training_flop + self.running_flop


@dataclass(frozen=True, kw_only=True, eq=False)
class Sizing:
    """The cheapest network of a quality, given its uses.

    Parameters
    ----------
    stated, best : Sized
        The network whose quality is wanted, and the cheapest one of that quality.
    uses : float
        Tokens it will run on [count].
    coefficients : str
        Which fit of the joint law.
    spread : dict of str to Sized
        The best size under each published fit.
    refitted : dict of str to (float, float, float)
        Median and 90 % ends of ``parameters`` [count] and ``saved_share`` (fraction) over resampled
        refits of the 240 runs behind the law; empty where none were asked for.
    sources : tuple of Source
        Where the law comes from.
    """

    stated: Sized
    best: Sized
    uses: float
    coefficients: str
    spread: dict[str, Sized]
    sources: tuple[Source, ...]
    refitted: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    @property
    def saved_flop(self) -> float:
        """Operations saved over the whole life [FLOP]."""
        return self.stated.total_flop - self.best.total_flop

    @property
    def saved_share(self) -> float:
        """Share of the operations saved (fraction)."""
        return self.saved_flop / self.stated.total_flop

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.sizing/1",
            "version": __version__,
            "uses": self.uses,
            "coefficients": self.coefficients,
            "stated": {**vars(self.stated), "total_flop": self.stated.total_flop},
            "best": {**vars(self.best), "total_flop": self.best.total_flop},
            "saved_flop": self.saved_flop,
            "saved_share": self.saved_share,
            "refitted": {
                name: {"estimate": middle, "low": low, "high": high, "level": 0.9}
                for name, (middle, low, high) in self.refitted.items()
            },
            "parameters_by_coefficients": {k: s.parameters for k, s in self.spread.items()},
            "sources": [item.to_dict() for item in self.sources],
        }

    @property
    def _refit_lines(self) -> list[str]:
        if not self.refitted:
            return []
        size, saved = self.refitted["parameters"], self.refitted["saved_share"]
        ends = " to ".join(format_number(end) for end in size[1:])
        shares = " to ".join(format_percent(end) for end in saved[1:])
        return [f"  refitted {format_number(size[0])} (90 %: {ends}), saved {shares}: the 240 runs"
                " behind the law, resampled"]  # fmt: skip

    def __str__(self) -> str:
        one, two = self.stated, self.best
        others = ", ".join(
            f"{format_number(sized.parameters)} ({name})" for name, sized in self.spread.items()
        )
        return "\n".join([
            f"the quality of {format_number(one.parameters)} parameters, used for"
            f" {format_number(self.uses)} tokens",
            f"  stated   {format_number(one.parameters)} parameters on"
            f" {format_number(one.examples)} tokens: training {format_number(one.training_flop)},"
            f" running {format_number(one.running_flop)} FLOP",
            f"  best     {format_number(two.parameters)} parameters on"
            f" {format_number(two.examples)} tokens: training {format_number(two.training_flop)},"
            f" running {format_number(two.running_flop)} FLOP",
            f"  saved    {format_number(self.saved_flop, 3)} FLOP,"
            f" {format_percent(self.saved_share, 3)} ({self.coefficients})",
            f"  by fit   {others}",
            *self._refit_lines,
        ])  # fmt: skip


def _coefficients(name: str) -> Array:
    known = {row["set"]: row for row in rows("coefficients.csv")}
    if name not in known:
        raise UnknownName("coefficients", name, known)
    return np.array([float(known[name][column]) for column in _COLUMNS])


def best_examples(parameters: float, coefficients: Array) -> float:
    """Return the tokens at which a size is the cheapest for the quality it reaches.

    Examples
    --------
    >>> f"{best_examples(13e9, _coefficients('hoffmann-2022')):.2e}"
    '5.76e+11'
    """
    _, first, second, alpha, beta = coefficients
    # at the optimum of 6ND for a given loss: alpha A N^-alpha = beta B D^-beta
    return float((beta * second / (alpha * first) * parameters**alpha) ** (1.0 / beta))


def loss(parameters: float, examples: float, coefficients: Array) -> float:
    """Return the law's loss [nats].

    Examples
    --------
    >>> round(loss(70e9, 1.4e12, _coefficients("hoffmann-2022")), 2)
    1.93
    """
    irreducible, first, second, alpha, beta = coefficients
    return float(irreducible + first * parameters**-alpha + second * examples**-beta)


def _best(target: float, uses: float, weight: float, *, coefficients: Array) -> Sized:
    """Return the cheapest network of a loss: tokens follow from the size, the size by search."""
    irreducible, first, second, alpha, beta = coefficients
    smallest = (first / (target - irreducible)) ** (1.0 / alpha)  # infinitely many tokens
    logs = np.log(smallest) + np.geomspace(1e-4, 25.0, _PLACES)
    left = target - irreducible - first * np.exp(-alpha * logs)
    examples = (second / left) ** (1.0 / beta)
    size = np.exp(logs)
    total = size * (TRAINING_FLOP * examples + weight * RUNNING_FLOP * uses)
    at = int(np.clip(np.argmin(total), 1, _PLACES - 2))
    curve = np.polyfit(logs[at - 1 : at + 2] - logs[at], np.log(total[at - 1 : at + 2]), 2)
    best = float(np.exp(logs[at] - curve[1] / (2.0 * curve[0])))
    tokens = float((second / (target - irreducible - first * best**-alpha)) ** (1.0 / beta))
    return Sized(
        parameters=best, examples=tokens, training_flop=TRAINING_FLOP * best * tokens,
        running_flop=weight * RUNNING_FLOP * best * uses,
    )  # fmt: skip


def inference_aware(
    parameters: float,
    *,
    uses: float,
    examples: float | None = None,
    coefficients: str = "hoffmann-2022",
    running_price: float = 1.0,
    replicates: int = 0,
) -> Sizing:
    """Return the cheapest network of a stated network's quality, given its uses.

    Parameters
    ----------
    parameters : float
        Size of the network whose quality is wanted [count].
    uses : float
        Tokens it will run on over its life [count].
    examples : float, optional
        Tokens it would be trained on; compute-optimal for its size if not given.
    coefficients : str
        Fit of the joint law: ``hoffmann-2022`` or ``besiroglu-2024``.
    running_price : float
        Price of an operation in running over one in training (dimensionless): 1 counts operations,
        the ratio of two sites' dollars per FLOP counts dollars.
    replicates : int
        Resampled refits of the runs behind the law, for an interval; 0 for none [count].

    Returns
    -------
    Sizing

    Raises
    ------
    OptionError
        If a number is outside what a network can be.
    UnknownName
        If there is no such fit.

    Source
    ------
    Sardana, Portes, Doubov, Frankle 2024, arXiv 2401.00448.

    Examples
    --------
    >>> found = inference_aware(13e9, uses=2e12)
    >>> f"{found.best.parameters:.2e}, {found.saved_flop:.3g} FLOP, {found.saved_share:.1%}"
    '6.97e+09, 1.69e+22 FLOP, 17.4%'
    """
    _check("parameters", parameters, least=1.0, most=1e18)
    _check("uses", uses, least=1e-6, most=1e30)
    _check("running_price", running_price, least=1e-6, most=1e6)
    if examples is not None:
        _check("examples", examples, least=1.0, most=1e30)
    spread = {}
    for row in rows("coefficients.csv"):
        known = _coefficients(row["set"])
        tokens = examples if examples is not None else best_examples(parameters, known)
        target = loss(parameters, tokens, known)
        spread[row["set"]] = _best(target, uses, running_price, coefficients=known)
    chosen = _coefficients(coefficients)
    tokens = examples if examples is not None else best_examples(parameters, chosen)
    stated = Sized(
        parameters=parameters, examples=tokens,
        training_flop=TRAINING_FLOP * parameters * tokens,
        running_flop=running_price * RUNNING_FLOP * parameters * uses,
    )  # fmt: skip
    cited = next(r["source_id"] for r in rows("coefficients.csv") if r["set"] == coefficients)
    return Sizing(
        stated=stated, best=spread[coefficients], uses=uses, coefficients=coefficients,
        spread=spread, sources=(source(cited), source("sardana-2024")),
        refitted=_refitted(parameters, examples, (uses, running_price), replicates=replicates),
    )  # fmt: skip


def _refitted(
    parameters: float, examples: float | None, running: tuple[float, float], *, replicates: int
) -> dict[str, tuple[float, float, float]]:
    """Return median and 90 % ends of the best size and of what it saves, over resampled refits.

    The loss is Huber's with 1e-3, as in the published fits.
    """
    if replicates <= 0:
        return {}
    from costlaw.fitting.joint.reference import usual_runs
    from costlaw.fitting.own import fit_law

    fitted = fit_law(usual_runs(), law="joint", huber=1e-3, replicates=replicates)
    uses, weight = running
    rows_ = []
    for one in fitted.draws.coefficients:
        tokens = best_examples(parameters, one) if examples is None else examples
        best = _best(loss(parameters, tokens, one), uses, weight, coefficients=one)
        stated = parameters * (TRAINING_FLOP * tokens + weight * RUNNING_FLOP * uses)
        rows_.append((best.parameters, 1.0 - best.total_flop / stated))
    low, middle, high = np.quantile(np.array(rows_), [0.05, 0.5, 0.95], axis=0)
    names = ("parameters", "saved_share")
    return {name: (float(middle[i]), float(low[i]), float(high[i])) for i, name in enumerate(names)}


def sized_workload(sizing: Sizing) -> tuple[Estimate, Estimate]:
    """Return training compute and operations per token of the best size [FLOP].

    Examples
    --------
    >>> training, per_use = sized_workload(inference_aware(13e9, uses=2e12))
    >>> f"{per_use.value:.2e}"
    '1.39e+10'
    """
    return (
        Estimate.exact(sizing.best.training_flop, "FLOP", sizing.sources),
        Estimate.exact(RUNNING_FLOP * sizing.best.parameters, "FLOP", sizing.sources),
    )


def _check(label: str, value: float, *, least: float, most: float) -> None:
    if not least <= value <= most:
        raise OptionError(f"{label} = {value:g}: expected a number from {least:g} to {most:g}.")
