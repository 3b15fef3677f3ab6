"""Numbers and flat texts: what a cell of a log or a one-line YAML file says.

Reads only ``key: scalar`` lines; nested YAML is passed over, since a setting that matters to a law
is a number. A full YAML parser is deliberately not here.
"""

from __future__ import annotations

import re

_LINE = re.compile(r"^([A-Za-z_][\w./ -]*?)\s*:\s+(\S.*)$")
_DOTTED = {".nan": float("nan"), ".inf": float("inf"), "+.inf": float("inf"),
           "-.inf": float("-inf")}  # how YAML writes them # fmt: skip


def number(text: str) -> float | None:
    """Return a text as a number (NaN and infinity included), or None.

    Examples
    --------
    >>> number("1e18"), number(" 0.5 "), number("adam"), number("-inf"), number("")
    (1e+18, 0.5, None, -inf, None)
    """
    try:
        return float(text)
    except ValueError:
        return _DOTTED.get(text.strip().casefold())


def flat_yaml(text: str) -> dict[str, str | float]:
    """Return the ``key: scalar`` lines at the left edge of a YAML text.

    Examples
    --------
    >>> flat_yaml("lr: 0.1\\nname: 'a b'\\nlayers:\\n- 3\\n  deep: 1\\n")
    {'lr': 0.1, 'name': 'a b'}
    """
    found: dict[str, str | float] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        raw = match[2].strip()
        if raw[:1] in {"'", '"'} and raw[-1:] == raw[:1] and len(raw) > 1:
            found[match[1]] = raw[1:-1]
            continue
        if raw[:1] in {"[", "{", "&", "*", "!", "|", ">", "#"}:
            continue
        raw = raw.split(" #", 1)[0].strip()
        value = number(raw)
        found[match[1]] = raw if value is None else value
    return found
