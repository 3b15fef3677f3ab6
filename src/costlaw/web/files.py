"""Files that people hand in: bounded, never run, kept only in a temporary folder under our names.

One idea: a file is known by the digest of its bytes, so the same file gives the same address again;
the name it came with is text for people and never part of a path. Folder and files are gone when
the server ends; the oldest go when there are too many.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from costlaw.cards import Subject, subject_of
from costlaw.exceptions import CostlawError, DataError, OptionError
from costlaw.intake import evidence_of
from costlaw.runs import Runs
from costlaw.runs.reading import read_raw
from costlaw.web.refusals import NotThere, TooLarge
from costlaw.web.views import View

SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet")
MOST_BYTES = 5_000_000
MOST_ROWS = 20_000  # one row a run
MOST_FILES = 24


@dataclass(frozen=True, kw_only=True)
class Held:
    """A file that the server holds.

    Parameters
    ----------
    key : str
        Digest of its bytes.
    name : str
        What it was called.
    path : Path
        Where it lies.
    size : int
        Bytes.
    """

    key: str
    name: str
    path: Path
    size: int

    @property
    def is_metered(self) -> bool:
        """Whether it is one run written down as JSON."""
        return self.path.suffix == ".json"


class Files:
    """The files of one server, in one temporary folder."""

    def __init__(self, offered: tuple[str, ...] = ()) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="costlaw-page-"))
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = threading.Lock()
        self.offered = {_digest(str(name).encode()): str(name) for name in offered}

    def close(self) -> None:
        """Remove the folder and all in it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def take(self, name: str, content: bytes) -> Held:
        """Keep a file.

        Parameters
        ----------
        name : str
            What it is called; shown, never used as a path.
        content : bytes
            All of it.

        Raises
        ------
        TooLarge
            If it is larger than ``MOST_BYTES``.
        OptionError
            If its suffix is not one that can be read.
        DataError
            If it is empty.
        """
        shown = shown_name(name)
        suffix = Path(shown).suffix.casefold()
        if suffix not in SUFFIXES:
            raise OptionError(f'{shown}: suffix "{suffix}" is unknown; expected '
                              f"{', '.join(SUFFIXES)}.")  # fmt: skip
        if len(content) > MOST_BYTES:
            raise TooLarge(f"{shown}: {len(content):,} bytes; expected at most {MOST_BYTES:,}. "
                           "Use the command line for larger tables.")  # fmt: skip
        if not content.strip():
            raise DataError(
                f"{shown}: the file is empty; expected a header line and one line a run."
            )
        key = _digest(content)
        held = Held(key=key, name=shown, path=self._folder / f"{key}{suffix}", size=len(content))
        held.path.write_bytes(content)
        with self._lock:
            self._held[key] = held
            self._held.move_to_end(key)
            gone = [self._held.popitem(last=False)[1] for _ in range(len(self._held) - MOST_FILES)]
        for old in gone:
            old.path.unlink(missing_ok=True)
        return held

    def held(self, key: str) -> Held:
        """Return a file by its digest.

        Raises
        ------
        NotThere
            If the server does not hold it.
        """
        if key in self.offered:
            place = self.offered[key]
            return Held(key=key, name=place, path=Path(place), size=0)
        with self._lock:
            found = self._held.get(key)
        if found is None:
            raise NotThere(
                f'file "{key[:40]}": not held by this server; files are forgotten when it ends. '
                "Hand the same file in again and the address holds."
            )
        return found

    def drop(self, key: str) -> None:
        """Forget a file."""
        with self._lock:
            old = self._held.pop(key, None)
        if old is not None:
            old.path.unlink(missing_ok=True)

    def listed(self) -> list[Held]:
        """Return the files that are held, newest first."""
        with self._lock:
            return list(reversed(self._held.values()))

    def read(self, held: Held, view: View) -> Runs:
        """Return the runs of a file.

        Raises
        ------
        CostlawError
            As the command line refuses it, with the name the person knows.
        """
        store: dict[str, Any] = {"metric": view.metric} if view.metric else {}
        try:
            runs = evidence_of(str(held.path), columns=view.named_columns(),
                               error_unit=view.error_unit, **view.held(), **store)  # fmt: skip
        except CostlawError as error:
            raise _renamed(error, held) from None
        if len(runs) > MOST_ROWS:
            raise TooLarge(f"{held.name}: {len(runs):,} runs; expected at most {MOST_ROWS:,} here. "
                           "Use the command line for larger tables.")  # fmt: skip
        return replace(runs, origin=_plain_name(runs.origin, held))

    def headers(self, held: Held) -> tuple[str, ...]:
        """Return the headers of a table; none where the file is no plain table."""
        try:
            frame = read_raw(held.path)
        except CostlawError:
            return ()
        return tuple(name for name in frame.columns if name != "line")

    def subject(self, held: Held) -> Subject:
        """Return the run of a metered file, as ``costlaw cost run.json`` reads it."""
        try:
            return subject_of(str(held.path))
        except CostlawError as error:
            raise _renamed(error, held) from None


def shown_name(name: str) -> str:
    """Return a file's name as one short printable line, without folders.

    Examples
    --------
    >>> shown_name("../../etc/runs.csv"), shown_name("a" * 300 + ".csv")[-5:]
    ('runs.csv', 'a.csv')
    """
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(letter if letter.isprintable() else "\ufffd" for letter in last).strip()
    if len(clean) > 120:
        clean = clean[:100] + clean[-20:]
    return clean or "file"


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _plain_name(text: str, held: Held) -> str:
    return text.replace(str(held.path), held.name).replace(held.path.name, held.name)


def _renamed(error: CostlawError, held: Held) -> CostlawError:
    """Return the same refusal with the name that the person knows."""
    text = _plain_name(str(error), held)
    same = type(error).__new__(type(error))
    Exception.__init__(same, text)
    for key, value in vars(error).items():
        setattr(same, key, _plain_name(value, held) if isinstance(value, str) else value)
    return same
