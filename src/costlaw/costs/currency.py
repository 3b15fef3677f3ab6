"""Dollars of another year, by a published price index.

One idea: a dollar amount has a year, and changing it needs an index. Follows Cottier et al. (2024)
in using the US producer price index for data processing and hosting (PCU518210518210). It does not
know other currencies, and it does not extrapolate the index.
"""

from __future__ import annotations

from costlaw.costs.tables import rows, source
from costlaw.estimates import Estimate
from costlaw.exceptions import OptionError


def index_years() -> tuple[int, ...]:
    """Return the years that the price index covers.

    Examples
    --------
    >>> index_years()[0]
    2001
    """
    return tuple(int(row["year"]) for row in rows("price_index.csv"))


def dollars_of(year: int, *, base: int) -> Estimate:
    """Return how many dollars of ``year`` buy what one dollar of ``base`` bought.

    Parameters
    ----------
    year, base : int
        Years between the first and the last of :func:`index_years`.

    Returns
    -------
    Estimate
        Factor, dimensionless.

    Raises
    ------
    OptionError
        If the index does not cover a year.

    Examples
    --------
    >>> round(dollars_of(2023, base=2019).value, 3)
    1.066
    """
    table = {int(row["year"]): float(row["index"]) for row in rows("price_index.csv")}
    if year == base:
        return Estimate.exact(1.0, "")
    for asked in (year, base):
        if asked not in table:
            raise OptionError(
                f"dollars of {asked}: the price index covers {min(table)} to {max(table)}."
                f" Ask for a year in that range, or keep dollars of {base}."
            )
    return Estimate.exact(table[year] / table[base], "", (source("fred-ppi"),))
