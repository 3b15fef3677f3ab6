"""Named systems: what one trained system took, with its chips, time and cost where published.

More than a thousand systems from the perceptron of 1958 on, most of them Epoch AI's (CC BY). Their
compute is an estimate of the source with its confidence. Over-parameterisation, the article's
starting point, is ``parameters_per_example``. No price is computed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from costlaw.exceptions import UnknownName
from costlaw.literature.tables import number, rows, source
from costlaw.sources import Source


@dataclass(frozen=True, kw_only=True)
class System:
    """One named system.

    Parameters
    ----------
    name, organization, domain : str
        What it is called, who made it, in which field.
    date : str
        ISO date of publication.
    parameters, examples, labelled_examples, epochs : float or None
        Weights; training examples or tokens; labelled ones where told apart; passes (counts).
    training_compute_flop : float or None
        Training compute as the source estimates it [FLOP].
    duration_s : float or None
        Wall-clock time [s].
    chip, chip_count : str, float or None
        Hardware as the source names it, and how many.
    utilization : float or None
        Share of the peak rate used (fraction).
    cost_usd : float or None
        Training cost [USD of 2023].
    power_w : float or None
        Power of the training hardware [W].
    confidence : str
        Confidence of the source in its compute.
    title, url : str
        Paper or page.
    source : Source
        Table the row was read in.
    aliases : tuple of str
        Other names.
    note : str
        What to know before using it.
    """

    name: str
    organization: str
    domain: str
    date: str
    parameters: float | None
    examples: float | None
    labelled_examples: float | None
    epochs: float | None
    training_compute_flop: float | None
    duration_s: float | None
    chip: str
    chip_count: float | None
    utilization: float | None
    cost_usd: float | None
    power_w: float | None
    confidence: str
    title: str
    url: str
    source: Source
    aliases: tuple[str, ...] = ()
    note: str = ""

    @property
    def year(self) -> int:
        """Year of publication."""
        return int(self.date[:4])

    @property
    def parameters_per_example(self) -> float | None:
        """Weights per labelled example, else per example; above 1 it is over-parameterised.

        Examples
        --------
        >>> system("Noisy Student").parameters_per_example
        400.0
        """
        examples = self.labelled_examples or self.examples
        if self.parameters is None or examples is None:
            return None
        return self.parameters / examples


@lru_cache(maxsize=1)
def systems() -> tuple[System, ...]:
    """Return every named system, oldest first.

    Examples
    --------
    >>> len(systems()) >= 1000
    True
    """
    return tuple(_system(row) for row in rows("systems.csv"))


def _system(row: dict[str, str]) -> System:
    hours = number(row["duration_hours"])
    return System(
        name=row["system"],
        organization=row["organization"],
        domain=row["domain"],
        date=row["date"],
        parameters=number(row["parameters"]),
        examples=number(row["examples"]),
        labelled_examples=number(row["labelled_examples"]),
        epochs=number(row["epochs"]),
        training_compute_flop=number(row["training_compute_flop"]),
        duration_s=None if hours is None else 3600.0 * hours,
        chip=row["chip"],
        chip_count=number(row["chip_count"]),
        utilization=number(row["utilization"]),
        cost_usd=number(row["cost_2023_usd"]),
        power_w=number(row["power_w"]),
        confidence=row["confidence"],
        title=row["title"],
        url=row["url"],
        source=source(row["source"], row["system"]),
        aliases=tuple(row["aliases"].split("|")) if row["aliases"] else (),
        note=row["note"],
    )


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, System]:
    found: dict[str, System] = {}
    for item in systems():
        found.setdefault(_fold(item.name), item)
    for item in systems():
        for alias in item.aliases:
            found[_fold(alias)] = item
    return found


def system(name: str) -> System:
    """Return the system that a name means.

    Parameters
    ----------
    name : str
        Its name or an alias; case, spaces and dashes do not matter.

    Raises
    ------
    UnknownName
        If there is no such system; suggests near ones.

    Examples
    --------
    >>> system("gpt3").name, system("GPT-3").training_compute_flop
    ('GPT-3 175B (davinci)', 3.14e+23)
    """
    found = _by_name().get(_fold(name))
    if found is None:
        raise UnknownName("system", name, (item.name for item in systems()))
    return found
