"""Which runs of a table came to their end, where a column says so.

W&B, MLflow, Optuna and SLURM export a state beside each run; what a crashed run had reached is the
error of a shorter run, not of the one whose resources stand in its row.
"""

from __future__ import annotations

import polars as pl

from costlaw.exceptions import DataError
from costlaw.runs.columns import fold, recognise

_STATES = frozenset({"state", "status", "run_state", "run_status", "job_state", "trial_state"})
_NOT_ENDED = (
    "crashed", "failed", "fail", "killed", "running", "error", "errored", "aborted", "interrupted",
    "cancelled", "canceled", "preempted", "preempting", "timeout", "timed_out", "out_of_memory",
    "oom", "node_fail", "pending", "queued", "scheduled", "waiting", "pruned",
)  # fmt: skip
_SHOWN = 3


def is_state(header: str) -> bool:
    """Return whether a header names the state of a run.

    Examples
    --------
    >>> is_state("State"), is_state("job state"), is_state("stated")
    (True, True, False)
    """
    return fold(header) in _STATES


def ended_rows(frame: pl.DataFrame) -> tuple[str, pl.Series]:
    """Return the column of states of a raw table, "" if none, and which rows came to their end."""
    header = next((name for name in frame.columns if is_state(name)), "")
    if not header or frame.schema[header] != pl.String:
        return "", pl.Series([True] * frame.height, dtype=pl.Boolean)
    return header, ~_words(frame[header]).is_in(_NOT_ENDED).fill_null(False)


def _words(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars().str.to_lowercase().str.replace_all("[ -]", "_")


def came_to_end(frame: pl.DataFrame, *, origin: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the rows that came to their end, as far as a column of states says, and what to note.

    Parameters
    ----------
    frame : polars.DataFrame
        Raw table, headers as in the input.
    origin : str
        File or table, for messages.

    Returns
    -------
    polars.DataFrame, tuple of str

    Raises
    ------
    DataError
        If no run did.
    """
    header, ended = ended_rows(frame)
    count = int((~ended).sum())
    if not count:
        return frame, ()
    words = _words(frame[header])
    if count == frame.height:
        raise DataError(
            f'{origin}: column "{header}" says that no run came to its end ({words[0]}); expected '
            "at least one that did. To take them as they are: --unfinished."
        )
    names = next((c for c in frame.columns if (r := recognise(c)) and r.column == "name"), None)
    labels = frame[names].cast(pl.String).fill_null("?") if names else words
    told = [
        f"{label} {word}" if names else word
        for label, word in zip(labels.filter(~ended), words.filter(~ended), strict=True)
    ]
    shown = ", ".join(told[:_SHOWN]) + (", …" if count > _SHOWN else "")
    runs = "1 run that did not come to its end" if count == 1 else (
        f"{count} runs that did not come to their end")  # fmt: skip
    return frame.filter(ended), (
        f'left out by column "{header}": {runs} ({shown}); --unfinished takes them',
    )
