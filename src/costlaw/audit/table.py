"""The audit: every quantitative claim of the article and its paper, held against data.

One row a claim: stated value, ours by each recipe, verdict by one rule. A claim without a recipe
has no source that we could recompute, and the row says so. Nothing here is a judgement by hand.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from costlaw.audit.recipes import RECIPES, Recipe
from costlaw.audit.verdicts import Rule, verdict
from costlaw.exceptions import UnknownName
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl

UNORDERED = {"count", "year", "exponent", "R2", "error", "points"}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim and what became of it.

    Parameters
    ----------
    name, where, text : str
        Short name, where it is made, what it says.
    stated : float or None
        Number stated [unit]; None where it is no number.
    unit : str
        Its unit.
    ours : Mapping of str to float
        Our number by recipe [unit]; the first is the plain reading.
    rule : Rule
        How the two are compared.
    verdict : str
        What follows.
    note : str
        What to know about it.
    """

    name: str
    where: str
    text: str
    stated: float | None
    unit: str
    ours: Mapping[str, float]
    rule: Rule
    verdict: str
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "claim": self.name,
            "where": self.where,
            "text": self.text,
            "stated": self.stated,
            "unit": self.unit,
            "ours": {
                name: value if math.isfinite(value) else None for name, value in self.ours.items()
            },
            "rule": self.rule.kind,
            "tolerance": self.rule.tolerance,
            "verdict": self.verdict,
            "note": self.note,
        }


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Every claim, with its verdict."""

    claims: tuple[Claim, ...]

    def __repr__(self) -> str:
        counts = Counter(claim.verdict.split(" recipe ")[0] for claim in self.claims)
        shown = ", ".join(f"{count} {name}" for name, count in counts.most_common())
        return f"Audit({len(self.claims)} claims: {shown})"

    @property
    def summary(self) -> str:
        """How many claims got which verdict, as a sentence."""
        counts = Counter(claim.verdict.split(" recipe ")[0] for claim in self.claims)
        words = {"holds exactly": "hold exactly", "only under": "only under some recipes"}
        shown = "; ".join(
            f"{count} {words.get(name, name)}" for name, count in counts.most_common()
        )
        return (
            f"{len(self.claims)} claims: {shown}. A claim holds exactly only if every recipe "
            "agrees; the first recipe is its plain reading."
        )

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    def claim(self, name: str) -> Claim:
        """Return one claim.

        Raises
        ------
        UnknownName
            If there is no such claim.
        """
        for item in self.claims:
            if item.name == name:
                return item
        raise UnknownName("claim", name, (item.name for item in self.claims))

    def table(self) -> pl.DataFrame:
        """Return one row a claim and recipe: stated, ours, unit, rule, verdict."""
        import polars as pl

        rows = [
            {"claim": item.name, "where": item.where, "stated": item.stated, "unit": item.unit,
             "recipe": recipe, "ours": ours, "rule": item.rule.kind, "verdict": item.verdict}
            for item in self.claims
            for recipe, ours in _numbers(item)
        ]  # fmt: skip
        return pl.DataFrame(rows, infer_schema_length=None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values with the version of their schema."""
        return {
            "schema": {"name": "costlaw/audit", "version": 1},
            "version": __version__,
            "claims": [item.to_dict() for item in self.claims],
        }


def _numbers(item: Claim) -> list[tuple[str, float | None]]:
    """Return our numbers by recipe; a claim without a recipe is one row without a number."""
    return [*item.ours.items()] or [("", None)]


def audit(recipes: Mapping[str, Recipe] = RECIPES) -> Audit:
    """Hold every claim against data.

    Parameters
    ----------
    recipes : Mapping of str to callable
        How each number is computed; the corpus's own by default.

    Returns
    -------
    Audit
        One row a claim.

    Examples
    --------
    >>> audit().claim("five-percent-flop").verdict
    'only under recipe flop-v1'
    """
    path = files("costlaw.audit") / "data" / "claims.csv"
    with path.open(encoding="utf-8") as stream:
        return Audit(claims=tuple(_claim(row, recipes) for row in csv.DictReader(stream)))


def _claim(row: Mapping[str, str], recipes: Mapping[str, Recipe]) -> Claim:
    stated = float(row["stated"]) if row["stated"] else None
    rule = Rule(kind=row["rule"], tolerance=float(row["tolerance"] or 0.0))
    names = row["recipes"].split(";") if row["recipes"] else []
    ours = {name: recipes[name]() for name in names}
    return Claim(
        name=row["claim"],
        where=row["where"],
        text=row["text"],
        stated=stated,
        unit=row["unit"],
        ours=ours,
        rule=rule,
        verdict=verdict(stated, ours, rule, ordered=row["unit"] not in UNORDERED),
        note=row["note"],
    )
