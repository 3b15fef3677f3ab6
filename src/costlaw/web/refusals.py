"""Refusals: the message that the command line prints, the field it belongs to, and a status.

One idea: a refusal is an answer. It says the same sentence at every door; here it also names the
field of the form that caused it, so that the page can show it beside what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from costlaw.exceptions import (
    ColumnError,
    CostlawError,
    DataError,
    EvidenceError,
    MissingExtra,
    OptionError,
    UnitError,
    UnknownName,
    UnreachableError,
    one_line,
)

_KINDS = (
    ("benchmark", "source"), ("edition", "edition"), ("measure", "measure"), ("law", "law"),
    ("estimand", "estimand"), ("site", "site"), ("metric", "metric"), ("system", "subject"),
    ("column", "columns"), ("chip", "chip"), ("region", "region"), ("claim", "claim"),
    ("file", "source"), ("network", "name"), ("currency", "currency"),
    ("number format", "number_format"),
)  # fmt: skip
_STARTS = (
    ('site "', "site"),
    ("error_unit", "error_unit"), ("error =", "error"), ("--column", "columns"), ("v =", "v"),
    ("region", "region"), ("chips =", "chips"), ("utilization", "utilization"),
    ("pue", "pue"), ("PUE", "pue"),
)  # fmt: skip


class NotThere(CostlawError):
    """A file, picture or page that the server does not hold."""


def plain_subject(subject: str) -> str:
    """Return a subject that names no file of this machine: those are handed in.

    Raises
    ------
    NotThere
        If the text is meant as a path.
    """
    if subject.strip().casefold().endswith(".json"):
        raise NotThere(f"{subject}: files of this machine are not read by name. Hand it in.")
    return subject


class Busy(CostlawError):
    """More work is waiting than the server takes on."""


class TooSlow(CostlawError):
    """An answer took longer than the server waits."""


class TooLarge(CostlawError):
    """More was handed in than the server takes."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why there is no answer.

    Parameters
    ----------
    message : str
        One line.
    kind : str
        Class of the refusal.
    field : str
        Field of the form that caused it; empty where none did.
    status : int
        HTTP status.
    """

    message: str
    kind: str
    field: str
    status: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": "costlaw.refusal/1",
            "error": {"message": self.message, "kind": self.kind, "field": self.field or None},
        }


def refusal_of(error: CostlawError | OSError) -> Refusal:
    """Return the refusal behind an exception."""
    return Refusal(
        message=one_line(str(error)),
        kind=type(error).__name__,
        field=_field(error),
        status=_status(error),
    )


def refusal_of_query(problem: Mapping[str, Any]) -> Refusal:
    """Return the refusal of a question that is not of the form that is asked for."""
    where = [str(part) for part in problem["loc"] if part not in {"query", "body", "path"}]
    field = where[0] if where else ""
    text = f"{field or 'request'}: {problem['msg']}; see /api for what may be asked."
    return Refusal(message=text, kind="QueryError", field=field, status=422)


def _status(error: Exception) -> int:
    by_class = ((NotThere, 404), (Busy, 503), (TooSlow, 504), (TooLarge, 413), (MissingExtra, 501))
    for kind, status in by_class:
        if isinstance(error, kind):
            return status
    return 422


def _field(error: Exception) -> str:
    if isinstance(error, UnknownName):
        return next((field for word, field in _KINDS if word in error.kind), "")
    text = str(error)
    for start, field in _STARTS:
        if text.startswith(start):
            return field
    if isinstance(error, UnreachableError):
        return "error"
    if isinstance(error, UnitError | OptionError):
        return "error" if "error" in text else ""
    if isinstance(error, ColumnError):
        return "columns"
    if isinstance(error, DataError):
        return "source"
    if isinstance(error, EvidenceError):
        return "measure" if "has no results with" in text or "per-pass" in text else "law"
    return ""
