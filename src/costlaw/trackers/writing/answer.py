"""What of an answer goes to a tracker: one metric for each quantity and each end of its
interval.

Names are ``costlaw/usd``, ``costlaw/usd_low``, ``costlaw/usd_high``; a table with several bills
puts the bill before the quantity. An end that is unbounded is no number for a tracker and is left
out; it stands in the JSON beside.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Protocol

PREFIX = "costlaw/"
_FORBIDDEN = re.compile(r"[^\w./-]+")


class Answer(Protocol):
    """Anything that costlaw answers: a fit, a forecast, a cost, a card."""

    def table(self) -> Any:
        """Return a tidy frame: quantity, estimate, low, high, level, unit."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""


def numbers_of(answer: Answer) -> dict[str, float]:
    """Return the metrics of an answer.

    Parameters
    ----------
    answer : Answer
        A forecast, a cost, a card or a fit.

    Returns
    -------
    dict of str to float
        In the units of the table; finite numbers only.

    Examples
    --------
    >>> from costlaw.cards import cost
    >>> sorted(numbers_of(cost("AlexNet")))[:3]
    ['costlaw/owned/co2e_kg', 'costlaw/owned/co2e_kg_high', 'costlaw/owned/co2e_kg_low']
    """
    found: dict[str, float] = {}
    for row in answer.table().iter_rows(named=True):
        words = [row["bill"], row["quantity"]] if row.get("bill") else [row["quantity"]]
        name = PREFIX + "/".join(_FORBIDDEN.sub("_", str(word)) for word in words)
        for end, key in (("", "estimate"), ("_low", "low"), ("_high", "high")):
            value = row.get(key)
            if isinstance(value, int | float) and math.isfinite(value):
                found[name + end] = float(value)
    return found


def texts_of(answer: Answer) -> dict[str, str]:
    """Return the files of an answer: its JSON and its card."""
    record = json.dumps(answer.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)
    return {"answer.json": record + "\n", "card.txt": f"{answer}\n"}
