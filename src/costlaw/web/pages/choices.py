"""What the controls offer, in words.

One idea: a person sees what a choice means and how many results it has before choosing it.
"""

from __future__ import annotations

from typing import Any

from costlaw.costs import PRESET_NAMES, preset
from costlaw.exceptions import UnknownName
from costlaw.fitting.scatter import ESTIMANDS, SCATTER_LAWS
from costlaw.intake import DEFAULT_EDITION, DEFAULT_MEASURE
from costlaw.literature import EDITIONS, MEASURES, available, benchmark, benchmarks
from costlaw.units import format_percent
from costlaw.web.desk import Desk
from costlaw.web.views import FILE, View

_LAWS = {
    "power": "power law",
    "exponential": "exponential: 1/error on log compute",
    "exponential-levels": "exponential: error on log compute",
    "pool": "pool of laws, calibrated",
}
_ESTIMANDS = {
    "error-on-compute": "error given compute (the article's)",
    "compute-on-error": "compute given error",
    "reduced-major-axis": "reduced major axis, between the two",
    "frontier": "frontier: the best results only",
    "fixed-year": "error given compute, at a fixed year",
}
_SHORT = {
    "imagenet": "ImageNet, image classification",
    "coco": "MS COCO, object detection",
    "squad": "SQuAD 1.1, question answering",
    "conll": "CoNLL 2003, named entities",
    "wmt14-en-de": "WMT 2014, English to German",
    "wmt14-en-fr": "WMT 2014, English to French",
}
Option = tuple[str, str]  # value, words


def source_options(desk: Desk, view: View) -> list[Option]:
    """Return benchmarks, files that were handed in, and stores that the server was given."""
    found = [(name, _SHORT.get(name, one.title)) for name, one in benchmarks().items()]
    found += [(f"{FILE}{one.key}", f"{one.name} (your runs)") for one in desk.files.listed()
              if not one.is_metered]  # fmt: skip
    found += [(f"{FILE}{key}", f"{name} (your runs)") for key, name in desk.files.offered.items()]
    return _with(found, view.source)


def controls(desk: Desk, view: View) -> dict[str, Any]:
    """Return the options of every control of a view, and what is chosen."""
    edition, measure = view.edition or DEFAULT_EDITION, view.measure or DEFAULT_MEASURE
    laws = list(SCATTER_LAWS)
    chosen_law = view.law or ("" if view.is_file else "power")
    law_options = [(name, _LAWS.get(name, name)) for name in laws]
    if view.is_file:
        law_options = [("", "by the number of runs"), ("pool", _LAWS["pool"]), *law_options]
    estimands = [(name, _ESTIMANDS.get(name, name)) for name in ESTIMANDS]
    sites = [(name, f"{name}: {preset(name).chip}") for name in PRESET_NAMES[::-1]]
    return {
        "source": (view.source, source_options(desk, view)),
        "edition": (edition, _with([(name, name) for name in EDITIONS], edition)),
        "measure": (measure, _with(_measures(view.source, edition), measure)),
        "law": (chosen_law, _with(law_options, chosen_law)),
        "estimand": (view.estimand, _with(estimands, view.estimand)),
        "site": (view.site, _with(sites, view.site)),
    }


def canonical(source: str) -> str:
    """Return the name of a benchmark, or the text as it is."""
    try:
        return benchmark(source).name
    except UnknownName:
        return source


def chances(chosen: str) -> list[Option]:
    """Return the chances of reaching a target that are offered, and the one that was asked for."""
    shares = ("0.5", "0.8", "0.9", "0.95")
    return _with([(share, format_percent(float(share))) for share in shares], chosen)


def _measures(source: str, edition: str) -> list[Option]:
    counts = {measure: count for (known, name, measure), count in available().items()
              if known == edition and name == source}  # fmt: skip
    return [(name, f"{name}, {counts.get(name, 0)} results") for name in MEASURES]


def _with(options: list[Option], chosen: str) -> list[Option]:
    """Return the options, and what was typed if it is none of them: it is kept."""
    if any(value == chosen for value, _ in options):
        return options
    return [*options, (chosen, chosen)]
