"""The four experiments, by name: what each shows is in its own file."""

from __future__ import annotations

from collections.abc import Callable

from costlaw.exceptions import OptionError, UnknownName
from costlaw.lab.theory.presets.exponents import exponents
from costlaw.lab.theory.presets.interpolation import interpolation
from costlaw.lab.theory.presets.paper import paper
from costlaw.lab.theory.presets.xray import xray
from costlaw.lab.theory.result import Experiment

PRESETS: dict[str, tuple[Callable[[int, int], Experiment], int, str]] = {
    "exponents": (exponents, 10, "k² the data and k⁴ the computation, p = 2n"),
    "paper": (paper, 1000, "1,000 variables of which 10 matter: who needs how many examples"),
    "xray": (xray, 10, "100 true details in pools of 1,000 and 10,000; the expert knows 80"),
    "interpolation": (interpolation, 20, "test error across p/n: the peak, the second descent"),
}


def theory(
    preset: str = "exponents", *, seeds: int | None = None, first_seed: int = 0
) -> Experiment:
    """Run one of the theory experiments.

    Parameters
    ----------
    preset : str
        ``exponents``, ``paper``, ``xray`` or ``interpolation``.
    seeds : int, optional
        Repetitions, at least 2; the preset's own number if left out.
    first_seed : int
        Seeds run from here on.

    Returns
    -------
    Experiment
        Curves of error against examples and operations, and the numbers read off them.

    Raises
    ------
    UnknownName
        If there is no such preset.
    OptionError
        If there are fewer than two seeds.

    Source
    ------
    Thompson et al. 2020, arXiv 2007.05558, section 2.

    Examples
    --------
    >>> shown = theory("interpolation", seeds=2)
    >>> shown.answer("error at p = n over the best on the left").estimate > 2
    True
    """
    if preset not in PRESETS:
        raise UnknownName("theory preset", preset, PRESETS)
    run, usual, _ = PRESETS[preset]
    count = usual if seeds is None else seeds
    if count < 2 or first_seed < 0:
        raise OptionError(
            f"seeds = {count} from {first_seed}: expected at least 2 repetitions (an interval "
            "needs two) and a first seed of 0 or more."
        )
    return run(count, first_seed)
