"""One spelling for the many ways people write the name of a chip.

``"NVIDIA Tesla V100-PCIE-32GB"``, ``"V100 PCIe 32 GB"`` and ``"v100pcie32gb"`` share one key:
maker and series words are dropped, then everything that is neither letter nor digit.
This module knows no chips; the catalogue does.
"""

from __future__ import annotations

import re

_NOISE = re.compile(
    r"\b(nvidia|google|amd|intel(?=\s+(habana|gaudi|data))|tesla(?!\s+d1)|geforce|quadro|radeon|"
    r"instinct|amazon|aws|graphics|gpu|accelerator)\b",
    re.IGNORECASE,
)
_SERIES = re.compile(r"\b(gtx|rtx)\b", re.IGNORECASE)
_SYMBOLS = re.compile(r"[^a-z0-9]+")


def name_key(name: str) -> str:
    """Return the key under which a chip name is looked up.

    Parameters
    ----------
    name : str
        A name as a paper, a vendor or a person writes it.

    Returns
    -------
    str
        Lower-case letters and digits only; may be empty.

    Examples
    --------
    >>> name_key("NVIDIA Tesla V100-PCIE-32GB"), name_key("GeForce GTX 1080 Ti")
    ('v100pcie32gb', 'gtx1080ti')
    """
    return _SYMBOLS.sub("", _NOISE.sub(" ", name.replace("SXM2", "SXM2 ")).casefold())


def short_keys(name: str) -> tuple[str, ...]:
    """Return the shorter keys a person may type for the same chip, longest first.

    The series words "GTX" and "RTX", then the memory size, then the form factor are dropped;
    several chips may share a short key, which the catalogue then reports as ambiguous.

    Examples
    --------
    >>> short_keys("A100 SXM4 40 GB")
    ('a100sxm440gb', 'a100sxm4', 'a100sxm', 'a100')
    """
    keys = [name_key(name), name_key(_SERIES.sub(" ", name))]
    base = re.sub(r"\b\d+\s*gb\b", " ", name, flags=re.IGNORECASE)
    keys += [name_key(base), name_key(_SERIES.sub(" ", base))]
    plain = re.sub(r"\b(sxm|pcie|nvl|dgxs)\d*\b", r"\1", base, flags=re.IGNORECASE)
    keys.append(name_key(plain))
    bare = re.sub(r"\b(sxm|pcie|nvl|dgxs|hgx|chip|board|core)\d*\b", " ", base, flags=re.IGNORECASE)
    keys.append(name_key(bare))
    return tuple(dict.fromkeys(key for key in keys if key))
