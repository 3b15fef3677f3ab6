"""The names of this machine and of its system, without the modules that usually tell them.

``socket`` and ``platform`` take milliseconds to import, and the path to the first step is short.
"""

from __future__ import annotations

import os
import sys

METERED_BY = "COSTLAW_METERED_BY"  # number of the process that meters this one from outside


def outer_meter() -> int | None:
    """Return the number of the ``costlaw meter`` that runs this process, or None."""
    told = os.environ.get(METERED_BY, "")
    return int(told) if told.isdigit() else None


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
