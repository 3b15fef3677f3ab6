"""A column that the caller names as a product of others, such as ``6 * params * tokens``.

One idea: the counting of operations that a table leaves to its reader is written down where the
column is named, and so stays with the answer. Products only: no sums, no powers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from costlaw.exceptions import UnknownName
from costlaw.runs.cells import read_needed
from costlaw.runs.columns import ColumnChoice, recognise
from costlaw.runs.run import NUMBER_FIELDS

MARK = "*"


def is_product(header: str) -> bool:
    """Return whether a named header is a product.

    Examples
    --------
    >>> is_product("6 * params * tokens"), is_product("params")
    (True, False)
    """
    return MARK in header


def add_products(frame: pl.DataFrame, named: Mapping[str, str] | None, origin: str) -> pl.DataFrame:
    """Return a raw frame with a column for every product that is named.

    Raises
    ------
    UnknownName
        If a factor is neither a number nor a header.
    DataError
        If a cell of a factor is no number.
    """
    for header in (named or {}).values():
        if is_product(header) and header not in frame.columns:
            frame = frame.with_columns(_product(frame, header, origin))
    return frame


def _product(frame: pl.DataFrame, header: str, origin: str) -> pl.Series:
    lines = (
        frame["line"] if "line" in frame.columns else pl.Series("line", range(1, frame.height + 1))
    )
    values = pl.Series(header, [1.0] * frame.height)
    for part in (piece.strip() for piece in header.split(MARK)):
        try:
            values = values * float(part)
            continue
        except ValueError:
            pass
        if part not in frame.columns:
            raise UnknownName(f"header in {origin}", part, frame.columns)
        found = recognise(part)
        if found is None or found.column not in NUMBER_FIELDS or found.column == "error":
            found = ColumnChoice(column="examples", header=part)
        choice = replace(found, header=part)
        values = values * read_needed(frame[part], choice, lines=lines, origin=origin)
    return values.alias(header)
