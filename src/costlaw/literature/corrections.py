"""Corrections: what differs from the source, field by field, and why.

Never silent: each is a row with the stored value, the corrected one, the decision and its reason,
and what that one correction moves in the law through its table. Rejected ones stay on record.
Editions ``v1`` and ``v2`` are as published and read none of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from costlaw.literature.tables import rows


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One decision about one stored value.

    Parameters
    ----------
    key : str
        Number of the decision.
    result, field : str
        Row and column it is about.
    stored, corrected : str
        Value in the source and value used; empty means "not stated".
    accepted : bool
        Whether the stored value is replaced.
    reason, found_by, moves : str
        Why; who found it; what it moves in a law, before and after.
    """

    key: str
    result: str
    field: str
    stored: str
    corrected: str
    accepted: bool
    reason: str
    found_by: str
    moves: str


@lru_cache(maxsize=1)
def corrections() -> tuple[Correction, ...]:
    """Return every decision, accepted and rejected.

    Examples
    --------
    >>> faults = [item for item in corrections() if item.key.startswith("fault-")]
    >>> len({item.key[:8] for item in faults})
    80
    """
    return tuple(
        Correction(
            key=row["correction"],
            result=row["result"],
            field=row["field"],
            stored=row["stored"],
            corrected=row["corrected"],
            accepted=row["decision"] == "accepted",
            reason=row["reason"],
            found_by=row["found_by"],
            moves=row["moves"],
        )
        for row in rows("corrections.csv")
    )


@lru_cache(maxsize=1)
def _accepted() -> dict[str, tuple[Correction, ...]]:
    grouped: dict[str, list[Correction]] = defaultdict(list)
    for item in corrections():
        if item.accepted and "." not in item.field:
            grouped[item.result].append(item)
    return {key: tuple(items) for key, items in grouped.items()}


def corrected_row(row: dict[str, str]) -> dict[str, str]:
    """Return a row of ``results.csv`` with the accepted corrections applied."""
    found = _accepted().get(row["result"], ())
    if not found:
        return row
    new = dict(row)
    for item in found:
        new[item.field] = item.corrected
        if item.field == "hardware_burden_flop" and not item.corrected:
            new["derived_burden_flop"] = ""
            if new["consolidated_how"] == "stated":
                new["consolidated_flop"] = new["consolidated_how"] = ""
        elif item.field == "hardware_burden_flop" and new["consolidated_how"] == "stated":
            new["consolidated_flop"] = item.corrected
    return new
