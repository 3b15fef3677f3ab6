"""Two cards side by side, and the growth of compute between them, factor by factor.

One idea: "A against B" has an exact part, hardware burden = chip rate × count × time, and an
uncertain part, money, energy and carbon, whose ratio keeps what the two share. Where a system does
not state its chips and time there is no exact part, and the reason stands in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlaw.cards.card import Card
from costlaw.cards.tables import data_digest
from costlaw.compute import Growth, growth_between
from costlaw.costs import QUANTITIES
from costlaw.estimates import Estimate
from costlaw.showing import Shown
from costlaw.sources import Source, merge_sources
from costlaw.units import format_number
from costlaw.version import __version__

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair(Shown):
    """Two cards, with the growth from the first to the second.

    Parameters
    ----------
    before, after : Card
        The two.
    growth : Growth or None
        Of the hardware burden, exact.
    missing : str
        Why there is no growth.
    """

    before: Card
    after: Card
    growth: Growth | None
    missing: str = ""

    @property
    def ratios(self) -> dict[str, Estimate]:
        """Second over first at today's prices, by quantity; what both share cancels."""
        return {
            name: self.after.today.quantities[name] / self.before.today.quantities[name]
            for name in QUANTITIES
        }

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of both cards."""
        return merge_sources(self.before.sources, self.after.sources)

    def table(self, level: float = 0.9) -> pl.DataFrame:
        """Return a tidy frame: quantity, estimate, low, high, level, unit (ratios)."""
        import polars as pl

        rows = [
            (name, ratio.value, *ratio.interval(level), level, "")
            for name, ratio in self.ratios.items()
        ]
        if self.growth:
            g = self.growth
            exact = {"total": g.total, "chip_rate": g.chip_rate, "count": g.count, "time": g.time}
            rows += [(name, value, value, value, level, "") for name, value in exact.items()]
        schema = ["quantity", "estimate", "low", "high", "level", "unit"]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def to_dict(self, level: float = 0.9) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.cost-pair/1",
            "version": __version__,
            "data_digest": data_digest(),
            "from": self.before.to_dict(level),
            "to": self.after.to_dict(level),
            "ratios": {name: ratio.to_dict(level) for name, ratio in self.ratios.items()},
            "decomposition": self.growth.to_dict() if self.growth else None,
            "decomposition_missing": self.missing or None,
        }

    def __repr__(self) -> str:
        return f"Pair: {self.growth or self.missing}"

    def __str__(self) -> str:
        left, right = self.before, self.after
        lines = [str(self.growth) if self.growth else f"no exact decomposition: {self.missing}"]
        if self.growth:
            lines.append(
                f"  better chips gave ×{format_number(self.growth.chip_rate)}, more chips and time"
                f" ×{format_number(self.growth.device_time)}"
            )
        for name, label in (("usd", "money"), ("energy_kwh", "energy"), ("co2e_kg", "carbon")):
            a, b = left.today.quantities[name], right.today.quantities[name]
            low, high = (format_number(end) for end in self.ratios[name].interval(0.9))
            ratio = format_number(self.ratios[name].value)
            lines.append(f"  {label:<7} today: {a} | {b}; ×{ratio} ({low} to {high})")
        for card in (left, right):
            then = card.owned or card.rented
            if then:
                lines.append(
                    f"  then   {card.subject.name}: {then.usd} of {then.usd_year}"
                    f" ({'owned' if card.owned else 'rented'})"
                )
        return "\n".join(lines)


def side_by_side(before: Card, after: Card) -> Pair:
    """Return two cards with the growth between them.

    Parameters
    ----------
    before, after : Card
        The two; growth is from the first to the second.

    Returns
    -------
    Pair

    Examples
    --------
    >>> from costlaw.cards.card import cost
    >>> pair = side_by_side(cost("AlexNet"), cost("NASNet-A"))
    >>> int(pair.growth.total), round(pair.growth.chip_rate, 2), pair.growth.count
    (1095, 6.03, 250.0)
    """
    lacking = [card.subject.name for card in (before, after) if card.subject.capacity is None]
    if lacking:
        why = f"chips, their number and their time are not all known for {' and '.join(lacking)}"
        return Pair(before=before, after=after, growth=None, missing=why)
    assert before.subject.capacity and after.subject.capacity
    grown = growth_between(before.subject.capacity, after.subject.capacity)
    return Pair(before=before, after=after, growth=grown)
