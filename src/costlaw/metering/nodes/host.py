"""The names of this machine and of its system, without the modules that usually tell them.

``socket`` and ``platform`` take milliseconds to import, and the path to the first step is short.
"""

from __future__ import annotations

import os
import sys


def host_name() -> str:
    """Return the machine's name on its network.

    Examples
    --------
    >>> len(host_name()) > 0
    True
    """
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "unknown")


def system_name() -> str:
    """Return the name of the operating system, such as ``Linux``."""
    return os.uname().sysname if hasattr(os, "uname") else sys.platform


def python_version() -> str:
    """Return the interpreter's version, such as ``3.11.7``."""
    return ".".join(str(part) for part in sys.version_info[:3])
