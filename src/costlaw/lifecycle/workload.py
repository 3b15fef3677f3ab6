"""A workload: what is trained, how often again, and how often it is used over its service life.

One idea: a network is trained once (with a programme around that run), retrained whenever its world
has changed, and used in between; these few numbers decide which cost matters. It knows no prices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError, UnitError

FLOP_PER_PARAMETER = 2.0  # one multiply-add per weight and token or example, forward only


@dataclass(frozen=True, kw_only=True, eq=False)
class Workload:
    """What is trained and how it is used.

    Parameters
    ----------
    training : Estimate
        Compute of the final training run [FLOP].
    per_use : Estimate
        Operations of one use [FLOP].
    uses_per_year : Estimate
        How often it is used [1/year].
    service_years : float
        How long it serves [year].
    retrain_every_years : float or None
        Time between trainings [year]; None if it is never retrained.
    retraining_share : Estimate
        Compute of one retraining over that of the first final run (dimensionless).
    use : str
        What one use is: a token, an image, a request.
    name : str
        What it is called.

    Raises
    ------
    OptionError
        If a number is not above 0.
    UnitError
        If a unit is not the stated one.

    Source
    ------
    Sardana et al. (2024), arXiv 2401.00448.

    Examples
    --------
    >>> work = Workload.of(training=3.14e23, per_use=3.5e11, uses_per_year=1e12, service_years=3,
    ...                    retrain_every_years=1.0)
    >>> work.trainings, work.uses.value, f"{work.uses_per_training.value:.0e}"
    (3, 3000000000000.0, '1e+12')
    """

    training: Estimate
    per_use: Estimate
    uses_per_year: Estimate
    service_years: float
    retraining_share: Estimate
    retrain_every_years: float | None = None
    use: str = "use"
    name: str = "network"

    def __post_init__(self) -> None:
        for label, quantity, unit in (
            ("training", self.training, "FLOP"), ("per_use", self.per_use, "FLOP"),
            ("uses_per_year", self.uses_per_year, "1/year"),
            ("retraining_share", self.retraining_share, ""),
        ):  # fmt: skip
            if quantity.unit != unit:
                raise UnitError(f'{label} is in "{quantity.unit}"; expected "{unit}".')
            if not (quantity.draws > 0).all():
                raise OptionError(f"{label} = {quantity.value:g}: expected a number above 0.")
        if not 0 < self.service_years < math.inf:
            raise OptionError(f"service life = {self.service_years:g} years: expected above 0.")
        every = self.retrain_every_years
        if every is not None and not 0 < every < math.inf:
            raise OptionError(f"retraining every {every:g} years: expected above 0; leave it out"
                              " for a network that is never retrained.")  # fmt: skip

    @classmethod
    def of(
        cls,
        *,
        training: Estimate | float,
        per_use: Estimate | float,
        uses_per_year: Estimate | float,
        service_years: float,
        retrain_every_years: float | None = None,
        retraining_share: Estimate | float = 1.0,
        use: str = "use",
        name: str = "network",
    ) -> Workload:
        """Return a workload from plain numbers or estimates; see the class for the units."""

        def known(value: Estimate | float, unit: str) -> Estimate:
            return value if isinstance(value, Estimate) else Estimate.exact(float(value), unit)

        return cls(
            training=known(training, "FLOP"), per_use=known(per_use, "FLOP"),
            uses_per_year=known(uses_per_year, "1/year"), service_years=service_years,
            retraining_share=known(retraining_share, ""),
            retrain_every_years=retrain_every_years, use=use, name=name,
        )  # fmt: skip

    @property
    def trainings(self) -> int:
        """How often it is trained over its life, the first time included [count]."""
        if self.retrain_every_years is None:
            return 1
        return max(1, math.ceil(self.service_years / self.retrain_every_years - 1e-9))

    @property
    def uses(self) -> Estimate:
        """Uses over the whole life [count]."""
        return (self.uses_per_year * self.service_years).convert(1.0, "")

    @property
    def uses_per_training(self) -> Estimate:
        """Uses between two trainings [count]."""
        return self.uses * (1.0 / self.trainings)

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "use": self.use,
            "training": self.training.to_dict(level),
            "per_use": self.per_use.to_dict(level),
            "uses_per_year": self.uses_per_year.to_dict(level),
            "service_years": self.service_years,
            "retrain_every_years": self.retrain_every_years,
            "retraining_share": self.retraining_share.to_dict(level),
            "trainings": self.trainings,
            "uses": self.uses.to_dict(level),
            "uses_per_training": self.uses_per_training.to_dict(level),
        }
