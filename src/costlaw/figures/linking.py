"""Links: points that open where their number comes from.

One idea: a picture's points carry the address of their paper as data; only ``http`` and ``https``
addresses are taken, whatever a table says. The picture itself is not changed otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

Links = Mapping[tuple[str, float], str]  # (system, error) -> address


def is_address(text: str) -> bool:
    """Return whether a text is an address that a reader may be sent to.

    Examples
    --------
    >>> is_address("https://arxiv.org/abs/2007.05558"), is_address("javascript:alert(1)")
    (True, False)
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def link_points(spec: dict[str, Any], links: Links) -> dict[str, Any]:
    """Return the picture with addresses on the points that have one.

    Parameters
    ----------
    spec : dict
        Vega-Lite specification of a figure of this room.
    links : mapping of (str, float) to str
        System and error [the benchmark's unit] to address.
    """
    known = {(name, round(math.log10(error), 9)): address
             for (name, error), address in links.items() if error > 0}  # fmt: skip
    return {**spec, "vconcat": [_linked_panel(panel, known) for panel in spec["vconcat"]]}


def _linked_panel(panel: dict[str, Any], known: Mapping[tuple[str, float], str]) -> dict[str, Any]:
    return {**panel, "layer": [_linked_layer(layer, known) for layer in panel["layer"]]}


def _linked_layer(layer: dict[str, Any], known: Mapping[tuple[str, float], str]) -> dict[str, Any]:
    values = layer["data"]["values"]
    if not values or "system" not in values[0]:
        return layer
    rows, any_link = [], False
    for row in values:
        address = known.get((row["system"], round(row["y"], 9)), "")
        taken = bool(address) and is_address(address)
        any_link |= taken
        rows.append({**row, "opens": address} if taken else row)
    if not any_link:
        return layer
    encoding = {**layer["encoding"], "href": {"field": "opens", "type": "nominal"}}
    return {**layer, "data": {**layer["data"], "values": rows}, "encoding": encoding}
