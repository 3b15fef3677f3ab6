"""The chart library: Vega, Vega-Lite and Vega-Embed as vl-convert carries them, for the browser.

One idea: no JavaScript of others lies in this repository and none is fetched. Bundling takes more
than a second, so the compressed bundle is kept in the user's cache folder under the version of
vl-convert; without a cache folder it is made anew for each server.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from costlaw.exceptions import MissingExtra

_SNIPPET = "window.vegaEmbed = vegaEmbed; window.vega = vega;"
_lock = threading.Lock()
_made: dict[str, bytes] = {}


def bundle_key() -> str:
    """Return what the bundle's address carries: the version of vl-convert and of our snippet.

    Raises
    ------
    MissingExtra
        If vl-convert is not installed.
    """
    try:
        made_by = version("vl-convert-python")
    except PackageNotFoundError as error:
        raise MissingExtra("web", "drawing charts") from error
    return f"{made_by}-{hashlib.blake2b(_SNIPPET.encode(), digest_size=4).hexdigest()}"


def bundle() -> bytes:
    """Return the bundle, compressed with gzip; made once, then kept.

    Raises
    ------
    MissingExtra
        If vl-convert is not installed.
    """
    key = bundle_key()
    with _lock:
        if key not in _made:
            place = _place(key)
            _made[key] = _read(place) or _make(place)
        return _made[key]


def is_ready() -> bool:
    """Return whether the bundle lies in the cache already."""
    return bundle_key() in _made or _place(bundle_key()).is_file()


def _place(key: str) -> Path:
    usual = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(usual) / "costlaw" / f"vega-{key}.js.gz"


def _read(place: Path) -> bytes:
    try:
        found = place.read_bytes()
        gzip.decompress(found)  # a half-written or foreign file is made anew
    except (OSError, EOFError, gzip.BadGzipFile):
        return b""
    return found


def _make(place: Path) -> bytes:
    import vl_convert

    text = vl_convert.javascript_bundle(_SNIPPET)
    packed = gzip.compress(text.encode(), 9, mtime=0)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
        Path(name).replace(place)
    except OSError:  # no cache folder: this server keeps it in memory
        return packed
    return packed
