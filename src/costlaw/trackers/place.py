"""A place that a person names: a file, a folder or an address, looked at once.

Every reader's ``sniff`` sees the same first bytes and the same sample of the folder, so that
recognising a store of a million files costs one short walk. Reading is the readers' business.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from costlaw.exceptions import DataError

HEAD_BYTES = 65536
SAMPLE = 4000  # files of a folder that sniffing looks at


@dataclass(frozen=True)
class Place:
    """A file, a folder or an address.

    Parameters
    ----------
    text : str
        What the person wrote.
    """

    text: str
    _cache: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_address(self) -> bool:
        """Whether it is an address of a server."""
        return self.text.casefold().startswith(("http://", "https://", "wandb://"))

    @cached_property
    def path(self) -> Path:
        """The path of a file or folder."""
        text = self.text
        for scheme in ("sqlite:///", "file://"):
            if text.startswith(scheme):
                text = text[len(scheme) :]
        return Path(text).expanduser()

    @cached_property
    def origin(self) -> str:
        """Name for messages: never holds a password.

        Examples
        --------
        >>> Place("https://me:secret@host:5000/x?token=1").origin
        'https://host:5000/x'
        """
        if not self.is_address:
            return self.path.name or str(self.path)
        parts = urlsplit(self.text)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))

    @cached_property
    def head(self) -> bytes:
        """First bytes of a file; empty for a folder or an address.

        Raises
        ------
        DataError
            If the file is absent or may not be read.
        """
        if self.is_address or self.path.is_dir():
            return b""
        try:
            with self.path.open("rb") as file:
                return file.read(HEAD_BYTES)
        except FileNotFoundError as error:
            raise DataError(
                f"{self.text}: no such file or folder; expected a file of runs or a tracker's "
                "store. Check the path."
            ) from error
        except PermissionError as error:
            raise DataError(f"{self.text}: permission denied; make it readable.") from error

    @cached_property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return not self.is_address and self.path.is_dir()

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """A sample of a folder's files, those nearest the top first; the file itself of a file.

        Raises
        ------
        DataError
            If the folder may not be listed.
        """
        if self.is_address:
            return ()
        if not self.is_folder:
            return (self.path,)
        try:
            os.scandir(self.path).close()
        except PermissionError as error:
            raise DataError(f"{self.text}: permission denied; make it readable.") from error
        found: list[Path] = []
        level = [self.path]
        while level and len(found) < SAMPLE:
            deeper: list[Path] = []
            for folder in level[:SAMPLE]:
                found += _listed(folder, deeper)
            level = deeper
        return tuple(found[:SAMPLE])

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """Cells of the first line of a text file, or nothing."""
        if not self.head or b"\x00" in self.head:
            return ()
        first = self.head.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").strip()
        return tuple(cell.strip().strip('"') for cell in first.split(","))


def _listed(folder: Path, deeper: list[Path]) -> list[Path]:
    files = []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda item: item.name):
                if entry.is_dir(follow_symlinks=False):
                    deeper.append(Path(entry.path))
                elif entry.is_file():
                    files.append(Path(entry.path))
    except OSError:
        return []
    return files


def walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield every folder below with its file names, in order, one at a time.

    Links are not followed. A folder that may not be listed is passed over: its reader notes the
    run as unreadable where the run's own files tell of it.
    """
    for root, folders, names in os.walk(folder):
        folders.sort()
        yield Path(root), sorted(names)
