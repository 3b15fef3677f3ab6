"""Whether a server can be reached at all, asked once, before a client that tries for minutes."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

TIMEOUT_S = 20.0


def unreachable(address: str) -> str:
    """Return why a server cannot be reached, empty if it can.

    Examples
    --------
    >>> bool(unreachable("http://127.0.0.1:9"))
    True
    """
    parts = urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), timeout=TIMEOUT_S).close()
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return ""
