"""The shelf: the page's own style sheets and scripts, by address and content.

One idea: an address carries the digest of all of them together, so a browser may keep a file for
ever and never mixes two versions. Only names that were found at start are served; nothing is looked
up on disk by a name that came in.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from costlaw.figures import moving_script
from costlaw.web.bundle import bundle, bundle_key
from costlaw.web.refusals import NotThere

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml"}  # fmt: skip
BUNDLE = "vega.js"


@dataclass(frozen=True, kw_only=True)
class Item:
    """A file, as it is sent: compressed with gzip."""

    kind: str
    packed: bytes


@lru_cache(maxsize=1)
def _items() -> dict[str, Item]:
    found = {}
    for path in sorted((files("costlaw.web") / "static").iterdir(), key=lambda item: item.name):
        suffix = f".{path.name.rpartition('.')[2]}"
        if suffix in TYPES:
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            found[path.name] = Item(kind=TYPES[suffix], packed=packed)
    moving = gzip.compress(moving_script().encode(), 9, mtime=0)
    found["moving.js"] = Item(kind=TYPES[".js"], packed=moving)
    return found


@lru_cache(maxsize=1)
def edition() -> str:
    """Return the digest that addresses of the shelf carry."""
    digest = hashlib.blake2b(bundle_key().encode(), digest_size=6)
    for name, item in _items().items():
        digest.update(name.encode() + item.packed)
    return digest.hexdigest()


def address(name: str) -> str:
    """Return the address of a file.

    Raises
    ------
    NotThere
        If there is none of that name.
    """
    if name != BUNDLE and name not in _items():
        raise NotThere(f'no file "{name}".')
    return f"/static/{edition()}/{name}"


def item(name: str) -> Item:
    """Return a file of the shelf; the bundle is made if it must be.

    Raises
    ------
    NotThere
        If there is none of that name.
    """
    if name == BUNDLE:
        return Item(kind=TYPES[".js"], packed=bundle())
    if name not in _items():
        raise NotThere(f'no file "{name[:60]}".')
    return _items()[name]
