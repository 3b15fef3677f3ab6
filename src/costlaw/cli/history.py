"""The observed prices of a chip, as a table or as JSON.

Words only: every number comes out of ``costs.price_history``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from costlaw.version import __version__


@dataclass(frozen=True, kw_only=True)
class History:
    """Dated prices of one chip; ``usd_year`` is the year of the dollars, or None for each's own."""

    chip: str
    rows: list[dict[str, Any]]
    usd_year: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"schema": "costlaw.price-history/1", "version": __version__, "chip": self.chip,
                "usd_year": self.usd_year, "prices": self.rows}  # fmt: skip

    def __str__(self) -> str:
        year = f"dollars of {self.usd_year}" if self.usd_year else "dollars of each date"
        lines = [f"{self.chip}: {len(self.rows)} observed prices, {year}"]
        for row in self.rows:
            unit = "" if row["kind"] == "purchase" else "/device-hour"
            place = f", {row['location']}" if row["location"] else ""
            price = f"${row['price_usd']:,.6g}{unit}"
            lines.append(
                f"  {row['date']:<10}  {row['kind']:<9}  {price:<22} {row['vendor']}{place}"
            )
        return "\n".join(lines)
