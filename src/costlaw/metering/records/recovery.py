"""Readings back out of the files, whatever happened to the process that wrote them.

Every complete line counts; a line that a crash or a full disk cut off is skipped and counted. The
totals come out of the same fold (``session``) as in the living process.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from costlaw.exceptions import DataError
from costlaw.metering.metered import Metered
from costlaw.metering.records.journal import FOLDER, SCHEMA
from costlaw.metering.records.session import Record, Session
from costlaw.metering.summary import summarise


def recover(place: str | os.PathLike[str] = FOLDER) -> list[Metered]:
    """Return what every metered span in a file or folder used, in order of its start.

    Parameters
    ----------
    place : path
        A meter file, or a folder of them.

    Raises
    ------
    DataError
        If there is no meter file.

    Examples
    --------
    >>> import tempfile
    >>> from costlaw.metering.windows import meter
    >>> folder = tempfile.mkdtemp()
    >>> with meter("tiny", folder=folder, live=False) as m:
    ...     m.step(examples=8)
    >>> [found.name for found in recover(folder)]
    ['tiny']
    """
    found: list[Metered] = []
    for path in meter_files(place):
        session, broken = read_session(path)
        if session is None:
            continue
        if broken:
            session.notes.append(f"{broken} incomplete records in {path.name} were skipped")
        for window in session.windows.values():
            if window.reason is None and not _alive(session):
                window.reason = "cut off"
            found.append(summarise(session, window, file=str(path)))
    return sorted(found, key=lambda metered: metered.started)


def meter_files(place: str | os.PathLike[str]) -> list[Path]:
    """Return the meter files in a folder, or the one that is named."""
    path = Path(place)
    files = [path] if path.is_file() else sorted(path.glob("*.jsonl"))
    if not files:
        raise DataError(
            f"{path}: no meter file here; expected *.jsonl written by a meter. Name the folder "
            "that the run was started in, or its costlaw-runs folder."
        )
    return files


def read_records(path: Path) -> tuple[list[Record], int]:
    """Return the complete records of a file, and how many lines were broken."""
    records, broken = [], 0
    for line in path.read_bytes().split(b"\n"):
        if not line.strip(b"\0 \r"):
            continue
        try:
            record: Any = json.loads(line)
        except ValueError:
            broken += 1
            continue
        if isinstance(record, dict) and "kind" in record:
            records.append(record)
        else:
            broken += 1
    return records, broken


def read_session(path: Path) -> tuple[Session | None, int]:
    """Return the totals of one file, or None where it does not begin as a meter file does."""
    records, broken = read_records(path)
    if not records or records[0].get("schema") != SCHEMA:
        return None, broken
    session = Session(records[0])
    for record in records[1:]:
        try:
            session.feed(record)
        except (KeyError, TypeError, ValueError):
            broken += 1
    return session, broken


def _alive(session: Session) -> bool:
    """Return whether the process that wrote the file still runs on this machine."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return False
    if session.ended is not None or session.start.get("boot") != boot:
        return False
    stat = Path(f"/proc/{session.start['pid']}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
