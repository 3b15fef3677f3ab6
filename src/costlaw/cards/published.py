"""Published figures and how each follows from first principles.

One idea: a published cost is a product of stated factors, and units must close: multiplying the
units of the factors gives the unit of the figure, or the recipe is wrong. A figure that its own
factors do not reach is kept, marked as missed, and says why. Follows Strubell et al. (2019),
Patterson et al. (2021) and the notes of Epoch AI. It estimates nothing (see ``card``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from costlaw.cards.tables import Row, rows, source
from costlaw.exceptions import DataError, UnknownName
from costlaw.sources import Source, merge_sources
from costlaw.units import divide_units, format_number, multiply_units

TOLERANCE = 0.01  # a figure within 1 % of the published one, or within its rounding, agrees


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One factor of a recipe: its name, value, unit, exponent and source."""

    name: str
    value: float
    unit: str
    power: int
    source: Source


@dataclass(frozen=True, kw_only=True)
class Published:
    """One published figure with the product it follows from.

    Parameters
    ----------
    recipe, system, quantity : str
        Short name; what it is about; what it is (``usd``, ``energy_kwh``, ``compute``, …).
    published : float
        The figure as printed [unit].
    unit : str
        Its unit; empty for a ratio.
    relation : str
        ``equals``, ``more-than`` (a bound) or ``decade`` (a power of ten rounded down).
    rounding : float
        Half a unit of the last printed digit [unit]; 0 for a bound.
    factors : tuple of Factor
        What is multiplied.
    expected : str
        ``agrees`` or ``misses``, as the table states it.
    note : str
        What the figure counts, and why others differ.
    source : Source
        Where it is printed.
    """

    recipe: str
    system: str
    quantity: str
    published: float
    unit: str
    relation: str
    rounding: float
    factors: tuple[Factor, ...]
    expected: str
    note: str
    source: Source

    @property
    def derived(self) -> float:
        """The product of the factors [unit].

        Raises
        ------
        DataError
            If the units of the factors do not multiply to the unit of the figure.
        """
        value, unit = 1.0, ""
        for factor in self.factors:
            value *= factor.value**factor.power
            for _ in range(abs(factor.power)):
                combine = multiply_units if factor.power > 0 else divide_units
                unit = combine(unit, factor.unit)
        if divide_units(unit, self.unit):
            raise DataError(
                f'{self.recipe}: the factors give "{unit}", the figure is in "{self.unit}".'
            )
        return value

    @property
    def agrees(self) -> bool:
        """Whether the product reaches the figure: its bound, its decade, 1 % or its rounding."""
        if self.relation == "more-than":
            return self.derived > self.published
        if self.relation == "decade":
            return math.floor(math.log10(self.derived)) == round(math.log10(self.published))
        apart = abs(self.derived - self.published)
        return apart <= max(TOLERANCE * self.published, self.rounding * (1 + 1e-9))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the figure and its factors come from."""
        return merge_sources((self.source,), tuple(factor.source for factor in self.factors))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "recipe": self.recipe,
            "quantity": self.quantity,
            "published": self.published,
            "relation": self.relation,
            "unit": self.unit,
            "derived": self.derived,
            "ratio": self.derived / self.published,
            "agrees": self.agrees,
            "factors": [
                {"name": f.name, "value": f.value, "unit": f.unit, "power": f.power}
                for f in self.factors
            ],
            "note": self.note,
            "source": self.source.to_dict(),
        }

    def __str__(self) -> str:
        sign = {"more-than": "more than ", "decade": "decade of "}.get(self.relation, "")
        return (
            f"{sign}{format_number(self.published, 3)} {self.unit} ({self.source.title}); "
            f"its factors give {format_number(self.derived, 3)}"
        )


@cache
def published_figures() -> tuple[Published, ...]:
    """Return every published figure of the table.

    Examples
    --------
    >>> figures = published_figures()
    >>> len(figures) > 60, sum(not figure.agrees for figure in figures)
    (True, 6)
    """
    by_recipe: dict[str, list[Factor]] = {}
    for row in rows("factors.csv"):
        by_recipe.setdefault(row["recipe"], []).append(_factor(row))
    return tuple(_figure(row, tuple(by_recipe[row["recipe"]])) for row in rows("recipes.csv"))


def _factor(row: Row) -> Factor:
    return Factor(
        name=row["factor"],
        value=float(row["value"]),
        unit=row["unit"],
        power=int(row["power"]),
        source=source(row["source_id"]),
    )


def _figure(row: Row, factors: tuple[Factor, ...]) -> Published:
    return Published(
        recipe=row["recipe"],
        system=row["system"],
        quantity=row["quantity"],
        published=float(row["published"]),
        unit=row["unit"],
        relation=row["relation"],
        rounding=float(row["rounding"] or 0.0),
        factors=factors,
        expected=row["result"],
        note=row["note"],
        source=source(row["source_id"]),
    )


def figure(recipe: str) -> Published:
    """Return one published figure by the name of its recipe.

    Raises
    ------
    UnknownName
        If there is no such recipe.

    Examples
    --------
    >>> int(figure("nasnet-growth").derived)
    1095
    """
    found = {item.recipe: item for item in published_figures()}
    if recipe not in found:
        raise UnknownName("recipe", recipe, found)
    return found[recipe]


def figures_of(system: str) -> tuple[Published, ...]:
    """Return the published figures about one system.

    Examples
    --------
    >>> {item.quantity for item in figures_of("AlphaStar")} == {"usd", "compute"}
    True
    """
    return tuple(item for item in published_figures() if item.system == system)
