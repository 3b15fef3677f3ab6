"""A run: one trained network, its resources, its error on one benchmark.

The one record shared by papers, trackers, the meter and the lab. Absent means not known; it is
never 0 and never infinite.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Run:
    """One trained network.

    Parameters
    ----------
    name : str
        Name of the network or run.
    error : float
        Error on the benchmark, in the benchmark's unit (a fraction in (0, 1] by default).
    compute_flop : float or None
        Training compute [FLOP], by the measure that the table states.
    flop_per_pass : float or None
        One forward pass of one example [FLOP], 1 multiply-add = 2 FLOP.
    hardware_burden_flop : float or None
        Chips × peak rate × time [FLOP].
    parameters, examples, epochs : float or None
        Weights of the network; distinct training examples; passes over them [count].
    year : float or None
        Date of the result [year, with fraction].
    duration_s, energy_kwh, cost_usd : float or None
        Wall time [s], energy [kWh], money [USD] of the run.
    paper, lineage : str or None
        Groups whose runs are not independent: one paper; one laboratory or reused training.
    curve : str or None
        Learning curve that a checkpoint belongs to.
    step : float or None
        Position inside the curve [count].
    seed : str or None
        Repetition of the same setting.
    schedule : str or None
        Learning-rate schedule, such as ``cosine`` or ``constant``.
    learning_rate : float or None
        Learning rate at this point; 0 at the end of many schedules.
    embedding_parameters, last_layer_parameters, non_embedding_parameters : float or None
        Parts of ``parameters`` that some papers leave out; what is left without embeddings.
    device_hours, chips : float or None
        Time of all chips together [device-hour]; how many there were [count].
    chip : str or None
        Which chip, as written.

    Source
    ------
    Computation counted as Thompson et al. (2020), arXiv 2007.05558, section 3, do.

    Examples
    --------
    >>> Run(name="small", error=0.12, compute_flop=1e18).error
    0.12
    """

    name: str
    error: float
    compute_flop: float | None = None
    flop_per_pass: float | None = None
    hardware_burden_flop: float | None = None
    parameters: float | None = None
    examples: float | None = None
    epochs: float | None = None
    year: float | None = None
    duration_s: float | None = None
    energy_kwh: float | None = None
    cost_usd: float | None = None
    paper: str | None = None
    lineage: str | None = None
    curve: str | None = None
    step: float | None = None
    seed: str | None = None
    schedule: str | None = None
    learning_rate: float | None = None
    embedding_parameters: float | None = None
    last_layer_parameters: float | None = None
    non_embedding_parameters: float | None = None
    device_hours: float | None = None
    chips: float | None = None
    chip: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are known."""
        return {key: value for key in FIELDS if (value := getattr(self, key)) is not None}


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Run))
TEXT_FIELDS: frozenset[str] = frozenset(
    {"name", "paper", "lineage", "curve", "seed", "schedule", "chip"}
)
NUMBER_FIELDS: tuple[str, ...] = tuple(name for name in FIELDS if name not in TEXT_FIELDS)
# what a law can be fitted along, in the order in which it is looked for
RESOURCES = ("compute_flop", "hardware_burden_flop", "device_hours", "examples", "parameters",
             "duration_s", "energy_kwh", "cost_usd", "flop_per_pass")  # fmt: skip
